import GRDB
import SyncCore

extension SQLiteStore {
  /// The device, by its public key, that each replica belongs to, as far as they were seen.
  public func replicaOwners() throws -> [ReplicaID: String] {
    try onConnection { database, _ in
      let rows = try Row.fetchAll(database, sql: "SELECT replica, device FROM sync_replicas")
      return Dictionary(
        rows.compactMap { row in ReplicaID(row[0] as String).map { ($0, row[1] as String) } },
        uniquingKeysWith: { first, _ in first })
    }
  }

  /// Remembers that a device spoke as a replica. The first device stands.
  public func rememberOwner(of replica: ReplicaID, device: String, at now: Instant) throws {
    try write(at: now) { engine in
      try engine.database.execute(
        sql: """
          INSERT INTO sync_replicas (replica, device, since) VALUES (?, ?, ?)
          ON CONFLICT (replica) DO NOTHING
          """,
        arguments: [replica.description, device, now.wallMilliseconds])
    }
  }

  /// The peers that ever acknowledged anything, and when they last did, the latest first.
  public func acknowledgingPeers() throws -> [(peer: ReplicaID, at: Int64)] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: "SELECT peer, max(at) AS last FROM sync_acknowledged GROUP BY peer ORDER BY last DESC"
      ).compactMap { row in ReplicaID(row[0] as String).map { ($0, row[1] as Int64) } }
    }
  }
}
