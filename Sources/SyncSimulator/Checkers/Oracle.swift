import SyncCore

/// What a set of changes shows, from the set alone: a value is live when a change wrote it and none
/// replaced it. No order of arrival, no store, no merging.
struct Oracle: CellHistory {
  private let changes: [Dot: Change]
  private let schema: Schema
  private(set) var records: [RecordID: (kind: String, state: RecordState)] = [:]
  private(set) var voids = Voids()
  /// Whose personal values count as null.
  private(set) var erased = Erasures()

  init(_ entries: [(dot: Dot, entry: Ledger.Entry)], schema: Schema) {
    self.schema = schema
    var changes: [Dot: Change] = [:]
    var byRecord: [RecordID: [Change]] = [:]
    for (_, entry) in entries {
      guard let change = entry.change, let subject = ErasureSubject(change, schema: schema) else {
        continue
      }
      _ = erased.insert(subject)
    }
    for (dot, entry) in entries {
      guard let written = entry.change, schema.objection(to: written) == nil else { continue }
      let change = erased.erasing(written, schema: schema)
      changes[dot] = change
      byRecord[change.record, default: []].append(change)
    }
    self.changes = changes
    records = byRecord.mapValues { (kind: $0[0].kind, state: state(of: $0)) }
    voids = shownVoids(byRecord)
    guard !voids.isEmpty else { return }
    records = byRecord.mapValues { (kind: $0[0].kind, state: state(of: $0)) }
  }

  /// What was taken back, as the records show it that say so.
  private func shownVoids(_ byRecord: [RecordID: [Change]]) -> Voids {
    var voids = Voids()
    for (id, record) in shown where record.kind.role.isOnlineOnly {
      do {
        guard try record.row(id) != nil, let key = byRecord[id]?.first?.naturalKey else { continue }
        voids.note(record.kind.role, key: key, try record.cells())
      } catch {
        preconditionFailure("a history in memory does not fail: \(error)")
      }
    }
    return voids
  }

  private func state(of changes: [Change]) -> RecordState {
    var written: [CellKey: [LiveValue]] = [:]
    var replaced: [CellKey: Set<Dot>] = [:]
    var revision = Revision.none
    for change in changes where !voids.contains(change.dot) {
      revision.include(change.dot)
      for operation in change.operations {
        replace(operation.replaces, in: operation.cell, &replaced)
        for (ordinal, value) in zip(UInt16.min..., operation.values) {
          written[operation.cell, default: []].append(
            LiveValue(dot: change.dot, ordinal: ordinal, flag: value.value.boolean))
        }
      }
    }
    var cells: [CellKey: Cell] = [:]
    for (cell, values) in written {
      let gone = replaced[cell] ?? []
      cells[cell] = Cell(live: values.filter { !gone.contains($0.dot) }.sorted())
    }
    return RecordState(cells: cells, revision: revision)
  }

  /// Whoever replaced a void value had seen what that one had replaced.
  private func replace(_ dots: [Dot], in cell: CellKey, _ replaced: inout [CellKey: Set<Dot>]) {
    for dot in dots where replaced[cell, default: []].insert(dot).inserted && voids.contains(dot) {
      replace(written(by: dot, in: cell)?.replaces ?? [], in: cell, &replaced)
    }
  }

  func written(by dot: Dot, in cell: CellKey) -> CellWrite? {
    changes[dot].flatMap { CellWrite($0, cell: cell) }
  }

  private var shown: [(id: RecordID, record: ShownRecord<Oracle>)] {
    records.compactMap { id, record in
      guard let kind = schema[record.kind] else { return nil }
      return (id, ShownRecord(kind: kind, state: record.state, history: self))
    }
  }

  /// Sorted, in the one form that all stores share.
  func rows() throws -> [String] { try shown.compactMap { try $0.record.row($0.id) }.sorted() }

  func openConflicts() throws -> [OpenConflict] {
    try shown.flatMap { try $0.record.openConflicts($0.id) }.sorted()
  }
}
