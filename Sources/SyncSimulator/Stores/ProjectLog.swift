import SyncCore
import SyncWire

/// One project in memory: the log, and what follows from it.
struct ProjectLog {
  let project: ProjectID
  private(set) var vector = ProjectVector()
  /// By origin, from sequence 1.
  var entries: [Origin: [Entry]] = [:]
  private(set) var records: [RecordID: Record] = [:]
  var acknowledged: [ReplicaID: ProjectVector] = [:]
  private(set) var parked: [Dot: ParkReason] = [:]
  /// What the organisation took back, as the records here say.
  private(set) var voids = Voids()
  /// Whose personal values are nowhere any more.
  var erased = Erasures()
  private var count = 0

  struct Entry {
    var encoded: EncodedChange
    var hash: Digest128
    /// Absent where the bytes mean nothing here.
    var change: Change?
    /// The order of arrival.
    var position: Int
  }

  struct Record {
    var kind: String
    var naturalKey: [Value] = []
    var state = RecordState()
    var isDeleted = false
    /// The cells with an open conflict; while the record is deleted nobody is asked.
    var open: Set<CellKey> = []
  }

  init(project: ProjectID) { self.project = project }

  subscript(dot: Dot) -> Entry? {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    guard dot.sequence > 0, let entries = entries[origin], dot.sequence <= entries.count
    else { return nil }
    return entries[Int(dot.sequence) - 1]
  }

  /// Appends the next change of its origin and merges it.
  mutating func append(
    _ received: EncodedChange, _ written: Change?, at dot: Dot, schema: Schema
  ) -> Verdict {
    let encoded = erased.erasing(received)
    let change = written.map { erased.erasing($0, schema: schema) }
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    precondition(vector.sequence(of: origin) + 1 == dot.sequence, "the log has no gaps")
    let hash = ChainHash.next(
      after: vector[origin]?.hash ?? .zero, dot: dot, bytes: encoded.bytes)
    count += 1
    entries[origin, default: []].append(
      Entry(encoded: encoded, hash: hash, change: change, position: count))
    vector.advance(origin, to: ChainPosition(sequence: dot.sequence, hash: hash))
    let verdict = merge(change, at: dot, schema: schema)
    if let change, note(change, schema: schema) {
      clearErased(schema: schema)
      rebuild(schema: schema)
    }
    if let change, schema[change.kind]?.role.isOnlineOnly == true { refreshVoids(schema: schema) }
    return verdict
  }

  /// What of a lane `known` does not cover, in the order of arrival.
  func missing(in lane: Lane, from known: ProjectVector) -> Missing {
    var missing = Missing()
    for origin in vector.origins where origin.lane == lane {
      let first = known.sequence(of: origin)
      guard first < vector.sequence(of: origin), let entries = entries[origin] else { continue }
      missing.rest.append((origin.replica, entries[Int(first)...]))
    }
    missing.lane = lane
    return missing
  }

  /// Several origins' entries, merged by their order of arrival.
  struct Missing {
    fileprivate var rest: [(replica: ReplicaID, entries: ArraySlice<Entry>)] = []
    fileprivate var lane = Lane.rights

    mutating func next() -> (dot: Dot, encoded: EncodedChange)? {
      var first: (index: Int, position: Int)?
      for (index, origin) in rest.enumerated() {
        guard let entry = origin.entries.first else { continue }
        if entry.position < first?.position ?? .max { first = (index, entry.position) }
      }
      guard let index = first?.index else { return nil }
      let sequence = UInt64(rest[index].entries.startIndex) + 1
      guard let entry = rest[index].entries.popFirst() else { return nil }
      let dot = Dot(replica: rest[index].replica, lane: lane, sequence: sequence)
      return (dot, entry.encoded)
    }
  }

  /// Everything here, in the order of arrival.
  var order: [Dot] {
    entries.flatMap { origin, entries in
      entries.indices.map { index in
        let dot = Dot(
          replica: origin.replica, lane: origin.lane, sequence: UInt64(index) + 1)
        return (dot: dot, position: entries[index].position)
      }
    }
    .sorted { $0.position < $1.position }.map(\.dot)
  }

  /// Begins anew from the log with other declarations, as a software does that was updated.
  mutating func replay(schema: Schema) {
    for dot in order {
      if let change = self[dot]?.change { _ = note(change, schema: schema) }
    }
    clearErased(schema: schema)
    rebuild(schema: schema)
    refreshVoids(schema: schema)
  }

  /// What the log would be if some changes, each the last of its origin, had never come.
  func without(_ isGone: (Dot) -> Bool, schema: Schema) -> ProjectLog {
    var log = ProjectLog(project: project)
    // What was erased stays so, whatever becomes of the change that said it.
    log.erased = erased
    for dot in order where !isGone(dot) {
      guard let entry = self[dot] else { continue }
      _ = log.append(entry.encoded, entry.change, at: dot, schema: schema)
    }
    log.acknowledged = acknowledged.mapValues { vector in
      var kept = ProjectVector()
      for origin in vector.origins
      where vector[origin]?.sequence ?? 0 <= log.vector.sequence(of: origin) {
        kept[origin] = vector[origin]
      }
      return kept
    }
    return log
  }
}

/// Changes that were taken back.
extension ProjectLog {
  /// Reads anew what is void; where that is news, all records are merged anew.
  private mutating func refreshVoids(schema: Schema) {
    let fresh = shownVoids(schema: schema)
    guard fresh != voids else { return }
    voids = fresh
    rebuild(schema: schema)
  }

  private func shownVoids(schema: Schema) -> Voids {
    var voids = Voids()
    for (_, record) in records where !record.isDeleted {
      guard let kind = schema[record.kind], kind.role.isOnlineOnly else { continue }
      let shown = ShownRecord(kind: kind, state: record.state, history: self)
      voids.note(kind.role, key: record.naturalKey, shown.knownCells)
    }
    return voids
  }

  private mutating func rebuild(schema: Schema) {
    records = [:]
    parked = [:]
    let (order, all) = (order, entries)
    // A change that comes later in the log is not merged yet, whatever the vector says.
    entries = [:]
    for dot in order {
      let origin = Origin(replica: dot.replica, lane: dot.lane)
      guard let entry = all[origin]?[Int(dot.sequence) - 1] else { continue }
      entries[origin, default: []].append(entry)
      _ = merge(entry.change, at: dot, schema: schema)
    }
  }
}

extension Voids {
  /// The fields of a revocation, in the order of the lanes.
  static let endFields = ["last_rights", "last_record", "last_activity"]

  /// Takes up what one record of such a kind says.
  mutating func note(_ role: KindRole, key: [Value], _ cells: [CellKey: Value]) {
    guard let replica = key.first?.text.flatMap({ ReplicaID($0) }) else { return }
    switch role {
    case .record, .consent, .erasure, .receipt: break
    case .void:
      guard key.count == 3, let lane = key[1].integer.flatMap(Lane.init), let last = key[2].integer,
        last > 0, cells[CellKey("state")] != .text("released")
      else { return }
      void(Dot(replica: replica, lane: lane, sequence: UInt64(last)))
    case .revocation:
      for (lane, field) in zip(Lane.allCases, Self.endFields) {
        let last = cells[CellKey(field)]?.integer ?? 0
        revoke(Origin(replica: replica, lane: lane), after: UInt64(max(last, 0)))
      }
    }
  }
}

extension Lane {
  fileprivate init?(_ number: Int64) {
    guard let raw = UInt8(exactly: number) else { return nil }
    self.init(rawValue: raw)
  }
}

extension ProjectLog {
  private mutating func merge(_ change: Change?, at dot: Dot, schema: Schema) -> Verdict {
    guard let change, schema.objection(to: change) == nil else { return park(dot, .undecodable) }
    // Taken out and put back, because the history reads the rest of the log meanwhile.
    var record =
      records.removeValue(forKey: change.record)
      ?? Record(kind: change.kind, naturalKey: change.naturalKey)
    if !voids.contains(dot) {
      let seen = change.seeingThrough(voids) { written(by: $0, in: $1)?.replaces }
      record.state.merge(seen) { isMerged($0) || voids.contains($0) }
    }
    let kind = schema[change.kind]
    let isNews = kind.map { look(at: change, of: $0, in: &record) } ?? false
    records[change.record] = record
    guard let kind else { return park(dot, .unknownKind) }
    let isKnown = change.operations.allSatisfy { operation in
      operation.cell == .deletion || kind.field(named: operation.cell.field) != nil
    }
    guard isKnown else { return park(dot, .unknownField) }
    return isNews ? .conflict : .accepted
  }

  private func isMerged(_ dot: Dot) -> Bool {
    self[dot]?.change != nil && parked[dot] != .undecodable
  }

  private mutating func park(_ dot: Dot, _ reason: ParkReason) -> Verdict {
    parked[dot] = reason
    return .parked(reason)
  }

  /// Notes which cells have an open conflict now; whether one has that had none before.
  private func look(
    at change: Change, of kind: KindDeclaration, in record: inout Record
  ) -> Bool {
    let wasOpen = record.isDeleted ? [] : record.open
    for operation in change.operations where operation.cell != .deletion {
      let cell = operation.cell
      guard let rule = kind.field(named: cell.field)?.rule else { continue }
      let live = record.state[cell]?.live ?? []
      if live.count > 1, resolution(of: cell, live, rule).status == .open {
        record.open.insert(cell)
      } else {
        record.open.remove(cell)
      }
    }
    if record.state[.deletion] != nil {
      let outcome = deletion(of: record.state)
      record.isDeleted = outcome == .deleted
      if case .broughtBack = outcome {
        record.open.insert(.deletion)
      } else {
        record.open.remove(.deletion)
      }
    }
    return !record.isDeleted && !record.open.isSubset(of: wasOpen)
  }

  /// What a cell shows. The log answers every question from memory, so that nothing is thrown.
  func resolution(of cell: CellKey, _ live: [LiveValue], _ rule: MergeRule) -> Resolution {
    do {
      return try Resolver(history: self).resolve(cell, live, rule: rule)
    } catch {
      preconditionFailure("a history in memory does not fail: \(error)")
    }
  }

  func deletion(of state: RecordState) -> Deletion.Outcome {
    do {
      return try Deletion.resolve(state, history: self)
    } catch {
      preconditionFailure("a history in memory does not fail: \(error)")
    }
  }
}

extension ProjectLog: CellHistory {
  func written(by dot: Dot, in cell: CellKey) -> CellWrite? {
    self[dot]?.change.flatMap { CellWrite($0, cell: cell) }
  }
}
