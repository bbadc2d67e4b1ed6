import GRDB
import SyncCore

/// What is kept of sessions, and what follows when they show that this store is not the only one of
/// its name.
extension SQLiteStore {
  public var token: SessionToken? {
    get throws {
      try onConnection { database, _ in
        try StoreIdentity.value("token", in: database)
          .flatMap { UniqueID($0) }.map(SessionToken.init(rawValue:))
      }
    }
  }

  public func keep(_ token: SessionToken) throws {
    try write(at: Instant(monotonicMilliseconds: 0, wallMilliseconds: 0)) { engine in
      try StoreIdentity.save("token", token.rawValue.description, to: engine.database)
    }
  }

  public func ledger(of replica: ReplicaID) throws -> PeerLedger? {
    try onConnection { database, _ in
      try Row.fetchOne(
        database,
        sql: """
          SELECT replica, device, presented, issued, must_renew_key FROM sync_replicas
          WHERE replica = ? AND device IS NOT NULL
          """, arguments: [replica.description]
      ).flatMap(Self.ledger)
    }
  }

  public func ledgers(ofDevice key: String) throws -> [PeerLedger] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: """
          SELECT replica, device, presented, issued, must_renew_key FROM sync_replicas
          WHERE device = ? ORDER BY rowid
          """, arguments: [key]
      ).compactMap(Self.ledger)
    }
  }

  /// The devices that ever spoke as a replica, by their keys, with what the newest replica of each calls
  /// itself.
  public func devicesThatSpoke() throws -> [String: String] {
    try onConnection { database, _ in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT device, coalesce(name, '') FROM sync_replicas WHERE device IS NOT NULL
          ORDER BY rowid
          """)
      return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 })
    }
  }

  private static func ledger(from row: Row) -> PeerLedger? {
    guard let replica = ReplicaID(row[0] as String) else { return nil }
    let issued = [UInt8](row[3] as DatabaseBytes)
    return PeerLedger(
      replica: replica, device: row[1],
      presented: (row[2] as DatabaseBytes?).flatMap { UniqueID(bytes: [UInt8]($0)) }
        .map(SessionToken.init(rawValue:)),
      issued: stride(from: 0, to: issued.count, by: 16).compactMap { start in
        UniqueID(bytes: Array(issued[start..<min(start + 16, issued.count)]))
          .map(SessionToken.init(rawValue:))
      },
      mustRenewKey: row[4])
  }

  public func save(_ ledger: PeerLedger, at now: Instant) throws {
    try write(at: now) { engine in
      try engine.database.execute(
        sql: """
          INSERT INTO sync_replicas (replica, device, presented, issued, must_renew_key, since)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (replica) DO UPDATE SET device = excluded.device,
            presented = excluded.presented, issued = excluded.issued,
            must_renew_key = excluded.must_renew_key
          """,
        arguments: [
          ledger.replica.description, ledger.device,
          ledger.presented.map { DatabaseBytes($0.rawValue.bytes) },
          DatabaseBytes(ledger.issued.flatMap(\.rawValue.bytes)), ledger.mustRenewKey,
          now.wallMilliseconds,
        ])
    }
  }

  public func fork(at points: ForkPoints, now: Instant) throws -> Fork {
    // What is captured on the way comes under the new identity, whichever lane it is in.
    let points = try stated(points)
    let fork = try writeBehindCapture(at: now) { engine, _ in
      try engine.fork(at: points, as: ReplicaID(rawValue: .random(using: &engine.chance)))
    }
    // Under its new name it owes receipts of its own.
    _ = try settleErasures(at: now)
    return fork
  }

  /// The points with those of the chains that are shared whole, as they stand.
  private func stated(_ points: ForkPoints) throws -> ForkPoints {
    var points = points
    for project in projects {
      let vector = try vector(of: project)
      for lane in Lane.allCases where points[project, lane] == nil {
        points[project, lane] = vector.sequence(of: Origin(replica: replica, lane: lane))
      }
    }
    return points
  }

  public func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant
  ) throws {
    let isOwn = try formerReplicas.contains(origin.replica)
    try writeBehindCapture(at: now) { engine, _ in
      try engine.truncate(
        origin, after: sequence, project: try engine.origins.ref(of: project), isOwn: isOwn)
    }
  }

  public var formerReplicas: [ReplicaID] {
    get throws {
      try onConnection { database, _ in
        try String.fetchAll(database, sql: "SELECT former FROM sync_forks ORDER BY id")
          .compactMap { ReplicaID($0) }
      }
    }
  }

  /// The last time that this store took a new identity, and when.
  public func lastFork() throws -> (fork: Fork, at: Int64)? {
    try onConnection { database, _ in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT former, current, reissued, at FROM sync_forks ORDER BY id DESC LIMIT 1")
      guard let row, let former = ReplicaID(row[0] as String),
        let current = ReplicaID(row[1] as String)
      else { return nil }
      return (Fork(former: former, current: current, reissued: row[2]), row[3])
    }
  }
}

extension UniqueID {
  /// A version 4 UUID (RFC 9562) from the system's generator.
  public static func random() -> UniqueID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// A version 4 UUID (RFC 9562).
  static func random(using generator: inout some RandomNumberGenerator) -> UniqueID {
    let high = UInt64.random(in: 0...UInt64.max, using: &generator)
    let low = UInt64.random(in: 0...UInt64.max, using: &generator)
    return UniqueID(high: high & ~0xF000 | 0x4000, low: low & ~(3 << 62) | 2 << 62)
  }
}
