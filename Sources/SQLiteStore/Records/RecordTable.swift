import GRDB
import SyncCore

/// Loads and saves the causal metadata of records.
final class RecordTable {
  private let select: PreparedStatement
  private let insert: PreparedStatement
  private let update: PreparedStatement
  private let schema: Schema
  private var codecs: [String: StateCodec] = [:]

  init(_ database: Database, schema: Schema) throws {
    self.schema = schema
    select = try PreparedStatement(
      database, "SELECT project, kind, head, flags, state FROM sync_records WHERE record = ?")
    insert = try PreparedStatement(
      database,
      "INSERT INTO sync_records (record, project, kind, head, flags, state) VALUES (?, ?, ?, ?, ?, ?)"
    )
    update = try PreparedStatement(
      database, "UPDATE sync_records SET head = ?, flags = ?, state = ? WHERE record = ?")
  }

  private func codec(for kind: String) -> StateCodec {
    if let codec = codecs[kind] { return codec }
    let codec = StateCodec(kind: schema[kind])
    codecs[kind] = codec
    return codec
  }

  /// The stored record, or `nil` where this store has no change of it.
  func load(_ id: RecordID, origins: Origins) throws -> WorkingRecord? {
    select.bind(1, id.rawValue.bytes)
    guard try select.step("reading a record's metadata") else { return nil }
    defer { select.reset() }
    let kind = select.text(1)
    return WorkingRecord(
      id: id, project: select.integer(0), kindName: kind, kind: schema[kind],
      state: try codec(for: kind).decode(select.bytes(4), origins: origins),
      head: select.integer(2), flags: WorkingRecord.Flags(rawValue: select.integer(3)),
      isStored: true, naturalKey: [])
  }

  func save(_ record: WorkingRecord, origins: Origins) throws {
    let state = try codec(for: record.kindName)
      .encode(record.state, project: record.project, origins: origins)
    guard record.isStored else {
      insert.bind(1, record.id.rawValue.bytes)
      insert.bind(2, record.project)
      insert.bind(3, record.kindName)
      insert.bind(4, record.head)
      insert.bind(5, record.flags.rawValue)
      insert.bind(6, state)
      return try insert.run("saving a record's metadata")
    }
    update.bind(1, record.head)
    update.bind(2, record.flags.rawValue)
    update.bind(3, state)
    update.bind(4, record.id.rawValue.bytes)
    try update.run("saving a record's metadata")
  }
}
