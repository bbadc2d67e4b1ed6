import GRDB
import SyncCore

/// What an export shows.
public struct ExportSelection: Hashable, Sendable {
  /// The kind's name or its table's; `nil` is every kind.
  public var kind: String?
  /// Whether records come sorted by kind and id, so that converged replicas give equal bytes.
  public var isCanonical: Bool
  public var project: ProjectID?

  public init(kind: String? = nil, isCanonical: Bool = false, project: ProjectID? = nil) {
    self.kind = kind
    self.isCanonical = isCanonical
    self.project = project
  }
}

/// Some lines of an export.
public struct StoredExportPage: Hashable, Sendable {
  /// JSON, one record each, without line ends.
  public var lines: [String]
  /// Where the next page begins; `nil` at the end.
  public var cursor: String?
}

/// One export under way: a read transaction of its own, so that all its pages show one moment.
///
/// Memory: one page, and 24 bytes a row of the kind at hand where ids are derived.
final class StoreExport {
  private let queue: DatabaseQueue
  private let selection: ExportSelection
  private var kinds: ArraySlice<KindDeclaration>
  private var place = Place.start
  /// The page that the next question has to ask for.
  private(set) var page = 1
  var lastUsedMilliseconds: Int64 = 0

  /// Where in the kind at hand the next line is.
  private enum Place {
    case start
    case afterID(String)
    case afterRow(Int64)
    case derived([DerivedRow], next: Int)
  }

  private struct DerivedRow {
    var id: UniqueID
    var row: Int64
  }

  /// Lines after which a page ends, and UTF-8 bytes.
  static let pageLines = 1_000
  static let pageBytes = 256 * 1_024

  init(path: String, schema: Schema, selection: ExportSelection) throws {
    self.selection = selection
    var kinds = try selection.kind.map { [try schema.declaration(of: $0)] } ?? schema.kinds
    if selection.isCanonical { kinds.sort { $0.name.precedesBytewise($1.name) } }
    self.kinds = kinds[...]
    queue = try StoreReader.connection(to: path, holdsTransactions: true)
    try queue.inDatabase { database in
      try database.execute(sql: "BEGIN DEFERRED")
      // The moment is that of the first read.
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sync_projects")
    }
  }

  /// The next lines; `isAtEnd` with the last.
  func nextPage() throws -> (lines: [String], isAtEnd: Bool) {
    page += 1
    return try queue.inDatabase { database in
      var lines: [String] = []
      var bytes = 0
      while let kind = kinds.first {
        let isKindDone = try take(kind, database, into: &lines, bytes: &bytes)
        guard isKindDone else { return (lines, false) }
        kinds = kinds.dropFirst()
        place = .start
      }
      return (lines, true)
    }
  }

  private func take(
    _ kind: KindDeclaration, _ database: Database, into lines: inout [String], bytes: inout Int
  ) throws -> Bool {
    if case .start = place { place = try start(of: kind, database) }
    switch place {
    case .start: return true
    case .derived(let rows, let next):
      return try takeDerived(kind, rows, from: next, database, into: &lines, bytes: &bytes)
    case .afterID(let id):
      return try takeWalk(
        kind, after: id, column: "\"id\"", database, into: &lines, bytes: &bytes
      ) { .afterID($0[0]) }
    case .afterRow(let row):
      return try takeWalk(
        kind, after: row, column: "rowid", database, into: &lines, bytes: &bytes
      ) { .afterRow($0["rowid"]) }
    }
  }

  private func start(of kind: KindDeclaration, _ database: Database) throws -> Place {
    guard selection.isCanonical else { return .afterRow(Int64.min) }
    guard !kind.naturalKey.isEmpty else { return .afterID("") }
    let key = kind.naturalKey.map { Columns.whole($0, of: kind) }.joined(separator: ", ")
    let cursor = try Row.fetchCursor(
      database,
      sql: "SELECT rowid, project, \(key) FROM \(Columns.quoted(kind.table)) \(projectCondition)",
      arguments: StatementArguments(projectArguments))
    var rows: [DerivedRow] = []
    while let row = try cursor.next() {
      guard let project = (row[1] as String?).flatMap({ ProjectID($0) }) else { continue }
      let values = kind.naturalKey.indices.map { RecordColumns.keyValue(row[2 + $0]) }
      let id = RecordID.derived(project: project, kind: kind.name, naturalKey: values)
      rows.append(DerivedRow(id: id.rawValue, row: row[0]))
    }
    rows.sort { $0.id < $1.id }
    return .derived(rows, next: 0)
  }

  private var projectCondition: String { selection.project == nil ? "" : "WHERE project = ?" }
  private var projectArguments: [any DatabaseValueConvertible] {
    selection.project.map { [$0.description] } ?? []
  }

  private func takeDerived(
    _ kind: KindDeclaration, _ rows: [DerivedRow], from first: Int, _ database: Database,
    into lines: inout [String], bytes: inout Int
  ) throws -> Bool {
    let columns = RecordColumns(kind)
    let statement = try database.cachedStatement(
      sql: "SELECT \(columns.selection) FROM \(Columns.quoted(kind.table)) WHERE rowid = ?")
    for index in first..<rows.count {
      guard !isFull(lines, bytes) else {
        place = .derived(rows, next: index)
        return false
      }
      let row = try Row.fetchOne(statement, arguments: [rows[index].row])
      append(row.flatMap(columns.record(from:)), to: &lines, bytes: &bytes)
    }
    return true
  }

  private func takeWalk(
    _ kind: KindDeclaration, after place: some DatabaseValueConvertible, column: String,
    _ database: Database, into lines: inout [String], bytes: inout Int, next: (Row) -> Place
  ) throws -> Bool {
    let columns = RecordColumns(kind)
    let condition = selection.project == nil ? "" : "AND project = ?"
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(columns.selection), rowid FROM \(Columns.quoted(kind.table))
        WHERE \(column) > ? \(condition) ORDER BY \(column)
        """,
      arguments: StatementArguments([place as any DatabaseValueConvertible] + projectArguments))
    while let row = try rows.next() {
      append(columns.record(from: row), to: &lines, bytes: &bytes)
      if isFull(lines, bytes) {
        self.place = next(row)
        return false
      }
    }
    return true
  }

  private func isFull(_ lines: [String], _ bytes: Int) -> Bool {
    lines.count >= Self.pageLines || bytes >= Self.pageBytes
  }

  private func append(_ record: StoredRecord?, to lines: inout [String], bytes: inout Int) {
    guard let line = record?.canonicalLine else { return }
    lines.append(line)
    bytes += line.utf8.count
  }
}
