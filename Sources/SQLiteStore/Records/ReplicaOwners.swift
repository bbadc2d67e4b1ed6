import GRDB
import SyncCore

extension SQLiteStore {
  /// What people call the replicas that were met, and this one.
  public func replicaNames() throws -> [ReplicaID: String] {
    try onConnection { database, _ in try Self.names(database) }
  }

  /// Remembers what a replica calls itself. Nothing is written where that is known.
  public func rememberName(of replica: ReplicaID, _ name: String, at now: Instant) throws {
    guard try replicaNames()[replica] != name else { return }
    try write(at: now) { engine in
      try engine.database.execute(
        sql: """
          INSERT INTO sync_replicas (replica, name, since) VALUES (?, ?, ?)
          ON CONFLICT (replica) DO UPDATE SET name = excluded.name
          """,
        arguments: [replica.description, name, now.wallMilliseconds])
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

  fileprivate static func names(_ database: Database) throws -> [ReplicaID: String] {
    var names = try replicas(database, column: "name")
    let own = try StoreIdentity.load(from: database)
    names[own.replica] = own.name
    return names
  }

  private static func replicas(
    _ database: Database, column: String
  ) throws -> [ReplicaID: String] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT replica, \(column) FROM sync_replicas WHERE \(column) IS NOT NULL")
    return Dictionary(
      rows.compactMap { row in ReplicaID(row[0] as String).map { ($0, row[1] as String) } },
      uniquingKeysWith: { first, _ in first })
  }
}

extension StoreReader {
  /// What people call the replicas that were met, and this one.
  public func replicaNames() throws -> [ReplicaID: String] {
    try read("reading the names of the machines") { try SQLiteStore.names($0.database) }
  }
}
