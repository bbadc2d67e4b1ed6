import SyncCore

/// A replica of one record, in memory: what a store is, without the store.
struct Replica: CellHistory {
  static let project = ProjectID(rawValue: UniqueID(high: 1, low: 1))
  static let record = RecordID(rawValue: UniqueID(high: 2, low: 2))

  let id: ReplicaID
  private(set) var state = RecordState()
  private(set) var changes: [Dot: Change] = [:]
  /// In the order in which they arrived.
  private(set) var log: [Change] = []
  private var sequence: UInt64 = 0

  init(_ number: UInt64) { id = ReplicaID(rawValue: UniqueID(high: number, low: 77)) }

  /// A replica to which these changes arrived in this order.
  init(receiving changes: some Sequence<Change>) {
    self.init(99)
    for change in changes { receive(change) }
  }

  func written(by dot: Dot, in cell: CellKey) -> CellWrite? {
    changes[dot].flatMap { CellWrite($0, cell: cell) }
  }

  mutating func receive(_ change: Change) {
    guard changes[change.dot] == nil else { return }
    let known = changes
    state.merge(change) { known[$0] != nil }
    changes[change.dot] = change
    log.append(change)
  }

  mutating func receive(_ changes: some Sequence<Change>) {
    for change in changes { receive(change) }
  }

  /// Makes a change here and merges it.
  @discardableResult
  mutating func make(
    _ operations: [FieldOperation], hlc: HLC, authority: Authority = .lab
  ) -> Change {
    sequence += 1
    let change = Change(
      project: Self.project, dot: Dot(replica: id, lane: .records, sequence: sequence), hlc: hlc,
      side: .lab, authority: authority, channel: "lab", kind: "idea", record: Self.record,
      operations: operations)
    receive(change)
    return change
  }

  func live(in cell: CellKey) -> [LiveValue] { state[cell]?.live ?? [] }

  func siblings(in cell: CellKey) throws -> [Sibling] {
    try Resolver(history: self).siblings(of: live(in: cell), in: cell)
  }

  func resolution(of cell: CellKey, _ rule: MergeRule) throws -> Resolution {
    try Resolver(history: self).resolve(cell, live(in: cell), rule: rule)
  }

  func deletion() throws -> Deletion.Outcome { try Deletion.resolve(state, history: self) }
}

extension Replica {
  /// What a person who saw the row writes.
  @discardableResult
  mutating func write(
    _ value: Value, to cell: CellKey, _ rule: MergeRule, at milliseconds: Int64,
    authority: Authority = .lab
  ) throws -> Change {
    let seen = try resolution(of: cell, rule).seen
    return make(
      [FieldOperation(cell: cell, value: value, replaces: seen)],
      hlc: HLC(milliseconds: milliseconds), authority: authority)
  }

  /// What a person decides who saw every value of a conflict.
  @discardableResult
  mutating func resolve(
    _ cell: CellKey, with value: Value, at milliseconds: Int64, authority: Authority = .lab
  ) -> Change {
    let dots = Set(live(in: cell).map(\.dot)).sorted()
    return make(
      [FieldOperation(cell: cell, value: value, replaces: dots)],
      hlc: HLC(milliseconds: milliseconds), authority: authority)
  }

  /// Brings back what `resolution` replaced in this cell.
  @discardableResult
  mutating func undo(_ resolution: Change, in cell: CellKey, at milliseconds: Int64) -> Change? {
    guard let operation = resolution.operations.first(where: { $0.cell == cell }) else {
      return nil
    }
    let values = operation.replaces.flatMap { dot in
      // A deletion had seen dots of other cells too, which have no value in this one.
      (written(by: dot, in: cell)?.values ?? []).map { written in
        WrittenValue(written.value, restores: written.restores ?? dot)
      }
    }
    return make(
      [FieldOperation(cell: cell, values: values, replaces: [resolution.dot])],
      hlc: HLC(milliseconds: milliseconds))
  }

  @discardableResult
  mutating func delete(at milliseconds: Int64) -> Change {
    make(
      [FieldOperation(cell: .deletion, value: .boolean(true), replaces: state.liveDots)],
      hlc: HLC(milliseconds: milliseconds))
  }

  @discardableResult
  mutating func restore(at milliseconds: Int64) -> Change {
    resolve(.deletion, with: .boolean(false), at: milliseconds)
  }
}
