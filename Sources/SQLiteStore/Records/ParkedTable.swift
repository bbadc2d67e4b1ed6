import GRDB
import SyncCore

/// Changes that this replica keeps and forwards and can not, or not fully, show.
final class ParkedTable {
  private let insert: PreparedStatement
  private let select: PreparedStatement
  private let delete: PreparedStatement
  /// Whether any change is parked as undecodable: then, and only then, covered is not yet merged.
  private(set) var hasUndecodable: Bool

  init(_ database: Database) throws {
    insert = try PreparedStatement(
      database,
      """
      INSERT INTO sync_parked (origin, sequence, reason, detail, since) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET reason = excluded.reason, detail = excluded.detail
      """)
    select = try PreparedStatement(
      database, "SELECT reason FROM sync_parked WHERE origin = ? AND sequence = ?")
    delete = try PreparedStatement(
      database, "DELETE FROM sync_parked WHERE origin = ? AND sequence = ?")
    hasUndecodable =
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM sync_parked WHERE reason = ?)",
        arguments: [Int(ParkReason.undecodable.rawValue)]) ?? false
  }

  func add(
    origin: Int64, sequence: UInt64, reason: ParkReason, detail: String, at milliseconds: Int64
  ) throws {
    insert.bind(1, origin)
    insert.bind(2, Int64(sequence))
    insert.bind(3, Int64(reason.rawValue))
    insert.bind(4, detail)
    insert.bind(5, milliseconds)
    try insert.run("parking a change")
    if reason == .undecodable { hasUndecodable = true }
  }

  func remove(origin: Int64, sequence: UInt64) throws {
    delete.bind(1, origin)
    delete.bind(2, Int64(sequence))
    try delete.run("taking a change off the parked ones")
  }

  func isUndecodable(origin: Int64, sequence: UInt64) throws -> Bool {
    select.bind(1, origin)
    select.bind(2, Int64(sequence))
    guard try select.step("reading a parked change") else { return false }
    defer { select.reset() }
    return select.integer(0) == Int64(ParkReason.undecodable.rawValue)
  }
}
