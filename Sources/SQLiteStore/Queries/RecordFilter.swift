import GRDB
import SyncCore

/// The conditions of a query as SQL. Values are bound, never spliced; names come from declarations.
struct RecordFilter {
  let kind: KindDeclaration
  /// Turns what names a record into its id.
  let reference: (_ kind: String, _ key: String) throws -> RecordID?
  private(set) var clauses: [String] = []
  private(set) var arguments: [(any DatabaseValueConvertible)?] = []

  /// Whether the first text holds the second, which is in lower case. SQLite's own LIKE knows the
  /// case of ASCII letters alone.
  static let holdsText = DatabaseFunction("labsync_holds", argumentCount: 2, pure: true) { values in
    guard let text = String.fromDatabaseValue(values[0]),
      let part = String.fromDatabaseValue(values[1])
    else { return false }
    return part.isEmpty || text.lowercased().contains(part)
  }

  init(
    kind: KindDeclaration,
    reference: @escaping (_ kind: String, _ key: String) throws -> RecordID?
  ) {
    self.kind = kind
    self.reference = reference
  }

  var condition: String { clauses.isEmpty ? "" : "WHERE " + clauses.joined(separator: " AND ") }

  mutating func add(_ clause: String, _ values: (any DatabaseValueConvertible)?...) {
    add(clause, values: values)
  }

  mutating func add(_ clause: String, values: [(any DatabaseValueConvertible)?]) {
    clauses.append("(\(clause))")
    arguments += values
  }

  mutating func add(_ condition: RecordQuery.Condition) throws {
    if condition.field == "id", kind.naturalKey.isEmpty {
      return try compare("\"id\"", condition, with: condition.value.text?.lowercased())
    }
    let field = try kind.declaration(of: condition.field)
    let column = Columns.quoted(field.name)
    if condition.value == .null { return try compare(column, condition, with: nil) }
    switch field.type {
    case .text, .prose, .choice, .state, .money:
      try addText(column, condition)
    case .reference(let kind):
      try compare(column, condition, with: id(kind, condition) ?? condition.value.text)
    case .anyReference:
      try compare(column, condition, with: condition.value.text?.lowercased())
    case .integer, .integerIn, .boolean, .time:
      let value = try field.reading(condition.value.text == "" ? .null : condition.value)
      try compare(column, condition, with: value.stored)
    case .textSet: try addSet(column, condition, element: condition.value.text)
    case .referenceSet(let kind):
      try addSet(column, condition, element: id(kind, condition) ?? condition.value.text)
    case .map:
      guard condition.comparison == .contains, let text = condition.value.text else {
        throw refusal(condition, "it is a map, which can only be searched")
      }
      add(
        "EXISTS (SELECT 1 FROM json_each(\(column)) WHERE key = ? OR labsync_holds(value, ?))",
        text, text.lowercased())
    }
  }

  private func id(_ kind: String, _ condition: RecordQuery.Condition) throws -> String? {
    guard let text = condition.value.text, !text.isEmpty else { return nil }
    return try (RecordID(text) ?? reference(kind, text))?.description
  }

  private mutating func addText(_ column: String, _ condition: RecordQuery.Condition) throws {
    guard let text = condition.value.text ?? condition.value.integer.map(String.init) else {
      throw refusal(condition, "it is compared with a text")
    }
    switch condition.comparison {
    case .equal where text.isEmpty: add("coalesce(\(column), '') = ''")
    case .unequal where text.isEmpty: add("coalesce(\(column), '') <> ''")
    case .contains: add("labsync_holds(\(column), ?)", text.lowercased())
    case .equal, .unequal, .less, .greater: try compare(column, condition, with: text)
    }
  }

  private mutating func addSet(
    _ column: String, _ condition: RecordQuery.Condition, element: String?
  ) throws {
    switch condition.comparison {
    case .contains:
      guard let element else { throw refusal(condition, "it is compared with one element") }
      add("EXISTS (SELECT 1 FROM json_each(\(column)) WHERE value = ?)", element)
    case .equal, .unequal:
      let elements = condition.value.array?.compactMap(\.text) ?? element.map { [$0] } ?? []
      let isEmpty = elements.allSatisfy(\.isEmpty)
      try compare(column, condition, with: isEmpty ? nil : JSONValue.canonicalSet(elements))
    case .less, .greater: throw refusal(condition, "a set is neither less nor greater")
    }
  }

  private mutating func compare(
    _ column: String, _ condition: RecordQuery.Condition,
    with value: (any DatabaseValueConvertible)?
  ) throws {
    switch condition.comparison {
    case .equal: add("\(column) IS ?", value)
    case .unequal: add("\(column) IS NOT ?", value)
    case .less: add("\(column) < ?", value)
    case .greater: add("\(column) > ?", value)
    case .contains:
      guard let text = value as? String else { throw refusal(condition, "it is no text") }
      add("labsync_holds(\(column), ?)", text.lowercased())
    }
  }

  private func refusal(_ condition: RecordQuery.Condition, _ why: String) -> StoreError {
    StoreError.refused(
      what: "The condition on \(condition.field)", why: why,
      hint: "Compare with field=value, field!=value, field~text, field<value or field>value.")
  }
}
