import GRDB
import SyncCore

/// What a person decided about a conflict.
public enum ConflictChoice: Hashable, Sendable {
  /// One of the listed values, counted from 1.
  case keep(Int)
  case value(Value)
}

extension StoreEngine {
  /// Writes the decision as an ordinary change that has seen every value.
  func resolve(_ id: ConflictID, _ choice: ConflictChoice) throws {
    let place = try place(of: id)
    let live = place.record.state[place.cell]?.live ?? []
    if place.cell == .deletion { return try resolveDeletion(choice, of: place.record, place.kind) }
    let shown = Shown(
      kind: place.kind, state: place.record.state,
      history: history.within(project: place.record.project, origins: origins))
    let alternatives = try shown.resolution(of: place.cell).alternatives
    guard !alternatives.isEmpty else {
      throw StoreError.refused(
        what: "Conflict \(id)", why: "it has only one value any more",
        hint: "See what is open: labctl conflict list")
    }
    let value: Value
    switch choice {
    case .value(let chosen): value = chosen
    case .keep(let number):
      guard number > 0, alternatives.indices.contains(number - 1) else {
        throw StoreError.refused(
          what: "Conflict \(id)", why: "it has no value number \(number)",
          hint: "See its \(alternatives.count) values: labctl conflict show \(id)")
      }
      value = alternatives[number - 1].value
    }
    let operation = FieldOperation(
      cell: place.cell, value: value, replaces: Set(live.map(\.dot)).sorted())
    try write(
      [operation], to: place.record, kind: place.kind,
      hlc: nextHLC(writtenAt: now.wallMilliseconds), channel: side.name)
  }

  private func resolveDeletion(
    _ choice: ConflictChoice, of record: WorkingRecord, _ kind: KindDeclaration
  ) throws {
    let history = history.within(project: record.project, origins: origins)
    guard case .broughtBack = try Deletion.resolve(record.state, history: history) else {
      throw StoreError.refused(
        what: "Conflict \(ConflictID(record: record.id, cell: .deletion))",
        why: "it is decided already", hint: "See what is open: labctl conflict list")
    }
    let isDeleted = choice == .keep(2) || choice == .value(.boolean(true))
    let replaced =
      isDeleted
      ? record.state.liveDots
      : Set((record.state[.deletion]?.live ?? []).map(\.dot)).sorted()
    let operation = FieldOperation(cell: .deletion, value: .boolean(isDeleted), replaces: replaced)
    try write(
      [operation], to: record, kind: kind, hlc: nextHLC(writtenAt: now.wallMilliseconds),
      channel: side.name)
  }

  /// Takes a resolution back: writes again what it replaced, each value standing where it stood, so
  /// that the conflict is open as before.
  func undoResolution(of id: ConflictID) throws {
    let place = try place(of: id)
    let live = place.record.state[place.cell]?.live ?? []
    let refusal = StoreError.refused(
      what: "Conflict \(id)", why: "its last write is not a resolution that can be undone",
      hint: "See its history: labctl explain \(place.kind.name) \(place.record.id)")
    guard live.count == 1, let last = live.first?.dot else { throw refusal }
    let history = history.within(project: place.record.project, origins: origins)
    guard let resolution = try history.written(by: last, in: place.cell) else { throw refusal }
    var values: [WrittenValue] = []
    for dot in resolution.replaces {
      for written in try history.written(by: dot, in: place.cell)?.values ?? [] {
        values.append(WrittenValue(written.value, restores: written.restores ?? dot))
      }
    }
    // One value replaced by another is an ordinary edit; one deletion is a side of its own.
    guard values.count > (place.cell == .deletion ? 0 : 1) else { throw refusal }
    let operation = FieldOperation(cell: place.cell, values: values, replaces: [last])
    try write(
      [operation], to: place.record, kind: place.kind,
      hlc: nextHLC(writtenAt: now.wallMilliseconds), channel: side.name)
  }

  private struct Place {
    var record: WorkingRecord
    var kind: KindDeclaration
    var cell: CellKey
  }

  private func place(of id: ConflictID) throws -> Place {
    let row = try Row.fetchOne(
      database, sql: "SELECT record, field, element, kind FROM sync_conflicts WHERE id = ?",
      arguments: [id.description])
    guard let row, let recordID = RecordID(row[0] as String),
      let record = try storedRecord(recordID, kind: row[3]), let kind = record.kind
    else {
      throw StoreError.refused(
        what: "Conflict \(id)", why: "it is not known here",
        hint: "List them: labctl conflict list")
    }
    return Place(record: record, kind: kind, cell: CellKey(row[1], element: row[2]))
  }
}
