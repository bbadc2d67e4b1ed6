import GRDB
import SyncCore

/// Loads and saves the causal metadata of records.
final class RecordTable {
  private let select: PreparedStatement
  private let insert: PreparedStatement
  private let update: PreparedStatement
  private let layouts: [String: KindLayout]
  private let unknownKind = StateCodec(kind: nil)

  init(_ database: Database, schema: Schema) throws {
    layouts = Dictionary(
      schema.kinds.map { ($0.name, KindLayout($0)) }, uniquingKeysWith: { first, _ in first })
    select = try PreparedStatement(
      database,
      "SELECT project, kind, head, flags, state FROM sync_records WHERE record = ? AND kind = ?")
    insert = try PreparedStatement(
      database,
      "INSERT INTO sync_records (record, project, kind, head, flags, state) VALUES (?, ?, ?, ?, ?, ?)"
    )
    update = try PreparedStatement(
      database,
      "UPDATE sync_records SET head = ?, flags = ?, state = ? WHERE record = ? AND kind = ?")
  }

  /// What is worked out for a kind; `nil` for one that is not declared.
  func layout(of kind: String) -> KindLayout? { layouts[kind] }

  /// The stored record, or `nil` where this store has no change of it.
  func load(_ id: RecordID, kind: String, origins: Origins) throws -> WorkingRecord? {
    select.bind(1, id.rawValue)
    select.bind(2, kind)
    guard try select.step("reading a record's metadata") else { return nil }
    defer { select.reset() }
    let layout = layouts[kind]
    return WorkingRecord(
      id: id, project: select.integer(0), kindName: kind, layout: layout,
      state: try (layout?.codec ?? unknownKind).decode(select.bytes(4), origins: origins),
      head: select.integer(2), flags: WorkingRecord.Flags(rawValue: select.integer(3)),
      isStored: true, naturalKey: [])
  }

  func save(_ record: WorkingRecord, origins: Origins) throws {
    let state = try bytes(of: record, origins: origins)
    guard record.isStored else {
      insert.bind(1, record.id.rawValue)
      insert.bind(2, record.project)
      insert.bind(3, record.kindName)
      insert.bind(4, record.head)
      insert.bind(5, record.flags.rawValue)
      insert.bind(6, state)
      try insert.run("saving a record's metadata")
      record.isStored = true
      return
    }
    update.bind(1, record.head)
    update.bind(2, record.flags.rawValue)
    update.bind(3, state)
    update.bind(4, record.id.rawValue)
    update.bind(5, record.kindName)
    try update.run("saving a record's metadata")
  }

  private func bytes(of record: WorkingRecord, origins: Origins) throws -> [UInt8] {
    let codec = record.layout?.codec ?? unknownKind
    if let creation = record.creation, let layout = record.layout {
      let origin = Origin(replica: creation.dot.replica, lane: creation.dot.lane)
      return codec.encode(
        creation: creation, fieldNumbers: record.creationFields.map { layout.numbers[$0] },
        originRef: try origins.ref(of: origin, inProjectRef: record.project))
    }
    return try codec.encode(record.state, project: record.project, origins: origins)
  }
}
