import SyncCore

@testable import SyncSimulator

/// Mistakes that a product could make. Each is there to be caught by one checker.
enum Bend: CaseIterable {
  case neverSends, showsAnotherValue, losesTheLastBatchAtRestart, altersWhatArrives
  case appliesBatchesTwice, usesSequencesAgain, sendsLanesOutOfOrder, editsBuryConflicts
  case parkedStaysParked, chainsAreNotCompared, forksKeepNothing, onlineLosesRowsOfItsLog
  case keepsNames, grantsWin
  case takesWhatIsToBeHeld, keepsNamesThatWereShutOut, losesWhatIsReleased, invitesTwice
}

/// A store that is right but for one mistake.
struct BentStore: SimulatedStore {
  let bend: Bend
  private var store: MemoryStore
  private var earlier: MemoryStore?
  /// Chains of which the log has lost the rows, and the vector does not know.
  private var lost: Set<Origin> = []
  private var kept: [EncodedChange] = []

  init(_ request: StoreRequest, _ bend: Bend) {
    self.bend = bend
    store = MemoryStore(
      replica: request.replica, side: request.side, schema: request.schema,
      projects: request.projects, seed: request.seed)
  }

  var schema: Schema { store.schema }
  var replica: ReplicaID { store.replica }
  var side: Side { store.side }
  var projects: [ProjectID] { get throws { try store.projects } }

  mutating func perform(_ deed: Deed, in project: ProjectID, at now: Instant) throws {
    if bend == .usesSequencesAgain, earlier == nil, now.monotonicMilliseconds > 1_003_000 {
      earlier = store
    }
    guard bend == .editsBuryConflicts, case .update(let record, let cells) = deed,
      let state = store.logs[project]?.records[record.id]?.state
    else { return try store.perform(deed, in: project, at: now) }
    let operations = cells.sorted { $0.key < $1.key }.map { cell, value in
      FieldOperation(
        cell: cell, value: value, replaces: Set((state[cell]?.live ?? []).map(\.dot)).sorted())
    }
    store.write(
      operations, of: record.kind, record.id, naturalKey: record.naturalKey, in: project, at: now)
  }

  mutating func reopen(schema: Schema) throws {
    if bend == .losesTheLastBatchAtRestart || bend == .usesSequencesAgain, let earlier {
      store = earlier
      self.earlier = nil
    }
    if bend == .parkedStaysParked { return }
    try store.reopen(schema: schema)
  }

  mutating func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied {
    if bend == .losesTheLastBatchAtRestart { earlier = store }
    if bend == .keepsNames { kept += batch.runs.flatMap(\.changes) }
    var batch = batch
    if bend == .altersWhatArrives, let run = batch.runs.indices.last {
      let last = batch.runs[run].changes.count - 1
      batch.runs[run].changes[last].bytes.reverse()
    }
    var applied = try store.apply(batch, at: now)
    if bend == .onlineLosesRowsOfItsLog, side == .online {
      lost.formUnion(applied.positions.keys)
    }
    if bend == .appliesBatchesTwice {
      applied.accepted += try store.apply(batch, at: now).duplicates
    }
    return applied
  }

  func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    if bend == .neverSends, !known.positions.isEmpty, bounds.bytes < .max { return nil }
    var batch = try store.changes(in: project, lane: lane, notIn: known, atMost: bounds)
    if bend == .sendsLanesOutOfOrder, let runs = batch?.runs,
      Set(runs.map(\.replica)).count == runs.count
    {
      batch?.runs.reverse()
    }
    batch?.runs.removeAll { lost.contains(Origin(replica: $0.replica, lane: lane)) }
    return batch?.runs.isEmpty == true ? nil : batch
  }

  func shownRows(in project: ProjectID) throws -> [String] {
    let rows = try store.shownRows(in: project)
    return bend == .showsAnotherValue ? rows.dropLast() + ["another value"] : rows
  }

  func chainHash(
    of origin: Origin, at sequence: UInt64, in project: ProjectID
  ) throws -> Digest128? {
    bend == .chainsAreNotCompared || lost.contains(origin)
      ? nil : try store.chainHash(of: origin, at: sequence, in: project)
  }

  func row(of record: RecordName, in project: ProjectID) throws -> SeenRow? {
    var row = try store.row(of: record, in: project)
    if bend == .grantsWin, record.kind == "consent", let log = store.logs[project] {
      let cell = CellKey("state")
      let values = log.records[record.id]?.state[cell]?.live
        .flatMap { log.written(by: $0.dot, in: cell)?.values.map(\.value) ?? [] }
      if values?.contains(.text("granted")) == true { row?.cells[cell] = .text("granted") }
    }
    return row
  }
  func holds(_ text: String) throws -> Bool {
    try store.holds(text)
      || kept.contains { String(decoding: $0.personal, as: UTF8.self).contains(text) }
  }
  func openConflicts(
    of record: RecordID?, in project: ProjectID
  ) throws -> [OpenConflict] { try store.openConflicts(of: record, in: project) }
  func parkedChanges(in project: ProjectID) throws -> [Dot: ParkReason] {
    try store.parkedChanges(in: project)
  }
  func vector(of project: ProjectID) throws -> ProjectVector { try store.vector(of: project) }
  func digest(of project: ProjectID) throws -> Digest128 { try store.digest(of: project) }
  mutating func capture(atMost limit: Int, at now: Instant) throws -> Captured {
    try store.capture(atMost: limit, at: now)
  }
  mutating func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    try store.acknowledge(positions, in: project, by: peer, at: now)
  }
  func acknowledged(in project: ProjectID, by peer: ReplicaID) throws -> ProjectVector {
    try store.acknowledged(in: project, by: peer)
  }
  func uncapturedRows() throws -> Int { try store.uncapturedRows() }
  func image(seed: UInt64) throws -> any SimulatedStore {
    var copy = self
    copy.store.reseed(seed)
    return copy
  }
  mutating func adopt(_ project: ProjectID) throws { try store.adopt(project) }
  var token: SessionToken? { get throws { try store.token } }
  mutating func keep(_ token: SessionToken) throws { try store.keep(token) }
  func ledger(of replica: ReplicaID) throws -> PeerLedger? { try store.ledger(of: replica) }
  func ledgers(ofDevice key: String) throws -> [PeerLedger] { try store.ledgers(ofDevice: key) }
  mutating func save(_ ledger: PeerLedger, at now: Instant) throws {
    try store.save(ledger, at: now)
  }
  mutating func fork(at points: ForkPoints, now: Instant) throws -> Fork {
    for project in points.projects where bend == .forksKeepNothing {
      for lane in Lane.allCases {
        guard let point = points[project, lane] else { continue }
        try store.truncate(
          Origin(replica: replica, lane: lane), after: point, in: project, now: now)
      }
    }
    return try store.fork(at: points, now: now)
  }
  mutating func hold(_ batch: ChangeBatch, from device: String, at now: Instant) throws {
    if bend == .takesWhatIsToBeHeld { _ = try store.apply(batch, at: now) }
    try store.hold(batch, from: device, at: now)
  }
  func held(
    of device: String
  ) throws -> [(project: ProjectID, dot: Dot, writtenAt: Int64?)] {
    try store.held(of: device)
  }
  mutating func release(
    of device: String, until milliseconds: Int64, at now: Instant
  ) throws -> Int {
    if bend == .losesWhatIsReleased {
      defer { store.heldChanges = [] }
      return store.heldChanges.count
    }
    return try store.release(of: device, until: milliseconds, at: now)
  }
  mutating func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    at now: Instant
  ) throws {
    try store.revoke(replica, in: project, lastStanding: ends, at: now)
  }
  func lastStanding(of origin: Origin, in project: ProjectID) throws -> UInt64? {
    try store.lastStanding(of: origin, in: project)
  }
  mutating func supersede(device: String, at now: Instant) throws {
    if bend == .keepsNamesThatWereShutOut { return }
    try store.supersede(device: device, at: now)
  }
  mutating func invite(
    secret: [UInt8], expiresAt milliseconds: Int64, at now: Instant
  ) throws {
    try store.invite(secret: secret, expiresAt: milliseconds, at: now)
  }
  mutating func redeem(
    secret: [UInt8], by device: String, calling name: String, at now: Instant
  ) throws -> String? {
    if bend == .invitesTwice { return nil }
    return try store.redeem(secret: secret, by: device, calling: name, at: now)
  }
  var formerReplicas: [ReplicaID] { get throws { try store.formerReplicas } }
  mutating func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant
  ) throws { try store.truncate(origin, after: sequence, in: project, now: now) }
}
