import GRDB
import SyncCore

/// The list of conflicts and settled differences, a table like any other.
final class ConflictTable {
  private let select: PreparedStatement
  private let upsert: PreparedStatement
  private let resolve: PreparedStatement
  private let close: PreparedStatement

  init(_ database: Database) throws {
    select = try PreparedStatement(database, "SELECT status FROM sync_conflicts WHERE id = ?")
    upsert = try PreparedStatement(
      database,
      """
      INSERT INTO sync_conflicts
        (id, project, kind, record, field, element, rule, status, shown, alternatives, since)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, shown = excluded.shown,
        alternatives = excluded.alternatives, since = excluded.since
      """)
    resolve = try PreparedStatement(
      database,
      "UPDATE sync_conflicts SET status = 'resolved', shown = ?, since = ? WHERE id = ?")
    close = try PreparedStatement(
      database,
      """
      UPDATE sync_conflicts SET status = 'resolved', since = ?,
        shown = CASE field WHEN 'deleted' THEN 'true' ELSE shown END
      WHERE record = ? AND status <> 'resolved'
      """)
  }

  /// One cell of a record and what it shows.
  struct Cell {
    var key: CellKey
    var resolution: Resolution
  }

  /// Brings the list up to date for some cells of a record; returns how many are open now that were
  /// not before. Cost: nothing for a record that never had a difference.
  func update(
    _ record: WorkingRecord, kind: KindDeclaration, project: ProjectID, cells: [Cell],
    at milliseconds: Int64
  ) throws -> Int {
    var newlyOpen = 0
    for cell in cells {
      let isListed = record.flags.contains(.hasListed)
      if cell.resolution.status == .agreed, !isListed { continue }
      let id = ConflictID(record: record.id, cell: cell.key)
      let before = isListed ? try status(of: id) : nil
      switch cell.resolution.status {
      case .agreed:
        if before == "open" || before == "settled" {
          try markResolved(id, shown: cell.resolution.shown, at: milliseconds)
        }
      case .settled, .open:
        try write(
          id, record, kind: kind, project: project, cell: cell, at: milliseconds)
        record.flags.insert(.hasListed)
        if cell.resolution.status == .open, before != "open" { newlyOpen += 1 }
      }
    }
    return newlyOpen
  }

  /// A deleted record has no open conflicts; brought back, it has again what then differs.
  func close(record: RecordID, at milliseconds: Int64) throws {
    close.bind(1, milliseconds)
    close.bind(2, record.description)
    try close.run("closing the conflicts of a removed record")
  }

  /// A cell is not written any more, because its changes were taken back.
  func end(_ cell: CellKey, of record: WorkingRecord, at milliseconds: Int64) throws {
    guard record.flags.contains(.hasListed) else { return }
    let id = ConflictID(record: record.id, cell: cell)
    guard let status = try status(of: id), status != "resolved" else { return }
    try markResolved(id, shown: cell == .deletion ? .boolean(false) : .null, at: milliseconds)
  }

  private func status(of id: ConflictID) throws -> String? {
    select.bind(1, id.description)
    guard try select.step("reading a conflict") else { return nil }
    defer { select.reset() }
    return select.text(0)
  }

  private func markResolved(_ id: ConflictID, shown: Value, at milliseconds: Int64) throws {
    resolve.bind(1, JSONValue(shown).serialized)
    resolve.bind(2, milliseconds)
    resolve.bind(3, id.description)
    try resolve.run("noting that a conflict was resolved")
  }

  private func write(
    _ id: ConflictID, _ record: WorkingRecord, kind: KindDeclaration, project: ProjectID,
    cell: Cell, at milliseconds: Int64
  ) throws {
    let rule = kind.field(named: cell.key.field)?.rule.name ?? "deletion"
    let alternatives = JSONValue.array(
      cell.resolution.alternatives.map { alternative in
        .object([
          JSONValue.Member("value", JSONValue(alternative.value)),
          JSONValue.Member("dots", .array(alternative.dots.map { .text($0.description) })),
        ])
      })
    upsert.bind(1, id.description)
    upsert.bind(2, project.description)
    upsert.bind(3, kind.name)
    upsert.bind(4, record.id.description)
    upsert.bind(5, cell.key.field)
    upsert.bind(6, cell.key.element)
    upsert.bind(7, rule)
    upsert.bind(8, cell.resolution.status == .open ? "open" : "settled")
    upsert.bind(9, JSONValue(cell.resolution.shown).serialized)
    upsert.bind(10, alternatives.serialized)
    upsert.bind(11, milliseconds)
    try upsert.run("listing a conflict")
  }
}
