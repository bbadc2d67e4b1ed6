import LabWorker
import SyncCore
import SyncProtocol
import SyncWire

/// The reference implementation of ``SyncCore/ChangeStore``: dictionaries, whole and slow. What it does
/// with a change is what every store must do.
public struct MemoryStore: ChangeStore {
  public internal(set) var replica: ReplicaID
  public let side: Side
  public var schema: Schema
  /// Shared by the copies of a store.
  public let faults = FaultPlan()
  var logs: [ProjectID: ProjectLog] = [:]
  var lastHLC: HLC?
  var random: SplitMix64
  var lastToken: SessionToken?
  var formerNames: [ReplicaID] = []
  /// In the order in which the replicas were first seen.
  var ledgers: [PeerLedger] = []
  /// In the order in which they came.
  var heldChanges: [Held] = []
  var invitations: [[UInt8]: Invitation] = [:]

  /// `seed` decides the keys of commitments.
  public init(
    replica: ReplicaID, side: Side, schema: Schema, projects: [ProjectID] = [], seed: UInt64 = 0
  ) {
    self.replica = replica
    self.side = side
    self.schema = schema
    random = SplitMix64(seed: seed)
    for project in projects { logs[project] = ProjectLog(project: project) }
  }

  public var projects: [ProjectID] {
    get throws {
      try faults.check("projects")
      return logs.keys.sorted()
    }
  }

  public func vector(of project: ProjectID) throws -> ProjectVector {
    try faults.check("vector")
    return logs[project]?.vector ?? ProjectVector()
  }

  public func digest(of project: ProjectID) throws -> Digest128 {
    try faults.check("digest")
    return VectorDigest.of(logs[project]?.vector ?? ProjectVector())
  }

  public func chainHash(
    of origin: Origin, at sequence: UInt64, in project: ProjectID
  ) throws -> Digest128? {
    try faults.check("chainHash")
    let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: sequence)
    return logs[project]?[dot]?.hash
  }

  /// Writes go straight to the log here, so there is nothing to capture but receipts: an update may
  /// have shown that somebody is erased.
  public mutating func capture(atMost limit: Int, at now: Instant) throws -> Captured {
    try faults.check("capture")
    var captured = Captured()
    for project in logs.keys.sorted() { captured.changes += writeReceipts(in: project, at: now) }
    return captured
  }

  public mutating func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied {
    try faults.check("apply")
    var applied = merge(batch)
    eraseHeld(in: batch.project)
    applied.captured.changes += writeReceipts(in: batch.project, at: now)
    return applied
  }

  private mutating func merge(_ batch: ChangeBatch) -> Applied {
    // Taken out and put back, so that the log is not copied.
    var log = logs.removeValue(forKey: batch.project) ?? ProjectLog(project: batch.project)
    defer { logs[batch.project] = log }
    var applied = Applied()
    for run in batch.runs {
      apply(run, in: batch.lane, to: &log, &applied)
    }
    return applied
  }

  private func apply(
    _ run: ChangeRun, in lane: Lane, to log: inout ProjectLog, _ applied: inout Applied
  ) {
    let origin = Origin(replica: run.replica, lane: lane)
    let here = log.vector.sequence(of: origin)
    guard run.firstSequence <= here + 1 else {
      applied.violations.append(
        .gap(origin, expected: here + 1, found: run.firstSequence))
      return
    }
    for (offset, encoded) in run.changes.enumerated() {
      let dot = Dot(
        replica: run.replica, lane: lane, sequence: run.firstSequence + UInt64(offset))
      if dot.sequence <= here {
        applied.duplicates += 1
        continue
      }
      let change = decode(encoded, in: log.project, at: dot)
      let verdict = log.append(encoded, change, at: dot, schema: schema)
      switch verdict {
      case .accepted: applied.accepted += 1
      case .duplicate: applied.duplicates += 1
      case .conflict, .parked:
        applied.exceptions.append(Applied.Exception(dot: dot, verdict: verdict))
      }
    }
    applied.positions[origin] = log.vector[origin]
  }

  func decode(_ encoded: EncodedChange, in project: ProjectID, at dot: Dot) -> Change? {
    do {
      return try ChangeCodec.decode(encoded, project: project, dot: dot)
    } catch {
      return nil
    }
  }

  public func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    try faults.check("changes")
    guard let log = logs[project] else { return nil }
    var batch = ChangeBatch(project: project, lane: lane, runs: [])
    var (bytes, rows) = (0, 0)
    var missing = log.missing(in: lane, from: known)
    while let (dot, encoded) = missing.next() {
      bytes += encoded.bytes.count + encoded.personal.count
      rows += 1
      if rows > 1, bytes > bounds.bytes || rows > bounds.rows { break }
      if let last = batch.runs.indices.last, batch.runs[last].replica == dot.replica {
        batch.runs[last].changes.append(encoded)
      } else {
        batch.runs.append(
          ChangeRun(replica: dot.replica, firstSequence: dot.sequence, changes: [encoded]))
      }
    }
    return batch.runs.isEmpty ? nil : batch
  }

  public mutating func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    try faults.check("acknowledge")
    for (origin, position) in positions {
      logs[project]?.acknowledged[peer, default: ProjectVector()].advance(origin, to: position)
    }
  }

  public func acknowledged(in project: ProjectID, by peer: ReplicaID) throws -> ProjectVector {
    try faults.check("acknowledged")
    return logs[project]?.acknowledged[peer] ?? ProjectVector()
  }

  public mutating func adopt(_ project: ProjectID) throws {
    try faults.check("adopt")
    if logs[project] == nil { logs[project] = ProjectLog(project: project) }
  }
}

extension MemoryStore {
  mutating func commitmentKey() -> [UInt8] {
    UniqueID(high: random.next(), low: random.next()).bytes
  }

  /// What every replica with the same changes and the same software shows, line by line, sorted.
  public func canonicalRecords(of project: ProjectID) throws -> [String] {
    guard let log = logs[project] else { return [] }
    var lines: [String] = []
    for (id, record) in log.records.sorted(by: { $0.key < $1.key }) {
      for key in record.state.keys {
        guard let cell = record.state[key] else { continue }
        let dots = cell.live.map { "\($0.dot)#\($0.ordinal)" }.joined(separator: " ")
        var line = "\(record.kind) \(id) \(key) [\(dots)]"
        if let rule = schema[record.kind]?.field(named: key.field)?.rule {
          let resolution = try Resolver(history: log).resolve(key, cell.live, rule: rule)
          line += " \(resolution.status) \(JSONValue(resolution.shown).serialized)"
        }
        if !cell.cancelled.isEmpty { line += " waits for \(cell.cancelled.count)" }
        lines.append(line)
      }
    }
    return lines
  }

  /// The changes that this store can not use, by dot.
  public func parked(in project: ProjectID) -> [Dot: ParkReason] { logs[project]?.parked ?? [:] }

  /// The bytes behind a dot, where it is here.
  public func encoded(_ dot: Dot, in project: ProjectID) -> EncodedChange? {
    logs[project]?[dot]?.encoded
  }

  /// The vector, without counting as a call.
  public func position(of project: ProjectID) -> ProjectVector {
    logs[project]?.vector ?? ProjectVector()
  }

  /// What `peer` acknowledged, without counting as a call.
  public func durable(at peer: ReplicaID, of project: ProjectID) -> ProjectVector {
    logs[project]?.acknowledged[peer] ?? ProjectVector()
  }
}
