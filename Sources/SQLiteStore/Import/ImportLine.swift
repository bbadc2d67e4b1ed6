import SyncCore

/// One line of an import file, read and checked against the declarations.
struct ImportLine {
  var kind: KindDeclaration
  var record: RecordID
  var naturalKey: [Value]
  /// Milliseconds since 1970; `nil` where the line does not say.
  var at: Int64?
  /// The fields that the line speaks of, and what it says of each.
  var fields: [(field: FieldDeclaration, cells: [(cell: CellKey, value: Value)])]

  /// Reads `{"kind", "id" or "key", "at", "fields"}`. Throws a sentence that says what is wrong.
  init(_ bytes: some Collection<UInt8>, project: ProjectID, schema: Schema) throws(FieldError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw FieldError("not JSON: \(error)")
    }
    guard let members = json.members else { throw FieldError("the line is no JSON object") }
    let known = ["kind", "id", "key", "at", "fields"]
    if let unknown = members.first(where: { !known.contains($0.name) }) {
      throw FieldError("unknown member \"\(unknown.name)\"")
    }
    guard let kindName = json["kind"]?.text else { throw FieldError("\"kind\" is missing") }
    guard let kind = schema[kindName] else { throw FieldError("unknown kind \"\(kindName)\"") }
    self.kind = kind
    at = try Self.time(json["at"])
    fields = try Self.fields(json["fields"], of: kind, project: project, schema: schema)
    (record, naturalKey) = try Self.identity(json, kind: kind, project: project, fields: fields)
    fields.removeAll { kind.isKey($0.field) }
  }

  private static func time(_ json: JSONValue?) throws(FieldError) -> Int64? {
    guard let json, json != .null else { return nil }
    guard let at = json.integer ?? json.text.flatMap(Timestamp.milliseconds) else {
      throw FieldError("\"at\" must be a time such as 2016-03-01T17:00:00Z")
    }
    return at
  }

  private static func fields(
    _ json: JSONValue?, of kind: KindDeclaration, project: ProjectID, schema: Schema
  ) throws(FieldError) -> [(field: FieldDeclaration, cells: [(cell: CellKey, value: Value)])] {
    guard let json, json != .null else { return [] }
    guard let members = json.members else { throw FieldError("\"fields\" must be an object") }
    var fields: [(field: FieldDeclaration, cells: [(cell: CellKey, value: Value)])] = []
    for member in members {
      guard let field = kind.field(named: member.name) else {
        throw FieldError("a \(kind.name) has no field \"\(member.name)\"")
      }
      let cells = try field.cells(reading: member.value) { referenced, text in
        if let id = RecordID(text) { return id }
        let target = referenced ?? json["\(member.name)_kind"]?.text
        guard let target, schema[target] != nil, isKey(text) else { return nil }
        return .derived(project: project, kind: target, foreignKey: text)
      }
      fields.append((field, cells))
    }
    return fields
  }

  private static func identity(
    _ json: JSONValue, kind: KindDeclaration, project: ProjectID,
    fields: [(field: FieldDeclaration, cells: [(cell: CellKey, value: Value)])]
  ) throws(FieldError) -> (RecordID, [Value]) {
    if kind.name == "project" { return (RecordID(rawValue: project.rawValue), []) }
    if !kind.naturalKey.isEmpty {
      var key: [Value] = []
      for name in kind.naturalKey {
        let value = fields.first { $0.field.name == name }?.cells.first?.value ?? .null
        let isOptional = kind.field(named: name)?.type == .text
        guard !value.isNull || isOptional else {
          throw FieldError("\(name) is part of the key of a \(kind.name) and is missing")
        }
        guard isKey(value.keyText) || value.keyText.isEmpty else {
          throw FieldError("\(name) is too long for a key, or contains U+001F")
        }
        key.append(value.isNull ? .text("") : value)
      }
      return (.derived(project: project, kind: kind.name, naturalKey: key), key)
    }
    if let id = json["id"] {
      guard let record = id.text.flatMap({ RecordID($0) }) else {
        throw FieldError("\"id\" must be a UUID")
      }
      return (record, [])
    }
    guard let key = json["key"]?.text else { throw FieldError("\"id\" or \"key\" is missing") }
    guard isKey(key) else { throw FieldError("\"key\" is empty, too long, or contains U+001F") }
    return (.derived(project: project, kind: kind.name, foreignKey: key), [])
  }

  private static func isKey(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= Limits.foreignKeyBytes && !text.utf8.contains(0x1F)
  }
}
