import GRDB
import SyncCore

/// Writes what a record shows into its row and into the list of conflicts.
struct Projector {
  let rows: DomainRows
  let conflicts: ConflictTable

  /// What came of it.
  struct Outcome {
    /// Cells that have an open conflict now and had none before.
    var newlyOpen = 0
    /// Fields whose shown value does not fit their column: left empty.
    var unfitting: [String] = []
  }

  /// Projects the dirty fields of `record`. Cost: one row written; history is read only where a cell
  /// has several values or the whole row is written anew.
  func project(
    _ record: inout WorkingRecord, kind: KindDeclaration, project: ProjectID,
    history: ProjectHistory, at milliseconds: Int64
  ) throws -> Outcome {
    let deletion = try Deletion.resolve(record.state, history: history)
    if deletion == .deleted {
      if record.flags.contains(.isShown) { try rows.delete(record, kind: kind) }
      if record.flags.contains(.hasListed) { try conflicts.remove(record: record.id) }
      record.flags = []
      return Outcome()
    }
    let shown = Shown(kind: kind, state: record.state, history: history)
    let isNew = !record.flags.contains(.isShown)
    let resolutions = try shown.resolutions(of: isNew ? nil : record.dirty)
    var outcome = Outcome()
    let columns = columns(
      of: kind, fields: isNew ? nil : record.dirty, resolutions: resolutions,
      unfitting: &outcome.unfitting)
    if isNew {
      let present = Dictionary(columns.map { ($0.name, $0.column) }, uniquingKeysWith: { $1 })
      try rows.insert(record, kind: kind, project: project.description, columns: present)
      record.flags.insert(.isShown)
    } else {
      try rows.update(record, kind: kind, columns: columns)
    }
    var listed = resolutions.map { ConflictTable.Cell(key: $0.cell, resolution: $0.resolution) }
    if record.state[.deletion] != nil {
      listed.append(ConflictTable.Cell(key: .deletion, resolution: deletion.resolution))
    }
    outcome.newlyOpen = try conflicts.update(
      &record, kind: kind, project: project, cells: listed, at: milliseconds)
    return outcome
  }

  private func columns(
    of kind: KindDeclaration, fields: Set<String>?,
    resolutions: [(cell: CellKey, resolution: Resolution)], unfitting: inout [String]
  ) -> [(name: String, column: DomainRows.Column)] {
    var columns: [(name: String, column: DomainRows.Column)] = []
    for field in kind.fields where fields?.contains(field.name) ?? true {
      if kind.isKey(field) { continue }
      let cells = resolutions.filter { $0.cell.field == field.name }
      guard let column = column(of: field, cells: cells) else {
        unfitting.append(field.name)
        columns.append((field.name, .null))
        continue
      }
      columns.append((field.name, column))
    }
    return columns
  }

  /// `nil` where a value does not fit the column's type.
  private func column(
    of field: FieldDeclaration, cells: [(cell: CellKey, resolution: Resolution)]
  ) -> DomainRows.Column? {
    switch field.type {
    case .textSet, .referenceSet:
      let present = cells.filter { $0.resolution.shown == .boolean(true) }
        .compactMap(\.cell.element)
      return present.isEmpty ? .null : .text(JSONValue.canonicalSet(present))
    case .map:
      let members = cells.compactMap { cell, resolution in
        cell.element.flatMap { key in resolution.shown.text.map { (key: key, value: $0) } }
      }
      return members.isEmpty ? .null : .text(JSONValue.canonicalMap(members))
    case .boolean:
      guard let shown = cells.first?.resolution.shown, !shown.isNull else { return .null }
      return shown.boolean.map { .integer($0 ? 1 : 0) }
    case .integer, .integerIn, .time:
      guard let shown = cells.first?.resolution.shown, !shown.isNull else { return .null }
      return shown.integer.map { .integer($0) }
    case .text, .prose, .choice, .state, .reference, .anyReference, .money:
      guard let shown = cells.first?.resolution.shown, !shown.isNull else { return .null }
      return shown.text.map { .text($0) }
    }
  }
}
