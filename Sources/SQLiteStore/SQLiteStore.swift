import GRDB
import SyncCore
import SyncWire

/// The embedded store: plain tables that anybody may read and write, and LabSync's own beside them,
/// in one SQLite file.
///
/// One thread uses a store. Every call that changes it is one transaction, on disk
/// (`synchronous=FULL`) when the call returns. Long reads belong on a ``StoreReader``.
public final class SQLiteStore: ChangeStore {
  public var replica: ReplicaID { engine.replica }
  public let side: Side
  /// The replica's name, as people know it.
  public let name: String
  public let path: String
  private let queue: DatabaseQueue
  private let engine: StoreEngine

  /// Opens a store that ``create(at:side:name:schema:)`` made, and brings its tables up to date.
  ///
  /// Throws ``StoreError/newerVersion(path:found:known:)`` for a store of a newer software, which is
  /// left untouched, and ``StoreError/otherSide(path:found:)`` for one of the other side.
  public convenience init(opening path: String, side: Side, schema: Schema) throws {
    let queue = try StoreFile.open(path)
    try StoreFile.migrate(queue, path: path, side: side, schema: schema)
    try self.init(queue, path: path, schema: schema)
    try retryAfterUpgrade()
  }

  /// Makes a new store. Throws where `path` exists.
  public static func create(
    at path: String, side: Side, name: String, schema: Schema, replica: ReplicaID
  ) throws -> SQLiteStore {
    let queue = try StoreFile.create(
      path, identity: StoreIdentity(replica: replica, side: side, name: name), schema: schema)
    return try SQLiteStore(queue, path: path, schema: schema)
  }

  private init(_ queue: DatabaseQueue, path: String, schema: Schema) throws {
    self.queue = queue
    self.path = path
    let (identity, engine) = try queue.writeWithoutTransaction { database in
      let identity = try StoreIdentity.load(from: database)
      return (identity, try StoreEngine(database, schema: schema, identity: identity))
    }
    side = identity.side
    name = identity.name
    self.engine = engine
  }

  /// What this store draws: keys of commitments, and an identity where it has to take a new one. The
  /// system's generator, unless a simulation gives another; no two stores may have the same.
  public var chance: any RandomNumberGenerator {
    get { engine.chance }
    set { engine.chance = newValue }
  }

  /// Runs `body` in one transaction; the work of commands that are no changes from a peer.
  func write<Result>(at now: Instant, _ body: (StoreEngine) throws -> Result) throws -> Result {
    try wrappingErrors("writing the store") {
      try queue.writeWithoutTransaction { _ in
        try engine.transaction(at: now) { try body(engine) }
      }
    }
  }

  /// Outbox rows drained together with other work; a longer outbox is drained before, in transactions
  /// of its own, so that no lock is held long.
  private static let rowsDrainedWithWork = 200

  /// Runs `body` in one transaction, behind what others wrote: a row is projected only when nothing
  /// waits in the outbox that was written to it before. `flushed` is told what projecting each record
  /// came to.
  ///
  /// Everything that projects records goes this way: a person's deletion that was captured after its
  /// row had been written anew would leave the row standing.
  func writeBehindCapture<Result>(
    at now: Instant, flushed: (WorkingRecord, Projector.Outcome) throws -> Void = { _, _ in },
    _ body: (StoreEngine, Captured) throws -> Result
  ) throws -> Result {
    var before = Captured()
    while try onConnection({ _, engine in
      try engine.outbox.hasMore(than: Self.rowsDrainedWithWork)
    }) {
      let captured = try capture(atMost: Self.rowsDrainedWithWork, at: now)
      before.rows += captured.rows
      before.changes += captured.changes
    }
    return try wrappingErrors("writing the store") {
      try queue.writeWithoutTransaction { _ in
        try engine.transaction(at: now, flushed: flushed) {
          let captured = try engine.drain(atMost: .max)
          let all = Captured(
            rows: before.rows + captured.rows, changes: before.changes + captured.changes)
          return try body(engine, all)
        }
      }
    }
  }

  /// Runs `body` on the connection, outside a transaction of ours.
  func onConnection<Result>(_ body: (Database, StoreEngine) throws -> Result) throws -> Result {
    try wrappingErrors("using the store") {
      try queue.writeWithoutTransaction { try body($0, engine) }
    }
  }

  private func wrappingErrors<Result>(
    _ doing: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw StoreError.database(
        doing: doing, message: error.message ?? "unknown error",
        code: error.extendedResultCode.rawValue)
    }
  }
}

// MARK: - ChangeStore

extension SQLiteStore {
  public var projects: [ProjectID] { engine.origins.projects }

  public func vector(of project: ProjectID) throws -> ProjectVector {
    engine.origins.vector(ofProjectRef: try engine.origins.ref(of: project))
  }

  public func digest(of project: ProjectID) throws -> Digest128 {
    VectorDigest.of(try vector(of: project))
  }

  public func chainHash(
    of origin: Origin, at sequence: UInt64, in project: ProjectID
  ) throws -> Digest128? {
    let projectRef = try engine.origins.ref(of: project)
    if let position = engine.origins.vector(ofProjectRef: projectRef)[origin],
      position.sequence == sequence
    {
      return position.hash
    }
    guard let ref = engine.origins.knownRef(of: origin, inProjectRef: projectRef) else {
      return nil
    }
    return try onConnection { _, engine in
      try engine.log.hash(origin: ref, sequence: sequence)
        .flatMap { UniqueID(bytes: $0) }.map(Digest128.init(bits:))
    }
  }

  public func capture(atMost limit: Int, at now: Instant) throws -> Captured {
    var captured = Captured()
    if try onConnection({ _, engine in try engine.outbox.hasMore(than: 0) }) {
      captured = try write(at: now) { try $0.drain(atMost: limit) }
    }
    captured.changes += try settleErasures(at: now)
    return captured
  }

  public func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied {
    var applied = Applied()
    try writeBehindCapture(
      at: now, flushed: { try engine.note($0, $1, of: batch, in: &applied) }
    ) { engine, captured in
      applied.captured = captured
      try engine.apply(batch, into: &applied)
    }
    applied.captured.changes += try settleErasures(at: now)
    return applied
  }

  public func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    let ref = try engine.origins.ref(of: project)
    return try onConnection { _, engine in
      try ChangesAfter(log: engine.log, origins: engine.origins, bounds: bounds)
        .batch(project: project, ref: ref, lane: lane, notIn: known)
    }
  }

  public func adopt(_ project: ProjectID) throws {
    guard engine.origins.projectRefs[project] == nil else { return }
    let now = Instant(monotonicMilliseconds: 0, wallMilliseconds: 0)
    try write(at: now) { try $0.origins.adopt(project, in: $0.database) }
  }
}
