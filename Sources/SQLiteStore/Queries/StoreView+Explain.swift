import SyncCore

extension StoreReader {
  /// The history of the record that `id` names (as in ``StoreReader/show(_:id:)``), also of one that
  /// was removed. Cost: the record's own history.
  public func explain(_ kind: String, id: String) throws -> RecordStory {
    try read("reading a record's history") { try $0.explain(kind, id: id) }
  }
}

extension StoreView {
  func explain(_ kindName: String, id: String) throws -> RecordStory {
    let kind = try schema.declaration(of: kindName)
    let record = try record(kind, named: id)
    var story = RecordStory(
      kind: kind.name, record: record, title: try title(of: record, kind: kind), writes: [])
    guard let stored = try records.load(record, kind: kind.name, origins: origins) else {
      return story
    }
    var entries: [(entry: ChangeLog.Entry, change: Change)] = []
    try history.walk(from: stored.head, origins: origins) { entry, change in
      entries.append((entry, change))
      return true
    }
    let teller = StoryTeller(
      kind: kind, record: stored, entries: CausalOrder(entries).sorted(),
      history: history.within(project: stored.project, origins: origins),
      voids: history.voids[stored.project] ?? Voids())
    story.writes = try teller.writes { try writing(of: $1, storedAt: $0.storedAt) }
    return story
  }
}

/// Tells of each write in a record's history what it was and what became of it.
private struct StoryTeller {
  let kind: KindDeclaration
  let record: WorkingRecord
  let entries: [(entry: ChangeLog.Entry, change: Change)]
  let history: ProjectHistory
  let voids: Voids
  private let changes: [Dot: Change]
  /// By cell and dot, who replaced it first.
  private let replacers: [Place: Dot]

  private struct Place: Hashable {
    var cell: CellKey
    var dot: Dot
  }

  init(
    kind: KindDeclaration, record: WorkingRecord,
    entries: [(entry: ChangeLog.Entry, change: Change)], history: ProjectHistory, voids: Voids
  ) {
    self.kind = kind
    self.record = record
    self.entries = entries
    self.history = history
    self.voids = voids
    changes = Dictionary(
      entries.map { ($0.change.dot, $0.change) }, uniquingKeysWith: { first, _ in first })
    var replacers: [Place: Dot] = [:]
    for (_, change) in entries {
      for operation in change.operations {
        for dot in operation.replaces {
          let place = Place(cell: operation.cell, dot: dot)
          if replacers[place] == nil { replacers[place] = change.dot }
        }
      }
    }
    self.replacers = replacers
  }

  func writes(
    _ writing: (ChangeLog.Entry, Change) throws -> Writing
  ) throws -> [RecordStory.Write] {
    var resolutions: [CellKey: Resolution] = [:]
    for cell in record.state.keys { resolutions[cell] = try resolution(of: cell) }
    let isDeleted = try Deletion.resolve(record.state, history: history) == .deleted
    var writes: [RecordStory.Write] = []
    for (entry, change) in entries {
      let writing = try writing(entry, change)
      for operation in change.operations {
        let replaced = replaced(by: operation)
        for (ordinal, written) in operation.values.enumerated() {
          writes.append(
            RecordStory.Write(
              writing: writing, cell: operation.cell,
              value: display(written.value, operation.cell), replaced: replaced,
              act: try act(of: change, operation, written),
              fate: try fate(
                of: change.dot, ordinal, written.value, in: operation.cell,
                resolution: resolutions[operation.cell], isDeleted: isDeleted)))
        }
      }
    }
    return writes
  }

  private func display(_ value: Value, _ cell: CellKey) -> JSONValue {
    kind.field(named: cell.field)?.display(value) ?? JSONValue(value)
  }

  private func resolution(of cell: CellKey) throws -> Resolution? {
    if cell == .deletion { return try Deletion.resolve(record.state, history: history).resolution }
    guard kind.field(named: cell.field) != nil else { return nil }
    return try Shown(kind: kind, state: record.state, history: history).resolution(of: cell)
  }

  private func replaced(by operation: FieldOperation) -> [RecordStory.Replaced] {
    operation.replaces.flatMap { dot in
      let earlier = changes[dot]?.operations.first { $0.cell == operation.cell }
      return (earlier?.values ?? []).map {
        RecordStory.Replaced(dot: dot, value: display($0.value, operation.cell))
      }
    }
  }

  private func act(
    of change: Change, _ operation: FieldOperation, _ written: WrittenValue
  ) throws -> RecordStory.Act {
    if let restored = written.restores { return .undo(restores: restored) }
    guard operation.cell != .deletion, let field = kind.field(named: operation.cell.field) else {
      return .plain
    }
    if try isResolution(operation, rule: field.rule) { return .resolution }
    guard !field.rule.isKeyed else { return .plain }
    var others: Set<ReplicaID> = []
    for dot in operation.replaces {
      guard let earlier = changes[dot], isAnothers(earlier, than: change),
        let values = earlier.operations.first(where: { $0.cell == operation.cell })?.values,
        values.contains(where: { $0.value != written.value })
      else { continue }
      others.insert(dot.replica)
    }
    return others.isEmpty ? .plain : .overwrite(of: others.sorted())
  }

  private func isAnothers(_ earlier: Change, than change: Change) -> Bool {
    if earlier.dot.replica != change.dot.replica { return true }
    guard let one = earlier.changedBy, let other = change.changedBy else { return false }
    return one != other
  }

  /// Whether what the operation replaced was an open conflict. A plain write never replaces the
  /// values that wait in one.
  private func isResolution(_ operation: FieldOperation, rule: MergeRule) throws -> Bool {
    guard operation.replaces.count > 1 || isRestored(operation) else { return false }
    let live = operation.replaces.flatMap { dot in
      let values = changes[dot]?.operations.first { $0.cell == operation.cell }?.values ?? []
      return values.enumerated().map {
        LiveValue(dot: dot, ordinal: UInt16($0.offset), flag: $0.element.value.boolean)
      }
    }
    return try Resolver(history: history).resolve(operation.cell, live, rule: rule).status == .open
  }

  /// Whether it replaced one change that had brought several values back.
  private func isRestored(_ operation: FieldOperation) -> Bool {
    operation.replaces.contains { dot in
      let earlier = changes[dot]?.operations.first { $0.cell == operation.cell }
      return (earlier?.values.count ?? 0) > 1
    }
  }

  private func fate(
    of dot: Dot, _ ordinal: Int, _ value: Value, in cell: CellKey, resolution: Resolution?,
    isDeleted: Bool
  ) throws -> RecordStory.Fate {
    if voids.contains(dot) { return .void }
    let isLive =
      record.state[cell]?.live
      .contains { $0.dot == dot && Int($0.ordinal) == ordinal } ?? false
    guard isLive else { return try fateOfReplaced(dot, in: cell) }
    if isDeleted, cell != .deletion { return .removed }
    guard let resolution else { return .unknownField }
    if case .sum = kind.field(named: cell.field)?.rule { return .merged }
    let conflict =
      resolution.status == .open ? ConflictID(record: record.id, cell: cell) : nil
    if value == resolution.shown { return conflict.map { .shownInConflict($0) } ?? .shown }
    let isJoined = !resolution.alternatives.contains { $0.value == resolution.shown }
    if resolution.status == .settled, isJoined { return .merged }
    return .lost(to: display(resolution.shown, cell), conflict)
  }

  private func fateOfReplaced(_ dot: Dot, in cell: CellKey) throws -> RecordStory.Fate {
    guard let replacer = replacers[Place(cell: cell, dot: dot)],
      let operation = changes[replacer]?.operations.first(where: { $0.cell == cell })
    else { return .removed }
    if operation.values.contains(where: { $0.restores != nil }) { return .undone(by: replacer) }
    if let rule = kind.field(named: cell.field)?.rule, try isResolution(operation, rule: rule) {
      return .resolved(by: replacer)
    }
    return .replaced(by: replacer)
  }
}
