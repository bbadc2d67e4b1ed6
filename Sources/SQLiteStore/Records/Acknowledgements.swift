import GRDB
import SyncCore

extension SQLiteStore {
  public func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    guard !positions.isEmpty else { return }
    try write(at: now) { engine in
      let projectRef = try engine.origins.ref(of: project)
      let statement = try engine.database.cachedStatement(
        sql: """
          INSERT INTO sync_acknowledged (peer, origin, sequence, hash, at) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (peer, origin) DO UPDATE
          SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at
          WHERE excluded.sequence > sequence
          """)
      for (origin, position) in positions {
        let ref = try engine.origins.makeRef(
          of: origin, inProjectRef: projectRef, in: engine.database)
        try statement.execute(arguments: [
          peer.description, ref, Int64(position.sequence),
          DatabaseBytes(position.hash.bits.bytes), now.wallMilliseconds,
        ])
      }
    }
  }

  public func acknowledged(
    in project: ProjectID, by peer: ReplicaID
  ) throws -> ProjectVector {
    try onConnection { database, engine in
      let projectRef = try engine.origins.ref(of: project)
      var vector = ProjectVector()
      let rows = try Row.fetchAll(
        database, sql: "SELECT origin, sequence, hash FROM sync_acknowledged WHERE peer = ?",
        arguments: [peer.description])
      for row in rows {
        let entry = try engine.origins.entry(ofRef: row[0])
        guard entry.project == projectRef,
          let hash = UniqueID(bytes: [UInt8](row[2] as DatabaseBytes))
        else { continue }
        vector[entry.origin] = ChainPosition(
          sequence: UInt64(row[1] as Int64), hash: Digest128(bits: hash))
      }
      return vector
    }
  }
}
