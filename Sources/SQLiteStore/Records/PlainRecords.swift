import GRDB
import SyncCore
import SyncWire

/// Makes records from plain changes (``PlainChange``), straight from their bytes to their rows: what
/// decoding, merging, projecting and saving would come to for a record that is new and that one such
/// change wrote.
final class PlainRecords {
  private let rows: DomainRows
  private let records: RecordTable
  private let insert: PreparedStatement
  private var change = PlainChange()
  /// The field of each of the change's writes.
  private var fields: [Int] = []
  private var state = ByteWriter()
  /// The kinds that were met, and the one of the last change: the next is mostly of the same.
  private var targets: [Target] = []
  private var current: Target?

  private struct Target {
    var layout: KindLayout
    var rows: PlainRows
  }

  init(_ database: Database, rows: DomainRows, records: RecordTable) throws {
    self.rows = rows
    self.records = records
    insert = try PreparedStatement(
      database,
      """
      INSERT INTO sync_records (record, project, kind, head, flags, state) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """)
  }

  /// The record that `encoded` makes and its kind, where it is a plain change whose every value fits
  /// its column; `nil` where it has to be decoded.
  func read(
    _ encoded: EncodedChange, lane: Lane
  ) throws -> (record: RecordID, layout: KindLayout)? {
    guard change.read(encoded), let target = try target(in: encoded.bytes) else { return nil }
    let layout = target.layout
    guard layout.plainLane == lane,
      layout.findFields(of: change.writes, in: encoded.bytes, into: &fields)
    else { return nil }
    return (change.record, layout)
  }

  private func target(in bytes: [UInt8]) throws -> Target? {
    func isNamed(_ target: Target) -> Bool { target.layout.isNamed(change.kind, in: bytes) }
    if let current, isNamed(current) { return current }
    if let target = targets.first(where: isNamed) {
      current = target
      return target
    }
    guard let layout = records.layout(of: String(decoding: bytes[change.kind], as: UTF8.self)),
      layout.plainLane != nil, layout.isNamed(change.kind, in: bytes)
    else { return nil }
    let target = Target(layout: layout, rows: try PlainRows(rows, kind: layout.kind))
    targets.append(target)
    current = target
    return target
  }

  /// Where the change came from and where it goes.
  struct Place {
    var dot: Dot
    var originRef: Int64
    var project: ProjectID
    var projectRef: Int64
    /// In the log.
    var position: Int64
  }

  /// Writes the metadata of the record that was read last, and its row with ``flush()`` at the latest;
  /// `bytes` are those of its change. `false`, with nothing written, where the store has the record
  /// already.
  func make(from bytes: [UInt8], at place: Place) throws -> Bool {
    guard let current else { return false }
    StateCodec.write(
      creation: place.dot, originRef: place.originRef, cellCount: fields.count, into: &state)
    for (field, write) in zip(fields, change.writes) {
      StateCodec.write(
        cell: current.layout.numbers[field], element: nil, flag: write.value.boolean, into: &state)
    }
    insert.bind(1, change.record.rawValue)
    insert.bind(2, place.projectRef)
    insert.bind(3, current.layout.kind.name)
    insert.bind(4, place.position)
    insert.bind(5, WorkingRecord.Flags.isShown.rawValue)
    try insert.run("saving a record's metadata", binding: 6, inPlace: state.bytes)
    guard insert.changedRows > 0 else { return false }
    var revision = Revision.none
    revision.include(place.dot)
    try current.rows.append(
      change, fields: fields, bytes: bytes, project: place.project, revision: revision)
    return true
  }

  /// Writes the rows that wait; before anything else reads or writes rows.
  func flush() throws {
    for target in targets { try target.rows.flush() }
  }

  /// Forgets the rows of a transaction that failed.
  func discard() {
    for target in targets { target.rows.discard() }
  }
}

extension PlainChange.PlainValue {
  fileprivate var boolean: Bool? {
    if case .boolean(let boolean) = self { boolean } else { nil }
  }
}
