import SyncCore
import SyncWire

/// What people do at a store in memory. There is no outbox: a write is a change at once.
extension MemoryStore {
  /// Makes one change, as a person who sees what the record shows would. `nil` as a field's value
  /// in `cells` has no meaning; write ``SyncCore/Value/null``.
  @discardableResult
  public mutating func write(
    _ kind: String, _ record: RecordID, _ cells: [CellKey: Value], in project: ProjectID,
    naturalKey: [Value] = [], lane: Lane? = nil, at now: Instant
  ) throws -> Change {
    let operations = try operations(writing: cells, to: record, of: kind, in: project)
    return write(
      operations, of: kind, record, naturalKey: naturalKey, in: project, lane: lane, at: now)
  }

  private func operations(
    writing cells: [CellKey: Value], to record: RecordID, of kind: String, in project: ProjectID
  ) throws -> [FieldOperation] {
    let log = requiredLog(of: project)
    let state = log.records[record]?.state ?? RecordState()
    return try cells.sorted { $0.key < $1.key }.map { cell, value in
      FieldOperation(
        cell: cell, value: value,
        replaces: try seen(cell, becoming: value, in: state, of: kind, log))
    }
  }

  /// The dots that a person who looks at a cell has seen there.
  private func seen(
    _ cell: CellKey, becoming value: Value, in state: RecordState, of kind: String,
    _ log: ProjectLog
  ) throws -> [Dot] {
    let live = state[cell]?.live ?? []
    if cell == .deletion {
      return value == .boolean(true) ? state.liveDots : Set(live.map(\.dot)).sorted()
    }
    guard let rule = schema[kind]?.field(named: cell.field)?.rule, live.count > 1 else {
      return Set(live.map(\.dot)).sorted()
    }
    return try Resolver(history: log).resolve(cell, live, rule: rule).seen
  }

  /// Stamps, encodes and logs one own change.
  @discardableResult
  mutating func write(
    _ operations: [FieldOperation], of kind: String, _ record: RecordID, naturalKey: [Value],
    in project: ProjectID, lane: Lane? = nil, at now: Instant
  ) -> Change {
    let declared = schema[kind]
    let lane = lane ?? declared?.lane ?? .records
    let last = requiredLog(of: project).vector.sequence(of: Origin(replica: replica, lane: lane))
    let hlc = HLC.next(
      after: lastHLC, writtenAt: now.wallMilliseconds, wallMilliseconds: now.wallMilliseconds)
    let change = Change(
      project: project, dot: Dot(replica: replica, lane: lane, sequence: last + 1), hlc: hlc,
      side: side, authority: Authority(rawValue: side.rawValue), channel: side.name, kind: kind,
      record: record, naturalKey: naturalKey, operations: operations)
    let key = commitmentKey()
    let encoded = ChangeCodec.encode(
      change, isPersonal: { declared?.field(named: $0)?.isPersonal ?? false },
      commitmentKey: key)
    _ = logs[project]?.append(encoded, change, at: change.dot, schema: schema)
    lastHLC = hlc
    eraseHeld(in: project)
    return change
  }

  /// Appends bytes as this replica's next change, whatever they are.
  public mutating func append(
    raw encoded: EncodedChange, in project: ProjectID, lane: Lane
  ) throws {
    let last = requiredLog(of: project).vector.sequence(of: Origin(replica: replica, lane: lane))
    let dot = Dot(replica: replica, lane: lane, sequence: last + 1)
    let change = decode(encoded, in: project, at: dot)
    _ = logs[project]?.append(encoded, change, at: dot, schema: schema)
  }

  func requiredLog(of project: ProjectID) -> ProjectLog {
    guard let log = logs[project] else {
      preconditionFailure("a project is adopted before anything is written into it")
    }
    return log
  }
}
