import GRDB
import SyncCore

/// What peers have committed, as they acknowledge it. An acknowledgement says what is safe elsewhere;
/// losing it makes `status` say less until the next session, and nothing else. So it waits in memory
/// for the next transaction instead of costing one of its own.
struct Acknowledgements {
  private var pending: [Place: Known] = [:]

  private struct Place: Hashable {
    var peer: ReplicaID
    var project: Int64
    var origin: Origin
  }

  private struct Known {
    var position: ChainPosition
    var at: Int64
  }

  var isEmpty: Bool { pending.isEmpty }

  mutating func add(
    _ positions: [Origin: ChainPosition], project: Int64, peer: ReplicaID, at milliseconds: Int64
  ) {
    for (origin, position) in positions {
      let place = Place(peer: peer, project: project, origin: origin)
      if let known = pending[place], known.position.sequence >= position.sequence { continue }
      pending[place] = Known(position: position, at: milliseconds)
    }
  }

  /// Writes what waits, in the transaction at hand.
  mutating func save(to database: Database, origins: inout Origins) throws {
    guard !pending.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO sync_acknowledged (peer, origin, sequence, hash, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (peer, origin) DO UPDATE
        SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at
        WHERE excluded.sequence > sequence
        """)
    for (place, known) in pending {
      let ref = try origins.makeRef(of: place.origin, inProjectRef: place.project, in: database)
      try statement.execute(arguments: [
        place.peer.description, ref, Int64(known.position.sequence),
        DatabaseBytes(known.position.hash.bits.bytes), known.at,
      ])
    }
    pending = [:]
  }

  /// Lays what waits over what is stored.
  func overlay(_ vector: inout ProjectVector, project: Int64, peer: ReplicaID) {
    for (place, known) in pending where place.project == project && place.peer == peer {
      vector.advance(place.origin, to: known.position)
    }
  }
}

extension SQLiteStore {
  public func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    try onConnection { _, engine in
      engine.acknowledgements.add(
        positions, project: try engine.origins.ref(of: project), peer: peer,
        at: now.wallMilliseconds)
    }
  }

  /// Writes acknowledgements that wait for a transaction. Cheap where none do.
  public func saveAcknowledgements(at now: Instant) throws {
    guard try onConnection({ _, engine in !engine.acknowledgements.isEmpty }) else { return }
    try write(at: now) { _ in }
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
      engine.acknowledgements.overlay(&vector, project: projectRef, peer: peer)
      return vector
    }
  }
}
