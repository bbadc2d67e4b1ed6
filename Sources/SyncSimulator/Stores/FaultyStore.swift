import SyncCore

/// A store on a disk that fails: in front of any store, it crashes before, inside or after a call,
/// fails one, or is full for a while. It also tells what passed, for the checkers.
///
/// A class, because two online workers may serve one store.
public final class FaultyStore: ChangeStore {
  public internal(set) var base: any SimulatedStore
  /// What is to go wrong, and at which of the coming calls (1 is the next).
  var pending: (trouble: Trouble, calls: Int)?
  /// Every write fails while this is so.
  var isFull = false
  /// A crash happened: the process that called is lost.
  private(set) var hasCrashed = false
  /// The trouble that came about, for the counts.
  private(set) var lastTrouble: Trouble?
  /// Whether a call since this was last cleared can have made own changes.
  var mayHaveOwnChanges = false
  /// What passed since it was last taken.
  private(set) var sights: [Sight] = []
  /// How often a part of a chain was taken off, also where a crash kept the process from telling.
  private(set) var truncations = 0
  /// Damages the next batch that is read.
  var corrupts: ((inout ChangeBatch) -> Bool)?

  enum Trouble: Hashable, Sendable {
    case crashBefore, crashInside, crashAfter, fail
  }

  enum Sight {
    case applied(ChangeBatch, before: ProjectVector, Applied)
  }

  init(_ base: any SimulatedStore) { self.base = base }

  public var replica: ReplicaID { base.replica }
  public var side: Side { base.side }

  public var projects: [ProjectID] {
    get throws { try reading("projects") { try base.projects } }
  }

  public func vector(of project: ProjectID) throws -> ProjectVector {
    try reading("vector") { try base.vector(of: project) }
  }

  public func digest(of project: ProjectID) throws -> Digest128 {
    try reading("digest") { try base.digest(of: project) }
  }

  public func chainHash(
    of origin: Origin, at sequence: UInt64, in project: ProjectID
  ) throws -> Digest128? {
    try reading("chainHash") { try base.chainHash(of: origin, at: sequence, in: project) }
  }

  public func capture(atMost limit: Int, at now: Instant) throws -> Captured {
    mayHaveOwnChanges = true
    return try writing("capture") { try base.capture(atMost: limit, at: now) }
  }

  public func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied {
    mayHaveOwnChanges = true
    return try writing("apply") {
      let before = try base.vector(of: batch.project)
      let applied = try base.apply(batch, at: now)
      sights.append(.applied(batch, before: before, applied))
      return applied
    }
  }

  public func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    try reading("changes") {
      let batch = try base.changes(in: project, lane: lane, notIn: known, atMost: bounds)
      if var found = batch, corrupts?(&found) == true {
        corrupts = nil
        return found
      }
      return batch
    }
  }

  public func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    try writing("acknowledge") {
      try base.acknowledge(positions, in: project, by: peer, at: now)
    }
  }

  public func acknowledged(in project: ProjectID, by peer: ReplicaID) throws -> ProjectVector {
    try reading("acknowledged") { try base.acknowledged(in: project, by: peer) }
  }

  public func adopt(_ project: ProjectID) throws {
    try writing("adopt") { try base.adopt(project) }
  }

  public var token: SessionToken? {
    get throws { try reading("token") { try base.token } }
  }

  public func keep(_ token: SessionToken) throws {
    try writing("keep") { try base.keep(token) }
  }

  public func ledger(of replica: ReplicaID) throws -> PeerLedger? {
    try reading("ledger") { try base.ledger(of: replica) }
  }

  public func ledgers(ofDevice key: String) throws -> [PeerLedger] {
    try reading("ledgers") { try base.ledgers(ofDevice: key) }
  }

  public func save(_ ledger: PeerLedger, at now: Instant) throws {
    try writing("save") { try base.save(ledger, at: now) }
  }

  public func fork(at points: ForkPoints, now: Instant) throws -> Fork {
    mayHaveOwnChanges = true
    return try writing("fork") { try base.fork(at: points, now: now) }
  }

  public var formerReplicas: [ReplicaID] {
    get throws { try reading("formerReplicas") { try base.formerReplicas } }
  }

  public func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant
  ) throws {
    try writing("truncate") {
      try base.truncate(origin, after: sequence, in: project, now: now)
      truncations += 1
    }
  }

  func hold(_ batch: ChangeBatch, from device: String, at now: Instant) throws {
    try writing("hold") { try base.hold(batch, from: device, at: now) }
  }

  func release(of device: String, until milliseconds: Int64, at now: Instant) throws -> Int {
    mayHaveOwnChanges = true
    return try writing("release") {
      try base.release(of: device, until: milliseconds, at: now)
    }
  }

  func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    at now: Instant
  ) throws {
    mayHaveOwnChanges = true
    try writing("revoke") {
      try base.revoke(replica, in: project, lastStanding: ends, at: now)
    }
  }

  func supersede(device: String, at now: Instant) throws {
    try writing("supersede") { try base.supersede(device: device, at: now) }
  }

  func redeem(
    secret: [UInt8], by device: String, calling name: String, at now: Instant
  ) throws -> String? {
    try writing("redeem") {
      try base.redeem(secret: secret, by: device, calling: name, at: now)
    }
  }

  func takeSights() -> [Sight] {
    defer { sights = [] }
    return sights
  }

  func takeTrouble() -> Trouble? {
    defer { lastTrouble = nil }
    return lastTrouble
  }

  /// Another process opens what was committed.
  func reopen(schema: Schema) throws {
    hasCrashed = false
    sights = []
    try base.reopen(schema: schema)
  }
}

extension FaultyStore {
  private func reading<Result>(_ call: String, _ body: () throws -> Result) throws -> Result {
    try troubled(call, body)
  }

  private func writing<Result>(_ call: String, _ body: () throws -> Result) throws -> Result {
    if isFull { throw StoreFault(call: call, number: 0) }
    return try troubled(call, body)
  }

  private func troubled<Result>(_ call: String, _ body: () throws -> Result) throws -> Result {
    if hasCrashed { throw StoreFault(call: call, number: 0) }
    guard let (trouble, calls) = pending else { return try body() }
    guard calls <= 1 else {
      pending = (trouble, calls - 1)
      return try body()
    }
    pending = nil
    lastTrouble = trouble
    switch trouble {
    case .fail: break
    case .crashBefore, .crashInside: hasCrashed = true
    case .crashAfter:
      hasCrashed = true
      _ = try body()
    }
    throw StoreFault(call: call, number: 1)
  }
}
