import GRDB
import SyncCore

/// A record as its row shows it.
public struct StoredRecord: Hashable, Sendable {
  public var kind: String
  public var id: RecordID
  /// The fields that have a value, in declared order: times as RFC 3339, sets as arrays, booleans
  /// as booleans, money as text.
  public var fields: [JSONValue.Member]
  /// What a writer gives back in `seen`. Negative where the row has writes that are no change yet.
  public var revision: Int64

  public init(kind: String, id: RecordID, fields: [JSONValue.Member], revision: Int64) {
    self.kind = kind
    self.id = id
    self.fields = fields
    self.revision = revision
  }

  /// The line of a canonical export: members sorted at every level, the revision left out.
  public var canonicalLine: String {
    let sorted = fields.sorted { $0.name.precedesBytewise($1.name) }
    return JSONValue.object([
      JSONValue.Member("fields", .object(sorted)),
      JSONValue.Member("id", .text(id.description)),
      JSONValue.Member("kind", .text(kind)),
    ]).serialized
  }
}

/// Which columns of a kind's table are read, and how they become a ``StoredRecord``.
struct RecordColumns {
  let kind: KindDeclaration
  /// The columns, for a SELECT.
  let selection: String

  init(_ kind: KindDeclaration) {
    self.kind = kind
    let columns =
      (kind.naturalKey.isEmpty ? ["\"id\""] : [])
      + kind.fields.map { Columns.whole($0.name, of: kind) } + ["\"project\"", "\"revision\""]
    selection = columns.joined(separator: ", ")
  }

  /// `nil` for a row whose id is no UUID or whose project is not known.
  func record(from row: Row) -> StoredRecord? {
    let first = kind.naturalKey.isEmpty ? 1 : 0
    var fields: [JSONValue.Member] = []
    for (offset, field) in kind.fields.enumerated() {
      let stored: DatabaseValue = row[first + offset]
      if let value = json(stored, of: field) { fields.append(JSONValue.Member(field.name, value)) }
    }
    let last = first + kind.fields.count
    guard let id = id(of: row, first: first, project: row[last]) else { return nil }
    return StoredRecord(kind: kind.name, id: id, fields: fields, revision: row[last + 1])
  }

  private func id(of row: Row, first: Int, project: String?) -> RecordID? {
    guard !kind.naturalKey.isEmpty else { return RecordID(row[0] as String) }
    guard let project = project.flatMap({ ProjectID($0) }) else { return nil }
    return .derived(project: project, kind: kind.name, naturalKey: key(of: row, first: first))
  }

  private func key(of row: Row, first: Int) -> [Value] {
    kind.naturalKey.map { name in
      guard let offset = kind.fields.firstIndex(where: { $0.name == name }) else { return .null }
      return Self.keyValue(row[first + offset])
    }
  }

  static func keyValue(_ stored: DatabaseValue) -> Value {
    switch stored.storage {
    case .int64(let integer): .integer(integer)
    case .string(let text): .text(text)
    case .blob(let bytes): .text(String(decoding: bytes, as: UTF8.self))
    case .null, .double: .text("")
    }
  }

  /// `nil` where there is no value.
  private func json(_ stored: DatabaseValue, of field: FieldDeclaration) -> JSONValue? {
    switch stored.storage {
    case .null, .double: return nil
    case .int64(let integer): return field.display(.integer(integer))
    case .string(let text): return json(text, of: field)
    case .blob(let bytes): return json(String(decoding: bytes, as: UTF8.self), of: field)
    }
  }

  private func json(_ text: String, of field: FieldDeclaration) -> JSONValue? {
    switch field.type {
    case .textSet, .referenceSet, .map: Self.canonical(text)
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money:
      .text(text)
    }
  }

  /// A set or map as an outside program may have left it, in the form that the worker writes.
  private static func canonical(_ text: String) -> JSONValue? {
    let parsed: JSONValue
    do { parsed = try JSONValue(parsing: text) } catch { return .text(text) }
    if let elements = parsed.array {
      return .array(
        elements.sorted { ($0.text ?? "").precedesBytewise($1.text ?? "") })
    }
    if let members = parsed.members {
      return .object(members.sorted { $0.name.precedesBytewise($1.name) })
    }
    return parsed
  }
}

extension FieldDeclaration {
  /// A single value of this field as people read it, and as a command takes it back.
  func display(_ value: Value) -> JSONValue {
    switch (type, value) {
    case (.boolean, .integer(let integer)): .boolean(integer != 0)
    case (.time, .integer(let milliseconds)) where Self.writableTimes.contains(milliseconds):
      .text(Timestamp.text(milliseconds: milliseconds))
    default: JSONValue(value)
    }
  }

  /// The years 0 to 9999: other times stay numbers.
  private static let writableTimes: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
}
