import Crypto
import GRDB
import SyncCore
import SyncWire

/// What trying parked changes again came to.
public struct RetryOutcome: Hashable, Sendable {
  public var applied = 0
  public var stillParked = 0
}

extension SQLiteStore {
  /// Tries parked changes again, one or all, in one transaction.
  public func retryParked(_ dot: String? = nil, at now: Instant) throws -> RetryOutcome {
    try retry(dot, at: now) { _ in }
  }

  /// Tries all parked changes again where the declarations are not those of the last time.
  func retryAfterUpgrade() throws {
    let (hash, known, isParked, wall) = try onConnection { database, engine in
      (
        SHA256.hash(data: Array(engine.schema.schemaDescription.utf8))
          .map { String($0, radix: 16) }.joined(separator: "."),
        try String.fetchOne(database, sql: "SELECT value FROM sync_store WHERE name = 'schema'"),
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM sync_parked)") ?? false,
        try Int64.fetchOne(database, sql: "SELECT \(Columns.nowMilliseconds)") ?? 0
      )
    }
    guard known != hash else { return }
    let now = Instant(monotonicMilliseconds: 0, wallMilliseconds: wall)
    // A long outbox is captured by the daemon, which lets other programs write in between.
    guard isParked else {
      return try write(at: now) { try StoreIdentity.save("schema", hash, to: $0.database) }
    }
    _ = try retry(nil, at: now) { try StoreIdentity.save("schema", hash, to: $0.database) }
  }

  private func retry(
    _ dot: String?, at now: Instant, finally: (StoreEngine) throws -> Void
  ) throws -> RetryOutcome {
    var retry: ParkedRetry?
    try writeBehindCapture(at: now, flushed: { try retry?.note($0, $1) }) { engine, _ in
      var started = ParkedRetry(engine)
      try started.run(only: dot)
      retry = started
      try finally(engine)
    }
    return retry?.outcome ?? RetryOutcome()
  }
}

/// One go at the parked changes, inside a transaction.
private struct ParkedRetry {
  private let engine: StoreEngine
  private(set) var outcome = RetryOutcome()
  /// What waits to be projected, by record.
  private var waiting: [RecordID: [Parked]] = [:]

  private struct Parked {
    var origin: Int64
    var sequence: UInt64
    var reason: ParkReason
  }

  init(_ engine: StoreEngine) { self.engine = engine }

  /// In the order of the log, so that what had been seen is merged first.
  mutating func run(only dot: String?) throws {
    let rows: [Row]
    if let dot {
      rows = [try StoreView(engine).parkedRow(dot)]
    } else {
      rows = try Row.fetchAll(
        engine.database,
        sql: """
          SELECT p.origin, p.sequence, p.reason
          FROM sync_parked p JOIN sync_log l ON l.origin = p.origin AND l.sequence = p.sequence
          ORDER BY l.position
          """)
    }
    for row in rows {
      guard let reason = ParkReason(rawValue: UInt8(clamping: row["reason"] as Int64)) else {
        continue
      }
      try retry(
        Parked(origin: row["origin"], sequence: UInt64(row["sequence"] as Int64), reason: reason))
    }
  }

  private mutating func retry(_ parked: Parked) throws {
    guard let entry = try engine.log.entry(origin: parked.origin, sequence: parked.sequence),
      let change = try engine.history.decode(entry, origins: engine.origins)
    else { return outcome.stillParked += 1 }
    let project = try engine.origins.entry(ofRef: parked.origin).project
    if let objection = engine.schema.objection(to: change) {
      if parked.reason != .undecodable { try withdraw(change, entry, parked, objection) }
      return outcome.stillParked += 1
    }
    let record = try engine.record(
      change.record, kind: change.kind, project: project, naturalKey: change.naturalKey)
    if parked.reason == .undecodable {
      try engine.log.link(entry.position, after: record.head)
      try engine.parked.remove(origin: parked.origin, sequence: parked.sequence)
      try engine.merge(change, into: record, position: entry.position)
    }
    // What an older software could not know as an erasure is one now.
    engine.noteErasure(change, project: project)
    if let (reason, detail) = engine.unusable(change, kind: record.kind) {
      try engine.parked.add(
        origin: parked.origin, sequence: parked.sequence, reason: reason, detail: detail,
        at: engine.now.wallMilliseconds)
      outcome.stillParked += 1
    } else {
      waiting[record.id, default: []].append(parked)
    }
    record.dirty.insertAll()
  }

  /// Takes a change out of its record again that was merged when nobody here could tell that it is not
  /// what it says.
  private func withdraw(
    _ change: Change, _ entry: ChangeLog.Entry, _ parked: Parked, _ objection: String
  ) throws {
    if let record = try engine.storedRecord(change.record, kind: change.kind) {
      try engine.rebuild(record) { $0.position == entry.position }
    }
    try engine.parked.add(
      origin: parked.origin, sequence: parked.sequence, reason: .undecodable, detail: objection,
      at: engine.now.wallMilliseconds)
  }

  /// A projected record: its changes are parked no more, unless a value still does not fit.
  mutating func note(_ record: WorkingRecord, _ projected: Projector.Outcome) throws {
    for parked in waiting[record.id] ?? [] {
      if projected.unfitting.isEmpty {
        try engine.parked.remove(origin: parked.origin, sequence: parked.sequence)
        outcome.applied += 1
      } else {
        try engine.parked.add(
          origin: parked.origin, sequence: parked.sequence, reason: .projectionFailed,
          detail: projected.unfitting.joined(separator: ", "), at: engine.now.wallMilliseconds)
        outcome.stillParked += 1
      }
    }
  }
}
