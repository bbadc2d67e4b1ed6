import GRDB
import SyncCore

/// The append-only log: every change of every origin, as the bytes that travel.
final class ChangeLog {
  private let insert: PreparedStatement
  private let readByDot: PreparedStatement
  private let readByPosition: PreparedStatement
  private let readRun: PreparedStatement
  private let hashOf: PreparedStatement
  private let positionOf: PreparedStatement
  private let link: PreparedStatement
  private let clear: PreparedStatement
  private(set) var lastPosition: Int64

  init(_ database: Database) throws {
    insert = try PreparedStatement(
      database,
      """
      INSERT INTO sync_log
        (position, origin, sequence, previous, bytes, personal, hash, stored_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    let columns = "position, origin, sequence, previous, bytes, personal, stored_at"
    readByDot = try PreparedStatement(
      database, "SELECT \(columns) FROM sync_log WHERE origin = ? AND sequence = ?")
    readByPosition = try PreparedStatement(
      database, "SELECT \(columns) FROM sync_log WHERE position = ?")
    readRun = try PreparedStatement(
      database,
      """
      SELECT position, bytes, personal FROM sync_log
      WHERE origin = ? AND sequence >= ? ORDER BY sequence
      """)
    hashOf = try PreparedStatement(
      database, "SELECT hash FROM sync_log WHERE origin = ? AND sequence = ?")
    positionOf = try PreparedStatement(
      database, "SELECT position FROM sync_log WHERE origin = ? AND sequence = ?")
    link = try PreparedStatement(database, "UPDATE sync_log SET previous = ? WHERE position = ?")
    clear = try PreparedStatement(
      database, "UPDATE sync_log SET personal = NULL WHERE position = ?")
    lastPosition = try Int64.fetchOne(database, sql: "SELECT max(position) FROM sync_log") ?? 0
  }

  /// One row of the log.
  struct Entry {
    var position: Int64
    var origin: Int64
    var sequence: UInt64
    /// The entry before this one of the same record.
    var previous: Int64?
    var change: EncodedChange
    var storedAt: Int64
  }

  /// Appends one change and returns its position. The caller has checked that it is the next of its
  /// origin; the table's uniqueness holds it to that.
  func append(
    _ change: EncodedChange, origin: Int64, sequence: UInt64, previous: Int64?, hash: Digest128,
    at milliseconds: Int64
  ) throws -> Int64 {
    let position = lastPosition + 1
    insert.bind(1, position)
    insert.bind(2, origin)
    insert.bind(3, Int64(sequence))
    insert.bind(4, previous)
    if change.personal.isEmpty { insert.bindNull(6) } else { insert.bind(6, change.personal) }
    insert.bind(7, hash.bits)
    insert.bind(8, milliseconds)
    try insert.run("appending a change to the log", binding: 5, inPlace: change.bytes)
    lastPosition = position
    return position
  }

  /// Says which change of the same record came before one that could not be read when it arrived.
  func link(_ position: Int64, after previous: Int64) throws {
    link.bind(1, previous == 0 ? nil : previous)
    link.bind(2, position)
    try link.run("linking a change to its record")
  }

  /// Takes the personal values of a change off the log, for good, and the key of its commitment.
  func clearPersonal(at position: Int64) throws {
    clear.bind(1, position)
    try clear.run("erasing the personal part of a change")
  }

  /// Takes back what a rolled-back transaction had counted.
  func rewind(to position: Int64) { lastPosition = position }

  func entry(origin: Int64, sequence: UInt64) throws -> Entry? {
    readByDot.bind(1, origin)
    readByDot.bind(2, Int64(sequence))
    return try entry(from: readByDot)
  }

  func entry(at position: Int64) throws -> Entry? {
    readByPosition.bind(1, position)
    return try entry(from: readByPosition)
  }

  private func entry(from statement: PreparedStatement) throws -> Entry? {
    guard try statement.step("reading the log") else { return nil }
    defer { statement.reset() }
    return Entry(
      position: statement.integer(0), origin: statement.integer(1),
      sequence: UInt64(statement.integer(2)), previous: statement.optionalInteger(3),
      change: EncodedChange(bytes: statement.bytes(4), personal: statement.bytes(5)),
      storedAt: statement.integer(6))
  }

  func hash(origin: Int64, sequence: UInt64) throws -> [UInt8]? {
    hashOf.bind(1, origin)
    hashOf.bind(2, Int64(sequence))
    guard try hashOf.step("reading a chain hash") else { return nil }
    defer { hashOf.reset() }
    return hashOf.bytes(0)
  }

  func position(origin: Int64, sequence: UInt64) throws -> Int64? {
    positionOf.bind(1, origin)
    positionOf.bind(2, Int64(sequence))
    guard try positionOf.step("looking up the log") else { return nil }
    defer { positionOf.reset() }
    return positionOf.integer(0)
  }

  /// Reads changes of one origin from `sequence` on, as long as `take` wants the next.
  func read(
    origin: Int64, from sequence: UInt64, take: (_ position: Int64, () -> EncodedChange) -> Bool
  ) throws {
    readRun.bind(1, origin)
    readRun.bind(2, Int64(sequence))
    while try readRun.step("reading the log") {
      let wanted = take(readRun.integer(0)) {
        EncodedChange(bytes: readRun.bytes(1), personal: readRun.bytes(2))
      }
      guard wanted else {
        readRun.reset()
        return
      }
    }
  }
}
