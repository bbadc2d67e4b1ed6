import GRDB
import SyncCore

/// The devices that the online side knows. Small: hundreds of rows.
extension SQLiteStore {
  /// All, by name.
  public func devices() throws -> [EnrolledDevice] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database, sql: "SELECT \(EnrolledDevice.columns) FROM sync_devices ORDER BY name, key"
      ).compactMap { EnrolledDevice($0) }
    }
  }

  /// Pending devices are at most this many; the oldest goes when another comes.
  public static let pendingDevices = 256

  /// Writes a device, new or known. On disk when it returns.
  public func save(_ device: EnrolledDevice, at now: Instant) throws {
    try write(at: now) { try Self.save(device, $0.database) }
  }

  static func save(_ device: EnrolledDevice, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO sync_devices (\(EnrolledDevice.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET name = excluded.name, standing = excluded.standing,
          role = excluded.role, projects = excluded.projects, changed_at = excluded.changed_at,
          reason = excluded.reason, kept_server_key = excluded.kept_server_key,
          last_contact = excluded.last_contact
        """,
      arguments: [
        device.key, device.name, device.standing.rawValue, device.role.rawValue,
        device.projects.map(ProjectList.text), device.since, device.changedAt, device.reason,
        device.keptServerKey, device.lastContact,
      ])
    guard device.standing == .pending else { return }
    try database.execute(
      sql: """
        DELETE FROM sync_devices WHERE standing = 'pending' AND key NOT IN
          (SELECT key FROM sync_devices WHERE standing = 'pending' ORDER BY since DESC LIMIT ?)
        """, arguments: [pendingDevices])
  }

  /// Writes down when devices last spoke, by their keys.
  public func save(contacts: [String: Int64], at now: Instant) throws {
    try write(at: now) { engine in
      for (key, time) in contacts.sorted(by: { $0.key < $1.key }) {
        try engine.database.execute(
          sql: "UPDATE sync_devices SET last_contact = ? WHERE key = ?", arguments: [time, key])
      }
    }
  }

  /// Forgets a device that has no rights.
  public func removeDevice(_ key: String, at now: Instant) throws {
    try write(at: now) { engine in
      try engine.database.execute(
        sql: "DELETE FROM sync_devices WHERE key = ? AND standing = 'pending'", arguments: [key])
    }
  }
}
