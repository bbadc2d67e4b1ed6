import SyncCore

/// From what was written to what the writer meant: the operations of a row, and what each replaces.
extension StoreEngine {
  /// What a writer had before its eyes.
  private struct Context {
    var shown: Shown<ProjectHistory>
    var content: RowContent
    /// A revision that is not known: nothing counts as seen, and so nothing is overwritten.
    var isUnknown = false
  }

  func deletion(of record: WorkingRecord) -> [FieldOperation] {
    guard record.head > 0 else { return [] }
    return [FieldOperation(cell: .deletion, value: .boolean(true), replaces: record.state.liveDots)]
  }

  /// The row of a record of which nothing is known: every cell that says something.
  func creation(_ row: JSONValue, kind: KindDeclaration) -> [FieldOperation] {
    let operations = RowContent.cells(of: row, kind: kind).compactMap { cell, value in
      kind.naturalKey.contains(cell.field)
        ? nil : FieldOperation(cell: cell, value: value, replaces: [])
    }
    // A row that says nothing at all is a record all the same.
    guard operations.isEmpty else { return operations }
    return [FieldOperation(cell: CellKey("channel"), value: .text(side.name), replaces: [])]
  }

  /// A row that was inserted into a known record is compared with the record's metadata, never with an absent row:
  /// `INSERT OR REPLACE` fires no other trigger.
  func insertion(
    _ new: RowContent, seen: Int64?, into record: WorkingRecord, kind: KindDeclaration
  ) throws -> [FieldOperation] {
    let context = try context(seen: seen, of: record, kind: kind)
    var old = context.content
    var new = new
    for field in ["created_at", "channel"] {
      old.cells[CellKey(field)] = nil
      new.cells[CellKey(field)] = nil
    }
    // First, so that no part of a large row comes to a record that is still deleted.
    let restoration = try restoration(of: record).map { [$0] } ?? []
    return try restoration
      + operations(
        old.differences(to: new, in: kind), in: context, kind: kind, isBlind: seen == nil)
  }

  /// What brings a deleted record back, or `nil` where it is not deleted.
  func restoration(of record: WorkingRecord) throws -> FieldOperation? {
    let history = history.within(project: record.project, origins: origins)
    guard try Deletion.resolve(record.state, history: history) == .deleted else { return nil }
    let deletions = record.state[.deletion]?.live.map(\.dot) ?? []
    return FieldOperation(cell: .deletion, value: .boolean(false), replaces: deletions)
  }

  func edit(
    from old: RowContent, to new: RowContent, seen: Int64?, of record: WorkingRecord,
    kind: KindDeclaration
  ) throws -> [FieldOperation] {
    var context = try context(seen: seen, of: record, kind: kind)
    if seen == nil || context.isUnknown { context.content = old }
    // A column that the statement left as it was is not written, also where it had another value
    // when the writer looked.
    let written = Set(old.differences(to: new, in: kind).map(\.cell))
    let differences = context.content.differences(to: new, in: kind)
      .filter { written.contains($0.cell) }
    return try operations(differences, in: context, kind: kind, isBlind: false)
  }

  /// `isBlind` says that the trigger could not see what was there: a value looser than the one it
  /// did not see replaces nothing.
  private func operations(
    _ differences: [(cell: CellKey, value: Value)], in context: Context, kind: KindDeclaration,
    isBlind: Bool
  ) throws -> [FieldOperation] {
    try differences.compactMap { cell, value in
      guard let field = kind.field(named: cell.field), !kind.isKey(field) else { return nil }
      if case .sum = field.rule {
        let increment = (value.integer ?? 0) &- (context.content[cell].integer ?? 0)
        return FieldOperation(cell: cell, value: .integer(increment), replaces: [])
      }
      var isUnseen = context.isUnknown
      if isBlind, case .strictest(let strictness) = field.rule {
        isUnseen = strictness.rank(of: value) > strictness.rank(of: context.content[cell])
      }
      let seen = isUnseen ? [] : try context.shown.resolution(of: cell).seen
      return FieldOperation(cell: cell, value: value, replaces: seen)
    }
  }

  /// By default what the record shows now; with `seen`, what it showed at that revision.
  private func context(
    seen: Int64?, of record: WorkingRecord, kind: KindDeclaration
  ) throws -> Context {
    let history = history.within(project: record.project, origins: origins)
    var state = record.state
    var isUnknown = false
    if let seen, seen != state.revision.rawValue {
      if let earlier = try self.state(of: record, at: seen) {
        state = earlier
      } else {
        isUnknown = true
      }
    }
    let shown = Shown(kind: kind, state: state, history: history)
    return Context(shown: shown, content: try shown.content(), isUnknown: isUnknown)
  }

  /// The record's metadata at a revision, by merging its history again. A negative revision is an
  /// outbox row: what the record was when that row had been captured.
  ///
  /// Cost: the record's own history.
  func state(of record: WorkingRecord, at revision: Int64) throws -> RecordState? {
    var history: [(position: Int64, change: Change)] = []
    try self.history.walk(from: record.head, origins: origins) { entry, change in
      history.append((entry.position, change))
      return true
    }
    if revision == Int64.min { return nil }
    let limit = revision < 0 ? try outbox.position(reachedBy: -revision) : nil
    if revision < 0, limit == nil { return nil }
    var state = RecordState()
    var merged: Set<Dot> = []
    let voids = voids(inProjectRef: record.project)
    for (position, change) in history.reversed() {
      if let limit, position > limit { break }
      merged.insert(change.dot)
      if voids.contains(change.dot) { continue }
      let seen = try seen(change, project: record.project)
      state.merge(seen) { merged.contains($0) || voids.contains($0) }
      if limit == nil, state.revision.rawValue == revision { return state }
    }
    return limit == nil ? nil : state
  }
}
