/// The only effect that a worker causes itself. One thread calls it; every call that changes the
/// store is one transaction and is on disk when it returns. A call that throws has changed nothing.
///
/// The simulator has a store in memory behind this protocol, the daemon one in SQLite.
public protocol ChangeStore {
  /// The identity under which this store makes changes.
  var replica: ReplicaID { get }
  var side: Side { get }
  /// The projects in this store, sorted.
  var projects: [ProjectID] { get throws }

  /// Every origin's chain position in a project. Cost: from memory.
  func vector(of project: ProjectID) throws -> ProjectVector
  /// SHA-256, truncated, over the vector: equal digests mean the same changes. Cost: from memory.
  func digest(of project: ProjectID) throws -> Digest128
  /// The chain hash of `origin` at `sequence`; `nil` where the store is not that far.
  func chainHash(of origin: Origin, at sequence: UInt64, in project: ProjectID) throws
    -> Digest128?

  /// Turns rows that were written through SQL into changes: at most `limit` outbox rows.
  mutating func capture(atMost limit: Int, at now: Instant) throws -> Captured

  /// Drains what writers left, merges, projects and commits one batch. Changes that are already here
  /// are duplicates; a run that leaves a gap is a violation and the rest of the batch is applied.
  mutating func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied

  /// The changes of one lane that `known` does not cover, in the order of this store's log: at least
  /// one (where there is one) and no more than fit the bounds. Cost: by what is returned and by the
  /// number of origins that `known` lacks, never by the size of the log.
  func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch?

  /// Remembers what the peer has committed to disk, with its chain hashes. Unlike all else this may be
  /// written with the next transaction: lost, it is learnt again in the next session.
  mutating func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant) throws
  /// What `peer` is known to have committed, as last acknowledged.
  func acknowledged(in project: ProjectID, by peer: ReplicaID) throws -> ProjectVector

  /// Makes a project known that the other side granted. Known already: nothing changes.
  mutating func adopt(_ project: ProjectID) throws

  /// The token that the last side dialed gave, to be presented to it next.
  var token: SessionToken? { get throws }
  mutating func keep(_ token: SessionToken) throws
  /// What is kept of a replica that spoke to this side.
  func ledger(of replica: ReplicaID) throws -> PeerLedger?
  /// The replicas that a device spoke as, by its key, in the order in which they were first seen.
  func ledgers(ofDevice key: String) throws -> [PeerLedger]
  mutating func save(_ ledger: PeerLedger, at now: Instant) throws

  /// Takes a new identity, because another store goes on under this one's. Own changes behind
  /// `points` leave the log and come back as changes of the new identity, with the dots that they
  /// name rewritten; all else about them stays. All tokens are forgotten.
  ///
  /// Cost: by the changes behind the points and the histories of their records.
  mutating func fork(at points: ForkPoints, now: Instant) throws -> Fork
  /// The identities that this store had before. What it wrote under them and lost comes back from
  /// whoever has it.
  var formerReplicas: [ReplicaID] { get throws }
  /// Takes the changes of another replica behind `sequence` off the log, to be fetched anew; the
  /// records they changed show what is left. What this store wrote under a former name comes back under
  /// its present one, as in a fork. Cost: as of a fork.
  mutating func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant) throws
}

/// A reading of both clocks, handed in by whoever drives the worker.
public struct Instant: Hashable, Sendable {
  /// Milliseconds of a clock that never jumps: what timers are counted in.
  public var monotonicMilliseconds: Int64
  /// Milliseconds since 1970, UTC, as the machine believes.
  public var wallMilliseconds: Int64

  public init(monotonicMilliseconds: Int64, wallMilliseconds: Int64) {
    self.monotonicMilliseconds = monotonicMilliseconds
    self.wallMilliseconds = wallMilliseconds
  }
}

/// What ``ChangeStore/capture(atMost:at:)`` did.
public struct Captured: Hashable, Sendable {
  public var rows: Int
  public var changes: Int
  /// Whether outbox rows remain.
  public var hasMore: Bool

  public init(rows: Int = 0, changes: Int = 0, hasMore: Bool = false) {
    self.rows = rows
    self.changes = changes
    self.hasMore = hasMore
  }
}
