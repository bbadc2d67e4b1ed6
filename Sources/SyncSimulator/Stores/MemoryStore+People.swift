import SyncCore

extension MemoryStore: SimulatedStore {
  public mutating func perform(_ deed: Deed, in project: ProjectID, at now: Instant) throws {
    try refuseErased(deed, in: project)
    defer { _ = writeReceipts(in: project, at: now) }
    switch deed {
    case .insert(let name, _), .update(let name, _), .delete(let name):
      try checkTable(of: name.kind)
    case .resolve, .undo: break
    }
    switch deed {
    case .insert(let name, let cells): try insert(name, cells, in: project, at: now)
    case .update(let name, let cells):
      guard logs[project]?.records[name.id]?.isDeleted == false else {
        throw DeedRefused("there is no such row")
      }
      try write(name.kind, name.id, cells, in: project, naturalKey: name.naturalKey, at: now)
    case .delete(let name):
      guard logs[project]?.records[name.id]?.isDeleted == false else {
        throw DeedRefused("there is no such row")
      }
      try write(
        name.kind, name.id, [.deletion: .boolean(true)], in: project, naturalKey: name.naturalKey,
        at: now)
    case .resolve(let conflict, let number):
      let place = try place(of: conflict, in: project)
      try decide(place, keeping: number, in: project, at: now)
    case .undo(let conflict):
      let place = try place(of: conflict, in: project)
      try undo(place, in: project, at: now)
    }
  }

  /// An older software has no table for a kind that it does not know.
  private func checkTable(of kind: String) throws {
    if schema[kind] == nil { throw DeedRefused("there is no such table") }
  }

  /// A row that comes back says again what it says and nothing of what it had said.
  private mutating func insert(
    _ name: RecordName, _ cells: [CellKey: Value], in project: ProjectID, at now: Instant
  ) throws {
    guard logs[project] != nil else { throw DeedRefused("the project is not here") }
    var written = cells
    if let record = logs[project]?.records[name.id] {
      guard record.isDeleted || record.state.cells.isEmpty else {
        throw DeedRefused("the row is there")
      }
      for cell in record.state.keys where written[cell] == nil && cell != .deletion {
        guard let field = schema[name.kind]?.field(named: cell.field) else { continue }
        guard field.name != "created_at", field.name != "channel" else { continue }
        written[cell] = field.rule.isKeyed && field.type != .map ? .boolean(false) : .null
      }
      if record.isDeleted { written[.deletion] = .boolean(false) }
    }
    try write(name.kind, name.id, written, in: project, naturalKey: name.naturalKey, at: now)
  }

  public func row(of record: RecordName, in project: ProjectID) throws -> SeenRow? {
    guard let log = logs[project], let kind = schema[record.kind],
      let found = log.records[record.id], !found.isDeleted
    else { return nil }
    let shown = ShownRecord(kind: kind, state: found.state, history: log)
    if shown.isEmpty { return nil }
    return SeenRow(revision: found.state.revision.rawValue, cells: try shown.cells())
  }

  public func openConflicts(
    of record: RecordID?, in project: ProjectID
  ) throws -> [OpenConflict] {
    guard let log = logs[project] else { return [] }
    if let record { return try openConflicts(of: record, log).sorted() }
    return try log.records.keys.flatMap { try openConflicts(of: $0, log) }.sorted()
  }

  private func openConflicts(of id: RecordID, _ log: ProjectLog) throws -> [OpenConflict] {
    guard let record = log.records[id], !record.isDeleted, !record.open.isEmpty,
      let kind = schema[record.kind]
    else { return [] }
    let shown = ShownRecord(kind: kind, state: record.state, history: log)
    return try shown.openConflicts(id).filter { record.open.contains($0.cell) }
  }

  public func shownRows(in project: ProjectID) throws -> [String] {
    guard let log = logs[project] else { return [] }
    var rows: [String] = []
    for (id, record) in log.records where !record.isDeleted {
      guard let kind = schema[record.kind] else { continue }
      let shown = ShownRecord(kind: kind, state: record.state, history: log)
      if shown.isEmpty { continue }
      rows.append(ShownRecord<ProjectLog>.row(kind: kind.name, id, try shown.cells()))
    }
    return rows.sorted()
  }

  public func parkedChanges(in project: ProjectID) throws -> [Dot: ParkReason] {
    parked(in: project)
  }

  public func uncapturedRows() throws -> Int { 0 }

  public func holds(_ text: String) throws -> Bool {
    let words = Array(text.utf8)
    if heldChanges.contains(where: { $0.change.personal.holds(words) }) { return true }
    return logs.values.contains { log in
      log.entries.values.joined().contains { entry in
        entry.encoded.bytes.holds(words) || entry.encoded.personal.holds(words)
      }
    }
  }

  public func image(seed: UInt64) throws -> any SimulatedStore {
    var copy = self
    copy.reseed(seed)
    return copy
  }

  public mutating func reopen(schema: Schema) throws {
    guard self.schema != schema else { return }
    self.schema = schema
    for project in logs.keys.sorted() {
      logs[project]?.replay(schema: schema)
      eraseHeld(in: project)
    }
  }
}

extension MemoryStore {
  private struct Place {
    var record: RecordID
    var kind: String
    var naturalKey: [Value]
    var cell: CellKey
    var live: [LiveValue]
  }

  private func place(of conflict: ConflictID, in project: ProjectID) throws -> Place {
    let log = requiredLog(of: project)
    for (id, record) in log.records.sorted(by: { $0.key < $1.key }) {
      for cell in record.state.keys where ConflictID(record: id, cell: cell) == conflict {
        try checkTable(of: record.kind)
        return Place(
          record: id, kind: record.kind, naturalKey: record.naturalKey, cell: cell,
          live: record.state[cell]?.live ?? [])
      }
    }
    throw DeedRefused("the conflict is not known here")
  }

  private mutating func decide(
    _ place: Place, keeping number: Int, in project: ProjectID, at now: Instant
  ) throws {
    let conflicts = try openConflicts(of: place.record, in: project)
    let id = ConflictID(record: place.record, cell: place.cell)
    guard let conflict = conflicts.first(where: { $0.id == id }),
      conflict.alternatives.indices.contains(number - 1)
    else { throw DeedRefused("the conflict has no such value") }
    let value = conflict.alternatives[number - 1].value
    var replaces = Set(place.live.map(\.dot)).sorted()
    if place.cell == .deletion, value == .boolean(true) {
      replaces = requiredLog(of: project).records[place.record]?.state.liveDots ?? []
    }
    write(
      [FieldOperation(cell: place.cell, value: value, replaces: replaces)], of: place.kind,
      place.record, naturalKey: place.naturalKey, in: project, at: now)
  }

  private mutating func undo(_ place: Place, in project: ProjectID, at now: Instant) throws {
    guard place.live.count == 1, let last = place.live.first?.dot else {
      throw DeedRefused("the last write is no decision")
    }
    var values: [WrittenValue] = []
    let log = requiredLog(of: project)
    for dot in log.written(by: last, in: place.cell)?.replaces ?? [] {
      for written in log.written(by: dot, in: place.cell)?.values ?? [] {
        values.append(WrittenValue(written.value, restores: written.restores ?? dot))
      }
    }
    guard values.count > (place.cell == .deletion ? 0 : 1) else {
      throw DeedRefused("the last write is no decision")
    }
    write(
      [FieldOperation(cell: place.cell, values: values, replaces: [last])], of: place.kind,
      place.record, naturalKey: place.naturalKey, in: project, at: now)
  }
}
