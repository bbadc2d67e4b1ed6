import GRDB
import SyncCore

/// The rows that the triggers left, in the order of the writes. Consumed by delete; no cursor.
final class Outbox {
  private let first: PreparedStatement
  private let delete: PreparedStatement
  private let fail: PreparedStatement
  private let drained: PreparedStatement
  private let reached: PreparedStatement
  private let beyond: PreparedStatement

  init(_ database: Database) throws {
    first = try PreparedStatement(
      database,
      """
      SELECT id, kind, operation, written_at, seen, changed_by, changed_for, old, new
      FROM sync_outbox WHERE failure IS NULL ORDER BY id LIMIT ?
      """)
    delete = try PreparedStatement(
      database, "DELETE FROM sync_outbox WHERE id <= ? AND failure IS NULL")
    fail = try PreparedStatement(database, "UPDATE sync_outbox SET failure = ? WHERE id = ?")
    drained = try PreparedStatement(
      database, "INSERT INTO sync_drained (outbox, position) VALUES (?, ?)")
    reached = try PreparedStatement(
      database,
      "SELECT position FROM sync_drained WHERE outbox <= ? ORDER BY outbox DESC LIMIT 1")
    beyond = try PreparedStatement(
      database, "SELECT 1 FROM sync_outbox WHERE failure IS NULL ORDER BY id LIMIT 1 OFFSET ?")
  }

  struct Row {
    var id: Int64
    var kind: String
    var operation: Operation
    var writtenAt: Int64
    var seen: Int64?
    var changedBy: RecordID?
    var changedFor: RecordID?
    var old: String?
    var new: String?

    /// Whether the writer's text was no UTF-8 and had to be repaired (or says U+FFFD itself).
    var isRepaired: Bool { new?.utf8.contains(0xEF) == true && new?.contains("\u{FFFD}") == true }
  }

  enum Operation: String {
    case insert, update, delete
  }

  /// The first rows, at most `limit`.
  func rows(atMost limit: Int) throws -> [Row] {
    var rows: [Row] = []
    first.bind(1, Int64(limit))
    while try first.step("reading the outbox") {
      guard let operation = Operation(rawValue: first.text(2)) else { continue }
      rows.append(
        Row(
          id: first.integer(0), kind: first.text(1), operation: operation,
          writtenAt: first.integer(3), seen: first.optionalInteger(4),
          changedBy: first.optionalText(5).flatMap { RecordID($0) },
          changedFor: first.optionalText(6).flatMap { RecordID($0) },
          old: first.optionalText(7), new: first.optionalText(8)))
    }
    return rows
  }

  func hasMore(than count: Int) throws -> Bool {
    beyond.bind(1, Int64(count))
    let found = try beyond.step("counting the outbox")
    if found { beyond.reset() }
    return found
  }

  /// Takes the rows up to `id` off, but for those that were set aside.
  func remove(upTo id: Int64) throws {
    delete.bind(1, id)
    try delete.run("taking rows off the outbox")
  }

  /// Remembers how far the log was when a row had been captured.
  func note(_ id: Int64, reached position: Int64) throws {
    drained.bind(1, id)
    drained.bind(2, position)
    try drained.run("noting a drained row")
  }

  func fail(_ id: Int64, because reason: String) throws {
    fail.bind(1, reason)
    fail.bind(2, id)
    try fail.run("setting a row of the outbox aside")
  }

  /// The log position up to which a reader had seen the record who read it right after the outbox
  /// row `id` was written; `nil` where that is not known any more.
  func position(reachedBy id: Int64) throws -> Int64? {
    reached.bind(1, id)
    guard try reached.step("looking up what a writer had seen") else { return nil }
    defer { reached.reset() }
    return reached.integer(0)
  }
}
