import SyncCore

/// The plain tables that people read and write, made from the declarations.
struct DomainTables {
  let schema: Schema
  let side: Side

  /// The statement that makes the table of one kind.
  func creation(of kind: KindDeclaration) -> String {
    var columns: [String] = []
    if kind.naturalKey.isEmpty {
      columns.append("\"id\" TEXT NOT NULL PRIMARY KEY DEFAULT (\(Columns.newID))")
    }
    for field in kind.fields { columns.append(column(field, in: kind)) }
    columns += [
      "\"project\" TEXT",
      "\"revision\" INTEGER NOT NULL DEFAULT 0",
      "\"seen\" INTEGER",
      "\"changed_by\" TEXT",
      "\"changed_for\" TEXT",
    ]
    if !kind.naturalKey.isEmpty {
      let key = Columns.rowKey(of: kind).map(Columns.quoted).joined(separator: ", ")
      // A writer may leave the project to the trigger, and no column of a primary key may be NULL.
      columns.append("\(kind.isKeyedByProject ? "UNIQUE" : "PRIMARY KEY") (\(key))")
    }
    return """
      CREATE TABLE \(Columns.quoted(kind.table)) (
        \(columns.joined(separator: ",\n  "))
      ) STRICT
      """
  }

  /// The statements that make the table anew, with its rows, where an earlier version gave it room for
  /// one row of a key. `columns` are those that it has, with their types, also those that others added;
  /// `others` makes the indexes and triggers that others put there.
  func renewal(
    of kind: KindDeclaration, columns: [(name: String, type: String)], others: [String]
  ) -> [String] {
    let names = columns.map { Columns.quoted($0.name) }.joined(separator: ", ")
    let (table, copy) = (Columns.quoted(kind.table), Columns.quoted("sync_copy_\(kind.table)"))
    let foreign = columns.filter { column in
      kind.field(named: column.name) == nil && !Columns.own.contains(column.name)
    }
    return [
      "CREATE TEMP TABLE \(copy) AS SELECT \(names) FROM \(table)",
      "DROP TABLE \(table)",
      creation(of: kind),
    ]
      + foreign.map { "ALTER TABLE \(table) ADD COLUMN \(Columns.quoted($0.name)) \($0.type)" }
      + [
        "INSERT INTO \(table) (\(names)) SELECT \(names) FROM \(copy)",
        "DROP TABLE \(copy)",
      ] + others
  }

  /// The statement that adds a field to a table that an earlier version made.
  func addition(of field: FieldDeclaration, to kind: KindDeclaration) -> String {
    "ALTER TABLE \(Columns.quoted(kind.table)) ADD COLUMN \(column(field, in: kind))"
  }

  private func column(_ field: FieldDeclaration, in kind: KindDeclaration) -> String {
    let column = "\(Columns.quoted(field.name)) \(Columns.sqlType(of: field.type))"
    if kind.isKey(field) {
      switch field.type {
      case .text, .choice: return column + " NOT NULL DEFAULT ''"
      default: return column + " NOT NULL"
      }
    }
    switch field.name {
    case "created_at": return column + " DEFAULT (\(Columns.nowMilliseconds))"
    case "channel": return column + " DEFAULT '\(side.name)'"
    default: return column
    }
  }
}
