import SyncCore
import SyncWire

/// One project in memory: the log, and what follows from it.
struct ProjectLog {
  let project: ProjectID
  private(set) var vector = ProjectVector()
  /// By origin, from sequence 1.
  private(set) var entries: [Origin: [Entry]] = [:]
  /// The order of arrival in each lane, and over all.
  private(set) var arrivals: [Lane: [Dot]] = [:]
  private(set) var order: [Dot] = []
  private(set) var records: [RecordID: Record] = [:]
  var acknowledged: [ReplicaID: ProjectVector] = [:]
  private(set) var parked: [Dot: ParkReason] = [:]

  struct Entry {
    var encoded: EncodedChange
    var hash: Digest128
    /// Absent where the bytes mean nothing here.
    var change: Change?
  }

  struct Record {
    var kind: String
    var state = RecordState()
  }

  init(project: ProjectID) { self.project = project }

  subscript(dot: Dot) -> Entry? {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    guard dot.sequence > 0, dot.sequence <= vector.sequence(of: origin) else { return nil }
    return entries[origin]?[Int(dot.sequence) - 1]
  }

  /// Appends the next change of its origin and merges it.
  mutating func append(
    _ encoded: EncodedChange, _ change: Change?, at dot: Dot, schema: Schema
  ) throws -> Verdict {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    precondition(vector.sequence(of: origin) + 1 == dot.sequence, "the log has no gaps")
    let hash = ChainHash.next(
      after: vector[origin]?.hash ?? .zero, dot: dot, bytes: encoded.bytes)
    entries[origin, default: []].append(Entry(encoded: encoded, hash: hash, change: change))
    vector.advance(origin, to: ChainPosition(sequence: dot.sequence, hash: hash))
    arrivals[dot.lane, default: []].append(dot)
    order.append(dot)
    guard let change else { return park(dot, .undecodable) }
    let wasOpen = try hasOpenConflict(change.record, schema: schema)
    // Taken out and put back, because the history reads the rest of the log meanwhile.
    var record = records.removeValue(forKey: change.record) ?? Record(kind: change.kind)
    record.state.merge(change) { self[$0]?.change != nil }
    records[change.record] = record
    guard let kind = schema[change.kind] else { return park(dot, .unknownKind) }
    let isKnown = change.operations.allSatisfy { operation in
      operation.cell == .deletion || kind.field(named: operation.cell.field) != nil
    }
    guard isKnown else { return park(dot, .unknownField) }
    return try !wasOpen && hasOpenConflict(change.record, schema: schema) ? .conflict : .accepted
  }

  /// What the log would be if some changes, each the last of its origin, had never come.
  func without(_ isGone: (Dot) -> Bool, schema: Schema) throws -> ProjectLog {
    var log = ProjectLog(project: project)
    for dot in order where !isGone(dot) {
      guard let entry = self[dot] else { continue }
      _ = try log.append(entry.encoded, entry.change, at: dot, schema: schema)
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

  private mutating func park(_ dot: Dot, _ reason: ParkReason) -> Verdict {
    parked[dot] = reason
    return .parked(reason)
  }

  private func hasOpenConflict(_ id: RecordID, schema: Schema) throws -> Bool {
    guard let record = records[id], let kind = schema[record.kind] else { return false }
    return try record.state.keys.contains { cell in
      guard let live = record.state[cell]?.live, live.count > 1,
        let rule = kind.field(named: cell.field)?.rule
      else { return false }
      return try Resolver(history: self).resolve(cell, live, rule: rule).status == .open
    }
  }
}

extension ProjectLog: CellHistory {
  func written(by dot: Dot, in cell: CellKey) -> CellWrite? {
    self[dot]?.change.flatMap { CellWrite($0, cell: cell) }
  }
}
