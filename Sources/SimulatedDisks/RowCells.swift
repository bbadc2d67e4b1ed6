import GRDB
import SQLiteStore
import SyncCore
import SyncSimulator

/// Rows of the tables as cells.
enum RowCells {
  /// The cells that say something, without the key.
  static func cells(of row: Row, _ kind: KindDeclaration) throws -> [CellKey: Value] {
    var cells: [CellKey: Value] = [:]
    for field in kind.fields where !kind.isKey(field) {
      switch field.type {
      case .textSet, .referenceSet:
        let elements = try (row[field.name] as String?).map { try JSONValue(parsing: $0) }
        for element in elements?.array ?? [] {
          cells[CellKey(field.name, element: element.text)] = .boolean(true)
        }
      case .map:
        let members = try (row[field.name] as String?).map { try JSONValue(parsing: $0) }
        for member in members?.members ?? [] {
          guard let text = member.value.text else { continue }
          cells[CellKey(field.name, element: member.name)] = .text(text)
        }
      case .boolean:
        if let integer = row[field.name] as Int64? {
          cells[CellKey(field.name)] = .boolean(integer != 0)
        }
      case .integer, .integerIn, .time:
        if let integer = row[field.name] as Int64? {
          cells[CellKey(field.name)] = .integer(integer)
        }
      case .text, .prose, .choice, .state, .reference, .anyReference, .money:
        if let text = row[field.name] as String? { cells[CellKey(field.name)] = .text(text) }
      }
    }
    return cells
  }

  static func id(of row: Row, _ kind: KindDeclaration, _ project: ProjectID) -> RecordID? {
    guard !kind.naturalKey.isEmpty else { return RecordID(row["id"] as String) }
    let key = kind.naturalKey.map { column in
      if let integer = Int64.fromDatabaseValue(row[column]) { return Value.integer(integer) }
      return Value.text(row[column] as String? ?? "")
    }
    return .derived(project: project, kind: kind.name, naturalKey: key)
  }

  static func conflict(_ row: Row) throws -> OpenConflict {
    guard let id = ConflictID(row[0] as String), let record = RecordID(row[2] as String) else {
      throw StoreError.inconsistent("a conflict can not be read")
    }
    let listed = try JSONValue(parsing: row[6] as String).array ?? []
    let alternatives = listed.map { alternative in
      Resolution.Alternative(
        value: value(alternative["value"] ?? .null),
        dots: (alternative["dots"]?.array ?? []).compactMap { $0.text.flatMap(dot) })
    }
    return OpenConflict(
      id: id, kind: row[1], record: record, cell: CellKey(row[3], element: row[4]),
      shown: value(try JSONValue(parsing: row[5] as String)), alternatives: alternatives)
  }

  private static func value(_ json: JSONValue) -> Value {
    switch json {
    case .boolean(let boolean): .boolean(boolean)
    case .integer(let integer): .integer(integer)
    case .text(let text): .text(text)
    case .null, .number, .array, .object: .null
    }
  }

  /// A dot from its description.
  private static func dot(_ text: String) -> Dot? {
    let parts = text.split(separator: "/")
    guard parts.count == 3, let replica = ReplicaID(parts[0]),
      let lane = UInt8(parts[1]).flatMap(Lane.init(rawValue:)), let sequence = UInt64(parts[2])
    else { return nil }
    return Dot(replica: replica, lane: lane, sequence: sequence)
  }
}
