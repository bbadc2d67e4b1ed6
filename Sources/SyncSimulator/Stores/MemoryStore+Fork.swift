import SyncCore
import SyncWire

/// Sessions, forks and repairs.
extension MemoryStore {
  public var token: SessionToken? {
    get throws {
      try faults.check("token")
      return lastToken
    }
  }

  public mutating func keep(_ token: SessionToken) throws {
    try faults.check("keep")
    lastToken = token
  }

  public func ledger(of replica: ReplicaID) throws -> PeerLedger? {
    try faults.check("ledger")
    return ledgers.first { $0.replica == replica }
  }

  public func ledgers(ofDevice key: String) throws -> [PeerLedger] {
    try faults.check("ledgers")
    return ledgers.filter { $0.device == key }
  }

  public mutating func save(_ ledger: PeerLedger, at now: Instant) throws {
    try faults.check("save")
    if let index = ledgers.firstIndex(where: { $0.replica == ledger.replica }) {
      ledgers[index] = ledger
    } else {
      ledgers.append(ledger)
    }
  }

  public var formerReplicas: [ReplicaID] {
    get throws {
      try faults.check("formerReplicas")
      return formerNames
    }
  }

  public mutating func fork(at points: ForkPoints, now: Instant) throws -> Fork {
    try faults.check("fork")
    var fork = Fork(
      former: replica,
      current: ReplicaID(rawValue: UniqueID(high: random.next(), low: random.next())),
      reissued: 0)
    for project in logs.keys.sorted() {
      fork.reissued += moveOut(of: project, to: fork.current) { dot in
        dot.replica == fork.former && dot.sequence > points[project, dot.lane] ?? .max
      }
    }
    replica = fork.current
    formerNames.append(fork.former)
    lastToken = nil
    ledgers = ledgers.map { $0.withoutTokens }
    for project in logs.keys.sorted() { _ = writeReceipts(in: project, at: now) }
    return fork
  }

  /// Takes changes off the log, each the last of its origin, and appends them under another name;
  /// how many.
  private mutating func moveOut(
    of project: ProjectID, to name: ReplicaID, _ isMoved: (Dot) -> Bool
  ) -> Int {
    guard let log = logs[project] else { return 0 }
    var rebuilt = log.without(isMoved, schema: schema)
    var renamed: [Dot: Dot] = [:]
    let moved = log.order.filter(isMoved)
    for dot in moved {
      guard let entry = log[dot] else { continue }
      let last = rebuilt.vector.sequence(of: Origin(replica: name, lane: dot.lane))
      let to = Dot(replica: name, lane: dot.lane, sequence: last + 1)
      renamed[dot] = to
      append(entry, renamed: renamed, as: to, to: &rebuilt)
    }
    logs[project] = rebuilt
    return moved.count
  }

  private mutating func append(
    _ entry: ProjectLog.Entry, renamed: [Dot: Dot], as dot: Dot, to log: inout ProjectLog
  ) {
    guard let change = entry.change?.renaming(renamed, as: dot) else {
      _ = log.append(entry.encoded, nil, at: dot, schema: schema)
      return
    }
    let kind = schema[change.kind]
    let key = commitmentKey()
    let encoded = ChangeCodec.encode(
      change, isPersonal: { kind?.field(named: $0)?.isPersonal ?? false }, commitmentKey: key)
    _ = log.append(encoded, change, at: dot, schema: schema)
  }

  /// Gives a copy chance of its own, as the system's generator gives every machine.
  public mutating func reseed(_ seed: UInt64) { random = SplitMix64(seed: seed) }

  public mutating func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant
  ) throws {
    try faults.check("truncate")
    let isBehind = { (dot: Dot) in
      dot.replica == origin.replica && dot.lane == origin.lane && dot.sequence > sequence
    }
    if formerNames.contains(origin.replica) {
      _ = moveOut(of: project, to: replica, isBehind)
    } else {
      logs[project] = logs[project]?.without(isBehind, schema: schema)
    }
  }
}
