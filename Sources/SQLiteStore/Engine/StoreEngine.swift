import GRDB
import SyncCore
import SyncWire

/// The store inside its connection: the tables as objects, and the records that the transaction at
/// hand has loaded. Used from one thread, inside the connection's own blocks.
final class StoreEngine {
  let database: Database
  let schema: Schema
  /// Changes in a fork, and nowhere else.
  var replica: ReplicaID
  let side: Side
  var origins: Origins
  let log: ChangeLog
  let history: LogHistory
  let records: RecordTable
  let conflicts: ConflictTable
  let parked: ParkedTable
  let projector: Projector
  let plain: PlainRecords
  /// Whether plain changes go from their bytes to rows; off, they take the way of all others, which
  /// comes to the same.
  var takesPlainChanges = true
  /// Bytes of operations that one own change may have, with room for its natural key and its stamps in
  /// ``Limits/changeBytes``. Less makes more changes of a large write.
  var largestWriteBytes = Limits.changeBytes - (32 << 10)
  let outbox: Outbox
  private let openGate: PreparedStatement
  private let closeGate: PreparedStatement

  /// What is void, by project.
  var voidsByProject: [Int64: Voids] = [:] { didSet { history.voids = voidsByProject } }
  /// Changes of which it is not known whether their records were merged with what is void now, by
  /// project.
  var doubtful: [Int64: Set<Dot>] = [:]

  /// What is erased, by project, and what the file still has to be rid of (``Erasing``).
  var erasing: Erasing { didSet { history.erased = erasing.byProject } }

  /// What peers acknowledged and no transaction has written yet.
  var acknowledgements = Acknowledgements()

  /// The records that this transaction works on, and the order in which it first met them.
  private var working: [RecordKey: WorkingRecord] = [:]

  private struct RecordKey: Hashable {
    var id: RecordID
    var kind: String

    /// The id alone: two kinds hardly ever share one.
    func hash(into hasher: inout Hasher) { hasher.combine(id.rawValue.low) }
  }

  private var order: [WorkingRecord] = []
  /// Up to where the run that is being applied has come: covered, and not yet in the vectors.
  var runInHand: (origin: Origin, sequence: UInt64)?
  /// The last own stamp; written back with the transaction that moved it.
  private(set) var lastOwnHLC: HLC?
  private var isClockDirty = false
  /// What decides the keys of commitments and a new identity.
  var chance: any RandomNumberGenerator = SystemRandomNumberGenerator()
  /// The local time of the transaction at hand.
  private(set) var now = Instant(monotonicMilliseconds: 0, wallMilliseconds: 0)

  init(_ database: Database, schema: Schema, identity: StoreIdentity) throws {
    self.database = database
    self.schema = schema
    replica = identity.replica
    side = identity.side
    lastOwnHLC = identity.lastOwnHLC
    origins = try Origins.load(from: database)
    log = try ChangeLog(database)
    history = LogHistory(log: log, schema: schema)
    records = try RecordTable(database, schema: schema)
    conflicts = try ConflictTable(database)
    parked = try ParkedTable(database)
    let rows = DomainRows(database)
    projector = Projector(rows: rows, conflicts: conflicts)
    plain = try PlainRecords(database, rows: rows, records: records)
    outbox = try Outbox(database)
    openGate = try PreparedStatement(database, "UPDATE sync_gate SET applying = 1 WHERE id = 1")
    closeGate = try PreparedStatement(database, "UPDATE sync_gate SET applying = 0 WHERE id = 1")
    erasing = try Erasing.load(from: database, replica: identity.replica)
    voidsByProject = try Self.loadVoids(database, schema: schema, origins: origins)
    history.voids = voidsByProject
    history.erased = erasing.byProject
    doubtful = try Self.loadDoubtful(database, schema: schema, origins: origins)
  }

  /// Runs `body` in one transaction with capture switched off, then projects and saves what it
  /// touched, and commits to disk. If anything throws, nothing has happened, in memory neither.
  ///
  /// `flushed` is told what projecting each record came to.
  func transaction<Result>(
    at now: Instant, flushed: (WorkingRecord, Projector.Outcome) throws -> Void = { _, _ in },
    _ body: () throws -> Result
  ) throws -> Result {
    let originsBefore = origins
    let replicaBefore = replica
    let voidsBefore = (voidsByProject, doubtful)
    let erasingBefore = erasing
    let positionBefore = log.lastPosition
    let clockBefore = lastOwnHLC
    let acknowledgementsBefore = acknowledgements
    self.now = now
    defer {
      working = [:]
      order = []
      plain.discard()
      runInHand = nil
    }
    do {
      var result: Result?
      try database.inTransaction(.immediate) {
        try openGate.run("closing the gate of capture")
        result = try body()
        try flush(flushed)
        try acknowledgements.save(to: database, origins: &origins)
        try origins.save(to: database)
        try saveClock()
        try closeGate.run("opening the gate of capture")
        return .commit
      }
      guard let result else { throw StoreError.inconsistent("a transaction without a result") }
      return result
    } catch {
      origins = originsBefore
      replica = replicaBefore
      (voidsByProject, doubtful) = voidsBefore
      erasing = erasingBefore
      log.rewind(to: positionBefore)
      history.forget()
      lastOwnHLC = clockBefore
      acknowledgements = acknowledgementsBefore
      isClockDirty = false
      throw error
    }
  }

  /// The record with this id, loaded once a transaction; new where the store does not have it.
  func record(
    _ id: RecordID, kind: String, project: Int64, naturalKey: [Value]
  ) throws -> WorkingRecord {
    let place = RecordKey(id: id, kind: kind)
    if let record = working[place] { return record }
    let record: WorkingRecord
    if let stored = try records.load(id, kind: kind, origins: origins) {
      stored.naturalKey = naturalKey
      record = stored
    } else {
      record = WorkingRecord(
        id: id, project: project, kindName: kind, layout: records.layout(of: kind),
        state: RecordState(), head: 0, flags: [], isStored: false, naturalKey: naturalKey)
    }
    order.append(record)
    working[place] = record
    return record
  }

  /// Whether the transaction at hand has loaded or made this record.
  func isWorking(on id: RecordID, kind: String) -> Bool {
    !working.isEmpty && working[RecordKey(id: id, kind: kind)] != nil
  }

  /// A record that is stored, with its natural key read back from its last change.
  func storedRecord(_ id: RecordID, kind: String) throws -> WorkingRecord? {
    let place = RecordKey(id: id, kind: kind)
    if let record = working[place] { return record }
    guard let record = try records.load(id, kind: kind, origins: origins) else { return nil }
    order.append(record)
    if record.kind?.naturalKey.isEmpty == false {
      try history.walk(from: record.head, origins: origins) { _, change in
        record.naturalKey = change.naturalKey
        return false
      }
    }
    working[place] = record
    return record
  }

  /// Lets go of a record that is in no table any more.
  func forget(_ record: WorkingRecord) {
    working[RecordKey(id: record.id, kind: record.kindName)] = nil
    order.removeAll { $0 === record }
  }

  /// Whether a change has been merged here: covered, and not parked as undecodable.
  func isApplied(_ dot: Dot, project: Int64) throws -> Bool {
    if let runInHand, runInHand.origin.replica == dot.replica,
      runInHand.origin.lane == dot.lane
    {
      guard dot.sequence <= runInHand.sequence else { return false }
    } else {
      guard origins.vector(ofProjectRef: project).covers(dot) else { return false }
    }
    guard parked.hasUndecodable else { return true }
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    let ref = try origins.ref(of: origin, inProjectRef: project)
    return try !parked.isUndecodable(origin: ref, sequence: dot.sequence)
  }

  /// Merges a change into its record, in memory; the flush at the end writes it.
  ///
  /// A change that is void stands in the record's history and counts nowhere.
  func merge(_ written: Change, into record: WorkingRecord, position: Int64) throws {
    if record.kind?.role == .erasure { noteErasure(written, project: record.project) }
    if voids(inProjectRef: record.project).contains(written.dot) {
      record.mergeCreation()
      record.head = position
      record.lastDot = written.dot
      return
    }
    let counted = erasing.of(record.project).erasing(written, schema: schema)
    let change = try seen(counted, project: record.project)
    if record.takeCreation(change) {
      record.head = position
      record.lastDot = change.dot
      return
    }
    var state = record.state
    try state.merge(change) { try isApplied($0, project: record.project) }
    record.state = state
    // A remembered dot of an origin that never sent anything still needs a number of its own.
    for operation in change.operations {
      for dot in operation.replaces { try makeRef(of: dot, project: record.project) }
      record.dirty.insert(operation.cell.field)
    }
    record.head = position
    record.lastDot = change.dot
    history.remember(change, project: record.project)
  }

  private func makeRef(of dot: Dot, project: Int64) throws {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    if origins.knownRef(of: origin, inProjectRef: project) == nil {
      _ = try origins.makeRef(of: origin, inProjectRef: project, in: database)
    }
  }

  private func flush(_ flushed: (WorkingRecord, Projector.Outcome) throws -> Void) throws {
    try plain.flush()
    try clearErased()
    try flush(order, flushed)
    let isVoiding = order.contains { record in
      record.kind?.role.isOnlineOnly == true && (record.lastDot != nil || !record.dirty.isEmpty)
    }
    if isVoiding { try flush(applyVoids(), flushed) }
  }

  private func flush(
    _ records: [WorkingRecord], _ flushed: (WorkingRecord, Projector.Outcome) throws -> Void
  ) throws {
    for record in records where record.lastDot != nil || !record.dirty.isEmpty {
      var outcome = Projector.Outcome()
      if let layout = record.layout {
        outcome = try projector.project(
          record, layout: layout, project: try origins.project(ofRef: record.project),
          history: history.within(project: record.project, origins: origins),
          at: now.wallMilliseconds)
      }
      if record.head > 0 { try self.records.save(record, origins: origins) }
      try flushed(record, outcome)
    }
  }

  /// The stamp of the next own change (see ``HLC/next(after:writtenAt:wallMilliseconds:)``).
  func nextHLC(writtenAt milliseconds: Int64) -> HLC {
    let next = HLC.next(
      after: lastOwnHLC, writtenAt: milliseconds, wallMilliseconds: now.wallMilliseconds)
    lastOwnHLC = next
    isClockDirty = true
    return next
  }

  private func saveClock() throws {
    guard isClockDirty, let lastOwnHLC else { return }
    isClockDirty = false
    try StoreIdentity.saveClock(lastOwnHLC, to: database)
  }
}
