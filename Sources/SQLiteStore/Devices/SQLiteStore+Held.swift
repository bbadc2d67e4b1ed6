import GRDB
import SyncCore
import SyncWire

/// A change that a revoked device sent: outside the log, its vectors and every record.
public struct HeldChange: Hashable, Sendable {
  public var project: ProjectID
  public var dot: Dot
  public var change: EncodedChange
  /// When it came, in milliseconds since 1970.
  public var heldAt: Int64
  /// `nil` where the bytes can not be read.
  public var kind: String?
  /// The time that it is stamped with.
  public var writtenAt: Int64?
}

extension SQLiteStore {
  /// Keeps what a revoked device handed over. What is held already, or in the log, is passed over.
  ///
  /// False, and nothing is kept, where as much as `bounds` is held of this device already. Cost: also a
  /// look at every held change.
  @discardableResult
  public func hold(
    _ batch: ChangeBatch, from device: String, within bounds: BatchBounds? = nil, at now: Instant
  ) throws -> Bool {
    try write(at: now) { engine in
      if let bounds, try Self.held(of: device, reaches: bounds, engine.database) { return false }
      let projectRef = try engine.origins.ref(of: batch.project)
      let vector = engine.origins.vector(ofProjectRef: projectRef)
      for run in batch.runs {
        for (offset, sent) in run.changes.enumerated() {
          let change = engine.erasing.of(projectRef).erasing(sent)
          let sequence = run.firstSequence + UInt64(offset)
          let dot = Dot(replica: run.replica, lane: batch.lane, sequence: sequence)
          guard !vector.covers(dot) else { continue }
          try engine.database.execute(
            sql: """
              INSERT INTO sync_held
                (device, project, replica, lane, sequence, bytes, personal, held_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
              """,
            arguments: [
              device, batch.project.description, run.replica.description,
              Int(batch.lane.rawValue), Int64(clamping: sequence), DatabaseBytes(change.bytes),
              change.personal.isEmpty ? nil : DatabaseBytes(change.personal),
              now.wallMilliseconds,
            ])
        }
      }
      return true
    }
  }

  private static func held(
    of device: String, reaches bounds: BatchBounds, _ database: Database
  ) throws -> Bool {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*), coalesce(sum(length(bytes) + coalesce(length(personal), 0)), 0)
        FROM sync_held WHERE device = ?
        """, arguments: [device])
    guard let row else { return false }
    return row[0] as Int >= bounds.rows || row[1] as Int >= bounds.bytes
  }

  /// How many changes are held of each device, by its key.
  public func heldCounts() throws -> [String: Int] {
    try onConnection { database, _ in
      let rows = try Row.fetchAll(
        database, sql: "SELECT device, count(*) FROM sync_held GROUP BY device")
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    }
  }

  /// What is held of a device, in the order in which it would be applied.
  public func held(of device: String, atMost limit: Int = .max) throws -> [HeldChange] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: """
          SELECT project, replica, lane, sequence, bytes, personal, held_at FROM sync_held
          WHERE device = ? ORDER BY project, lane, id LIMIT ?
          """, arguments: [device, Int64(clamping: limit)]
      ).compactMap(Self.held)
    }
  }

  private static func held(_ row: Row) -> HeldChange? {
    guard let project = ProjectID(row[0] as String), let replica = ReplicaID(row[1] as String),
      let lane = Lane(rawValue: UInt8(clamping: row[2] as Int64))
    else { return nil }
    let dot = Dot(replica: replica, lane: lane, sequence: UInt64(row[3] as Int64))
    let encoded = EncodedChange(
      bytes: [UInt8](row[4] as DatabaseBytes),
      personal: (row[5] as DatabaseBytes?).map { [UInt8]($0) } ?? [])
    var held = HeldChange(project: project, dot: dot, change: encoded, heldAt: row[6])
    do {
      let change = try ChangeCodec.decode(encoded, project: project, dot: dot)
      held.kind = change.kind
      held.writtenAt = change.hlc.milliseconds
    } catch {
      // It is shown without them.
    }
    return held
  }

  /// Applies what is held of a device up to a moment, and raises its revocation to that. Safe to be done
  /// again after a crash. The number of changes that were applied.
  public func release(of device: String, until milliseconds: Int64, at now: Instant) throws -> Int {
    // A bundle may have brought it under its own name meanwhile.
    for project in projects { try forgetHeld(in: project, of: device, at: now) }
    try forgetBrought(by: device, at: now)
    var isEnded: [ProjectID: Set<Origin>] = [:]
    var wanted: [ProjectID: [HeldChange]] = [:]
    for change in try held(of: device) {
      let origin = Origin(replica: change.dot.replica, lane: change.dot.lane)
      guard isEnded[change.project]?.contains(origin) != true,
        change.writtenAt ?? .max <= milliseconds
      else {
        // Nothing can follow a change that stays.
        isEnded[change.project, default: []].insert(origin)
        continue
      }
      wanted[change.project, default: []].append(change)
    }
    var released = 0
    for (project, changes) in wanted.sorted(by: { $0.key < $1.key }) {
      try raiseRevocations(to: changes, in: project, at: now)
      for change in changes {
        let run = ChangeRun(
          replica: change.dot.replica, firstSequence: change.dot.sequence, changes: [change.change])
        let applied = try apply(
          ChangeBatch(project: project, lane: change.dot.lane, runs: [run]), at: now)
        if applied.violations.isEmpty { released += 1 }
      }
      try forgetHeld(in: project, of: device, at: now)
    }
    return released
  }

  /// Drops of what is held what the device brought meanwhile under a name that it took since: released too,
  /// it would count twice. Cost: by what the log has of the device, where something is held.
  public func forgetBrought(by device: String, at now: Instant) throws {
    let held = try held(of: device)
    guard !held.isEmpty else { return }
    let names = try ledgers(ofDevice: device).map(\.replica)
    try write(at: now) { engine in
      for (project, changes) in Dictionary(grouping: held, by: \.project) {
        var stamps: [Stamp: [ReplicaID]] = [:]
        for name in names {
          for stamp in try engine.stamps(of: name, in: project) {
            stamps[stamp, default: []].append(name)
          }
        }
        for change in changes {
          guard let stamp = Stamp(change.change, project: project, dot: change.dot),
            stamps[stamp]?.contains(where: { $0 != change.dot.replica }) == true
          else { continue }
          try engine.database.execute(
            sql: """
              DELETE FROM sync_held
              WHERE device = ? AND project = ? AND replica = ? AND lane = ? AND sequence = ?
              """,
            arguments: [
              device, project.description, change.dot.replica.description,
              Int(change.dot.lane.rawValue), Int64(clamping: change.dot.sequence),
            ])
        }
      }
    }
  }

  private func raiseRevocations(
    to changes: [HeldChange], in project: ProjectID, at now: Instant
  ) throws {
    var last: [Origin: UInt64] = [:]
    for change in changes {
      let origin = Origin(replica: change.dot.replica, lane: change.dot.lane)
      last[origin] = max(last[origin] ?? 0, change.dot.sequence)
    }
    let vector = try vector(of: project)
    for replica in Set(last.keys.map(\.replica)).sorted() {
      var ends: [Lane: UInt64] = [:]
      for lane in Lane.allCases {
        let origin = Origin(replica: replica, lane: lane)
        // Less than stands would take back what somebody was shown.
        let standing = try lastStanding(of: origin, in: project) ?? vector.sequence(of: origin)
        ends[lane] = last[origin].map { max($0, standing) }
      }
      try revoke(replica, in: project, lastStanding: ends, reason: nil, at: now)
    }
  }

  /// What the log has is held no more.
  private func forgetHeld(in project: ProjectID, of device: String, at now: Instant) throws {
    try write(at: now) { engine in
      let projectRef = try engine.origins.ref(of: project)
      let vector = engine.origins.vector(ofProjectRef: projectRef)
      for origin in vector.origins {
        try engine.database.execute(
          sql: """
            DELETE FROM sync_held
            WHERE device = ? AND project = ? AND replica = ? AND lane = ? AND sequence <= ?
            """,
          arguments: [
            device, project.description, origin.replica.description, Int(origin.lane.rawValue),
            Int64(clamping: vector.sequence(of: origin)),
          ])
      }
    }
  }
}

/// What stays of a change that comes again under another name.
private struct Stamp: Hashable {
  let hlc: HLC
  let record: RecordID

  /// `nil` where the bytes can not be read.
  init?(_ encoded: EncodedChange, project: ProjectID, dot: Dot) {
    do {
      let change = try ChangeCodec.decode(encoded, project: project, dot: dot)
      (hlc, record) = (change.hlc, change.record)
    } catch {
      return nil
    }
  }
}

extension StoreEngine {
  /// What the log has of a replica.
  fileprivate func stamps(of replica: ReplicaID, in project: ProjectID) throws -> [Stamp] {
    let projectRef = try origins.ref(of: project)
    let vector = origins.vector(ofProjectRef: projectRef)
    var stamps: [Stamp] = []
    for lane in Lane.allCases {
      let origin = Origin(replica: replica, lane: lane)
      guard let ref = origins.knownRef(of: origin, inProjectRef: projectRef) else { continue }
      var sequence: UInt64 = 0
      while sequence < vector.sequence(of: origin) {
        sequence += 1
        guard let entry = try log.entry(origin: ref, sequence: sequence) else { continue }
        let dot = Dot(replica: replica, lane: lane, sequence: sequence)
        if let stamp = Stamp(entry.change, project: project, dot: dot) {
          stamps.append(stamp)
        }
      }
    }
    return stamps
  }
}
