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
    _ record: WorkingRecord, layout: KindLayout, project: ProjectID, history: ProjectHistory,
    at milliseconds: Int64
  ) throws -> Outcome {
    let kind = layout.kind
    if let creation = record.creation {
      return try projectCreation(creation, of: record, layout: layout, project: project)
    }
    let deletion = try Deletion.resolve(record.state, history: history)
    // Nothing that counts is left, or a person removed it.
    if deletion == .deleted || record.state.cells.isEmpty {
      if record.flags.contains(.isShown) { try rows.delete(record, kind: kind, project: project) }
      if record.flags.contains(.hasListed) {
        try conflicts.close(record: record.id, at: milliseconds)
      }
      record.flags.remove(.isShown)
      return Outcome()
    }
    let shown = Shown(kind: kind, state: record.state, history: history)
    let isNew = !record.flags.contains(.isShown)
    let fields = isNew || record.dirty.isAll ? nil : record.dirty.fields
    let resolutions = try shown.resolutions(of: fields)
    var outcome = Outcome()
    let columns = columns(
      of: kind, fields: fields, resolutions: resolutions, unfitting: &outcome.unfitting)
    if isNew {
      var values = [DomainRows.Column](repeating: .null, count: kind.fields.count)
      for (name, column) in columns {
        if let index = kind.index(ofField: name) { values[index] = column }
      }
      let isWritten = try rows.insert(
        record, kind: kind, project: project, columns: values,
        revision: record.state.revision)
      guard isWritten else { return Self.taken }
      record.flags.insert(.isShown)
    } else {
      try rows.update(
        record, kind: kind, project: project, columns: columns, revision: record.state.revision)
    }
    var listed = resolutions.map { ConflictTable.Cell(key: $0.cell, resolution: $0.resolution) }
    if record.state[.deletion] != nil {
      listed.append(ConflictTable.Cell(key: .deletion, resolution: deletion.resolution))
    }
    outcome.newlyOpen = try conflicts.update(
      record, kind: kind, project: project, cells: listed, at: milliseconds)
    return outcome
  }

  /// Projects a record that one plain change wrote: every cell shows what was written. A row that
  /// its writer put there needs only what the writer could not know, or may have spelled otherwise.
  private func projectCreation(
    _ creation: Change, of record: WorkingRecord, layout: KindLayout, project: ProjectID
  ) throws -> Outcome {
    let kind = layout.kind
    var outcome = Outcome()
    var values = [DomainRows.Column](repeating: .null, count: kind.fields.count)
    var elements: [Int: [(key: String, value: Value)]] = [:]
    for (index, operation) in zip(record.creationFields, creation.operations) {
      let value = operation.values[0].value
      if let element = operation.cell.element {
        elements[index, default: []].append((element, value))
      } else if let column = Self.column(of: layout.types[index], showing: value) {
        values[index] = column
      } else {
        outcome.unfitting.append(kind.fields[index].name)
      }
    }
    for (index, present) in elements {
      values[index] = Self.column(of: layout.types[index], elements: present)
    }
    var revision = Revision.none
    revision.include(creation.dot)
    if record.flags.contains(.isShown) {
      let columns = layout.keyedFields.compactMap { name in
        kind.index(ofField: name).map { (name: name, column: values[$0]) }
      }
      try rows.update(
        record, kind: kind, project: project, columns: columns, revision: revision)
    } else {
      let isWritten = try rows.insert(
        record, kind: kind, project: project, columns: values, revision: revision)
      guard isWritten else { return Self.taken }
      record.flags.insert(.isShown)
    }
    return outcome
  }

  /// A record that can not be shown: tables with a natural key have one row for it, whatever the
  /// project.
  private static let taken = Outcome(
    unfitting: ["another project of this store has the row with this natural key"])

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
    guard field.rule.isKeyed else {
      return Self.column(of: field.type, showing: cells.first?.resolution.shown ?? .null)
    }
    return Self.column(
      of: field.type,
      elements: cells.compactMap { cell, resolution in
        cell.element.map { (key: $0, value: resolution.shown) }
      })
  }

  private static func column(of type: FieldType, showing value: Value) -> DomainRows.Column? {
    switch (ColumnForm(type), value) {
    case (_, .null): .null
    case (.boolean, .boolean(let boolean)): .integer(boolean ? 1 : 0)
    case (.integer, .integer(let integer)): .integer(integer)
    case (.text, .text(let text)): .text(text)
    case (_, .boolean), (_, .integer), (_, .text): nil
    }
  }

  private static func column(
    of type: FieldType, elements: [(key: String, value: Value)]
  ) -> DomainRows.Column {
    if case .map = type {
      let members = elements.compactMap { element in
        element.value.text.map { (key: element.key, value: $0) }
      }
      return members.isEmpty ? .null : .text(JSONValue.canonicalMap(members))
    }
    let present = elements.filter { $0.value == .boolean(true) }.map(\.key)
    return present.isEmpty ? .null : .text(JSONValue.canonicalSet(present))
  }
}
