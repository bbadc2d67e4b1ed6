import GRDB
import SyncCore

/// Records by what people call them.
extension StoreView {
  /// As many as are told apart in a refusal.
  private static let toldApart = 5

  /// The one record that people call `text`; `nil` where there is none. Throws a refusal that names them
  /// where there are several. Cost: a walk over the kind's table.
  func called(
    _ text: String, _ kind: KindDeclaration, in project: ProjectID? = nil
  ) throws -> RecordID? {
    guard let handle = kind.handle, kind.naturalKey.isEmpty, !text.isEmpty else { return nil }
    let found = try String.fetchAll(
      database,
      sql: """
        SELECT id FROM \(Columns.quoted(kind.table))
        WHERE \(Columns.quoted(handle)) = ? AND "project" = coalesce(?, "project") ORDER BY id
        LIMIT \(Self.toldApart)
        """, arguments: [text, project?.description]
    ).compactMap { RecordID($0) }
    guard found.count > 1 else { return found.first }
    let each = try found.map { record in
      try title(of: record, kind: kind).map { "\(record) (\($0))" } ?? "\(record)"
    }
    throw StoreError.refused(
      what: "\(found.count == 2 ? "Two" : "Several") \(kind.table) have the \(handle) \(text)",
      why: each.joined(separator: ", "), hint: "Give the id.")
  }

  /// What stands for `record` in the text that named it.
  func naming(_ record: RecordID, by text: String, _ kind: KindDeclaration) throws -> String {
    if let handle = kind.handle, try called(text, kind) == record { return "the \(handle) of" }
    return IDRange(text) == nil ? "the import key of" : "short for"
  }

  /// The record that a reference names by an import key or by what people call it; `nil` where there is
  /// none here.
  func referenced(
    _ kindName: String, _ text: String, in project: ProjectID
  ) throws -> RecordID? {
    guard let kind = schema[kindName], !text.isEmpty, text.utf8.count <= Limits.foreignKeyBytes,
      !text.utf8.contains(0x1F)
    else { return nil }
    let called = try called(text, kind, in: project)
    let derived = RecordID.derived(project: project, kind: kindName, foreignKey: text)
    guard try records.load(derived, kind: kindName, origins: origins) != nil else { return called }
    guard let called, called != derived else { return derived }
    throw StoreError.refused(
      what: "The \(kindName) \(text)",
      why: "it is the import key of \(derived) and the "
        + "\(kind.handle ?? "name") of \(called)", hint: "Give the id.")
  }

  /// A field's value with ids where it names records otherwise. What names none stays as it is.
  func resolving(
    _ json: JSONValue, of field: FieldDeclaration, in project: ProjectID
  ) throws -> JSONValue {
    switch field.type {
    case .reference(let kind):
      guard let text = json.text else { return json }
      return .text(try resolving(text, kind, of: field, in: project))
    case .referenceSet(let kind):
      let elements = json.array ?? (json.text.map { [.text($0)] } ?? [])
      guard !elements.isEmpty else { return json }
      return .array(
        try elements.map { element in
          guard let text = element.text else { return element }
          return .text(try resolving(text, kind, of: field, in: project))
        })
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .anyReference,
      .money, .textSet, .map:
      return json
    }
  }

  private func resolving(
    _ text: String, _ kindName: String, of field: FieldDeclaration, in project: ProjectID
  ) throws -> String {
    if RecordID(text) != nil { return text }
    if let record = try referenced(kindName, text, in: project) { return record.description }
    guard let handle = schema[kindName]?.handle, !text.isEmpty else { return text }
    throw StoreError.refused(
      what: "Wrong value",
      why: "\(field.name) names no \(kindName): '\(text)' is no id, import key or \(handle) of one",
      hint: "See which there are: labctl list \(kindName)")
  }
}
