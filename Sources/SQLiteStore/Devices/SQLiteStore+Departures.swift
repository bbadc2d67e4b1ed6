import GRDB
import SyncCore

/// Projects that were left: on a laptop its own, on the online side what laptops said.
extension SQLiteStore {
  /// The laptop's own receipts stand under no device.
  private static let own = ""

  public func departures() throws -> [Departure] { try departures(of: Self.own) }

  public func departures(of device: String) throws -> [Departure] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: "SELECT project, changes, at FROM sync_departures WHERE device = ? ORDER BY at",
        arguments: [device]
      ).compactMap { row in
        ProjectID(row[0] as String).map {
          Departure(project: $0, changes: UInt64(clamping: row[1] as Int64), at: row[2])
        }
      }
    }
  }

  /// Keeps what a laptop said that it removed.
  public func note(_ departure: Departure, of device: String, at now: Instant) throws {
    guard try !departures(of: device).contains(departure) else { return }
    try write(at: now) { try Self.save(departure, of: device, $0.database) }
  }

  private static func save(
    _ departure: Departure, of device: String, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO sync_departures (device, project, changes, at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET changes = excluded.changes, at = excluded.at
        """,
      arguments: [
        device, departure.project.description, Int64(clamping: departure.changes), departure.at,
      ])
  }
}
