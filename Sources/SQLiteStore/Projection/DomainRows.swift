import GRDB
import SyncCore

/// Writes the rows that people read, through statements prepared once for each set of columns.
final class DomainRows {
  private let database: Database
  private var inserts: [String: PreparedStatement] = [:]
  private var updates: [UpdateKey: PreparedStatement] = [:]
  private var deletes: [String: PreparedStatement] = [:]

  private struct UpdateKey: Hashable {
    var kind: String
    var columns: [String]
  }

  init(_ database: Database) { self.database = database }

  /// What stands in one column.
  enum Column {
    case null
    case integer(Int64)
    case text(String)
  }

  /// Writes a row that is not there; `false`, and nothing is written, where another project has a row
  /// with the same natural key. `columns` has one for each field, in declared order; those of
  /// the natural key are the record's own.
  func insert(
    _ record: WorkingRecord, kind: KindDeclaration, project: ProjectID, columns: [Column],
    revision: Revision
  ) throws -> Bool {
    let statement = try insertStatement(for: kind)
    var index: Int32 = 1
    if kind.naturalKey.isEmpty {
      statement.bindText(index, of: record.id.rawValue)
      index += 1
    }
    let first = index
    for column in columns {
      bind(column, to: statement, at: index)
      index += 1
    }
    statement.bindText(index, of: project.rawValue)
    statement.bind(index + 1, revision.rawValue)
    for (place, name) in kind.naturalKey.enumerated() {
      guard let field = kind.index(ofField: name) else { continue }
      bind(keyColumn(record.naturalKey[place]), to: statement, at: first + Int32(field))
    }
    try statement.run("writing a row of \(kind.table)")
    return statement.changedRows > 0
  }

  /// Writes some columns of a row that is there, and its revision.
  func update(
    _ record: WorkingRecord, kind: KindDeclaration, project: ProjectID,
    columns: [(name: String, column: Column)], revision: Revision
  ) throws {
    let statement = try updateStatement(for: kind, columns: columns.map(\.name))
    var index: Int32 = 1
    for (_, column) in columns {
      bind(column, to: statement, at: index)
      index += 1
    }
    statement.bind(index, revision.rawValue)
    bindKey(of: record, kind: kind, project: project, to: statement, from: index + 1)
    try statement.run("writing a row of \(kind.table)")
  }

  func delete(_ record: WorkingRecord, kind: KindDeclaration, project: ProjectID) throws {
    let statement = try deleteStatement(for: kind)
    bindKey(of: record, kind: kind, project: project, to: statement, from: 1)
    try statement.run("removing a row of \(kind.table)")
  }

  private func insertStatement(for kind: KindDeclaration) throws -> PreparedStatement {
    if let statement = inserts[kind.name] { return statement }
    let statement = try makeInsert(for: kind, rows: 1)
    inserts[kind.name] = statement
    return statement
  }

  /// A statement that writes `count` rows that are not there: of each the id where it is the key, the
  /// fields in declared order, the project, the revision.
  func makeInsert(for kind: KindDeclaration, rows count: Int) throws -> PreparedStatement {
    let names =
      (kind.naturalKey.isEmpty ? ["id"] : []) + kind.fields.map(\.name) + ["project", "revision"]
    let columns = names.map(Columns.quoted).joined(separator: ", ")
    let row = "(" + names.map { _ in "?" }.joined(separator: ", ") + ")"
    let values = Array(repeating: row, count: count).joined(separator: ", ")
    let conflict = kind.naturalKey.isEmpty ? "" : " ON CONFLICT DO NOTHING"
    return try PreparedStatement(
      database,
      "INSERT INTO \(Columns.quoted(kind.table)) (\(columns)) VALUES \(values)\(conflict)")
  }

  private func updateStatement(
    for kind: KindDeclaration, columns: [String]
  ) throws -> PreparedStatement {
    let key = UpdateKey(kind: kind.name, columns: columns)
    if let statement = updates[key] { return statement }
    let assignments = (columns + ["revision"]).map { "\(Columns.quoted($0)) = ?" }
      .joined(separator: ", ")
    let statement = try PreparedStatement(
      database,
      "UPDATE \(Columns.quoted(kind.table)) SET \(assignments) WHERE \(condition(kind))")
    updates[key] = statement
    return statement
  }

  private func deleteStatement(for kind: KindDeclaration) throws -> PreparedStatement {
    if let statement = deletes[kind.name] { return statement }
    let statement = try PreparedStatement(
      database, "DELETE FROM \(Columns.quoted(kind.table)) WHERE \(condition(kind))")
    deletes[kind.name] = statement
    return statement
  }

  private func condition(_ kind: KindDeclaration) -> String {
    Columns.rowKey(of: kind).map { "\(Columns.quoted($0)) = ?" }.joined(separator: " AND ")
  }

  private func bindKey(
    of record: WorkingRecord, kind: KindDeclaration, project: ProjectID,
    to statement: PreparedStatement, from first: Int32
  ) {
    guard !kind.naturalKey.isEmpty else { return statement.bindText(first, of: record.id.rawValue) }
    for (offset, value) in record.naturalKey.enumerated() {
      bind(keyColumn(value), to: statement, at: first + Int32(offset))
    }
    guard kind.isKeyedByProject else { return }
    statement.bindText(first + Int32(record.naturalKey.count), of: project.rawValue)
  }

  private func keyColumn(_ value: Value) -> Column {
    switch value {
    case .null: .text("")
    case .boolean(let boolean): .integer(boolean ? 1 : 0)
    case .integer(let integer): .integer(integer)
    case .text(let text): .text(text)
    }
  }

  private func bind(_ column: Column, to statement: PreparedStatement, at index: Int32) {
    switch column {
    case .null: statement.bindNull(index)
    case .integer(let integer): statement.bind(index, integer)
    case .text(let text): statement.bind(index, text)
    }
  }
}
