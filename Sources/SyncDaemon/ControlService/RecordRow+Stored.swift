import SQLiteStore
import SyncControl
import SyncCore

extension RecordRow {
  init(_ record: StoredRecord) {
    self.init(
      kind: record.kind, id: record.id.description,
      fields: Dictionary(
        record.fields.map { ($0.name, JSON($0.value)) }, uniquingKeysWith: { first, _ in first }),
      revision: String(record.revision))
  }
}

extension RecordChange {
  init(_ outcome: CommandOutcome) {
    self.init(
      kind: outcome.kind, id: outcome.record.description, revision: String(outcome.revision),
      isChanged: outcome.isChanged)
  }
}

extension RecordQuery.Condition {
  init(_ condition: FieldCondition) {
    let comparison: RecordQuery.Comparison =
      switch condition.comparison {
      case .equal: .equal
      case .unequal: .unequal
      case .contains: .contains
      case .less: .less
      case .greater: .greater
      }
    self.init(condition.field, comparison, JSONValue(condition.value))
  }
}

extension RecordQuery.Order {
  /// A field's name, or `-` and a field's name.
  init(_ text: String) {
    let isDescending = text.hasPrefix("-")
    self.init(isDescending ? String(text.dropFirst()) : text, descending: isDescending)
  }
}

extension KindDeclaration {
  /// The fields in declared order, what people call the record and how far it is before the others.
  var tellingColumns: [String] {
    let telling = ["title", "name", "display_name", "code", "state"]
    let names = fields.map(\.name)
    return telling.filter(names.contains) + names.filter { !telling.contains($0) }
  }
}

extension JSON {
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .boolean(let boolean): self = .boolean(boolean)
    case .integer(let integer): self = .integer(integer)
    case .number(let spelling): self = Double(spelling).map(JSON.number) ?? .text(spelling)
    case .text(let text): self = .text(text)
    case .array(let elements): self = .array(elements.map { JSON($0) })
    case .object(let members):
      self = .object(
        Dictionary(
          members.map { ($0.name, JSON($0.value)) }, uniquingKeysWith: { first, _ in first }))
    }
  }
}

extension JSONValue {
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .boolean(let boolean): self = .boolean(boolean)
    case .integer(let integer): self = .integer(integer)
    case .number(let number): self = .number(String(number))
    case .text(let text): self = .text(text)
    case .array(let elements): self = .array(elements.map { JSONValue($0) })
    case .object(let members):
      self = .object(
        members.keys.sorted { $0.precedesBytewise($1) }
          .map { Member($0, JSONValue(members[$0] ?? .null)) })
    }
  }
}
