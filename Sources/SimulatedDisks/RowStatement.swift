import GRDB
import SyncCore
import SyncSimulator

/// Plain SQL, as any program of the community would write it.
struct RowStatement {
  var sql: String
  var arguments: [(any DatabaseValueConvertible)?] = []

  static func insertion(
    of record: RecordName, _ cells: [CellKey: Value], _ kind: KindDeclaration,
    _ project: ProjectID
  ) -> RowStatement {
    var columns: [(name: String, value: (any DatabaseValueConvertible)?)] = []
    if kind.naturalKey.isEmpty { columns.append(("id", record.id.description)) }
    for (name, value) in zip(kind.naturalKey, record.naturalKey) {
      columns.append((name, column(value)))
    }
    columns.append(("project", project.description))
    for field in kind.fields where !kind.isKey(field) {
      let written = cells.filter { $0.key.field == field.name }
      if !written.isEmpty { columns.append((field.name, column(of: field, written))) }
    }
    let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return RowStatement(
      sql: "INSERT INTO \(kind.table) (\(names)) VALUES (\(places))",
      arguments: columns.map(\.value))
  }

  /// An update that says what it had seen.
  static func update(
    of record: RecordName, _ cells: [CellKey: Value], seeing row: SeenRow, _ kind: KindDeclaration
  ) -> RowStatement {
    var assignments = ["seen = ?"]
    var arguments: [(any DatabaseValueConvertible)?] = [row.revision]
    for field in kind.fields where cells.keys.contains(where: { $0.field == field.name }) {
      assignments.append("\"\(field.name)\" = ?")
      let old = row.cells.filter { $0.key.field == field.name }
      let new = old.merging(cells.filter { $0.key.field == field.name }) { $1 }
      arguments.append(column(of: field, new))
    }
    let condition = condition(of: record, kind)
    return RowStatement(
      sql:
        "UPDATE \(kind.table) SET \(assignments.joined(separator: ", ")) WHERE \(condition.sql)",
      arguments: arguments + condition.arguments)
  }

  static func deletion(of record: RecordName, _ kind: KindDeclaration) -> RowStatement {
    let condition = condition(of: record, kind)
    return RowStatement(
      sql: "DELETE FROM \(kind.table) WHERE \(condition.sql)", arguments: condition.arguments)
  }

  static func condition(of record: RecordName, _ kind: KindDeclaration) -> RowStatement {
    guard !kind.naturalKey.isEmpty else {
      return RowStatement(sql: "id = ?", arguments: [record.id.description])
    }
    return RowStatement(
      sql: kind.naturalKey.map { "\"\($0)\" = ?" }.joined(separator: " AND "),
      arguments: record.naturalKey.map(column))
  }

  private static func column(
    of field: FieldDeclaration, _ cells: [CellKey: Value]
  ) -> (any DatabaseValueConvertible)? {
    switch field.type {
    case .textSet, .referenceSet:
      return JSONValue.canonicalSet(
        cells.filter { $0.value == .boolean(true) }.compactMap(\.key.element))
    case .map:
      return JSONValue.canonicalMap(
        cells.compactMap { cell, value in
          guard let key = cell.element, let text = value.text else { return nil }
          return (key: key, value: text)
        })
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money:
      return column(cells.first?.value ?? .null)
    }
  }

  private static func column(_ value: Value) -> (any DatabaseValueConvertible)? {
    switch value {
    case .null: nil
    case .boolean(let boolean): boolean ? 1 : 0
    case .integer(let integer): integer
    case .text(let text): text
    }
  }
}
