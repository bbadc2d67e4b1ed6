import GRDBSQLite

/// A value of a column.
public enum Cell: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
}

/// A connection to an SQLite file by the C interface, as any outside program would have one.
public final class Database {
  private let handle: OpaquePointer
  private let path: String

  /// Opens a file that exists.
  public init(
    _ path: String, isReadOnly: Bool = false, busyTimeoutMilliseconds: Int32 = 1000
  ) throws(RigError) {
    self.path = path
    var handle: OpaquePointer?
    let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let handle else {
      sqlite3_close_v2(handle)
      throw RigError("\(path) can not be opened: \(String(cString: sqlite3_errstr(code)))")
    }
    sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
    self.handle = handle
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs any number of statements without arguments.
  public func execute(_ sql: String) throws(RigError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  public func prepare(_ sql: String) throws(RigError) -> Statement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw failure()
    }
    return Statement(statement, of: self)
  }

  /// All rows of a query.
  public func rows(_ sql: String) throws(RigError) -> [[Cell]] { try prepare(sql).rows() }

  /// The single integer that a query gives; 0 for null or no row.
  public func integer(_ sql: String) throws(RigError) -> Int {
    guard case .integer(let value)? = try rows(sql).first?.first else { return 0 }
    return Int(value)
  }

  /// Runs `body` between BEGIN IMMEDIATE and COMMIT.
  public func transaction(_ body: () throws -> Void) throws {
    try execute("BEGIN IMMEDIATE")
    do {
      try body()
      try execute("COMMIT")
    } catch {
      // A full or failing disk has ended the transaction already.
      if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
      throw error
    }
  }

  fileprivate func failure() -> RigError {
    RigError("\(path): \(String(cString: sqlite3_errmsg(handle)))")
  }
}

/// A prepared statement; used again and again with other arguments.
public final class Statement {
  private let handle: OpaquePointer
  private let database: Database

  fileprivate init(_ handle: OpaquePointer, of database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  /// Runs a statement that gives no rows.
  public func run(_ arguments: [Cell]) throws(RigError) {
    bind(arguments)
    let code = sqlite3_step(handle)
    defer { sqlite3_reset(handle) }
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw database.failure() }
  }

  /// Runs a query and gives its rows.
  public func rows(_ arguments: [Cell] = []) throws(RigError) -> [[Cell]] {
    bind(arguments)
    defer { sqlite3_reset(handle) }
    var rows: [[Cell]] = []
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_DONE: return rows
      case SQLITE_ROW: rows.append((0..<sqlite3_column_count(handle)).map(cell))
      default: throw database.failure()
      }
    }
  }

  private func bind(_ arguments: [Cell]) {
    for (offset, argument) in arguments.enumerated() {
      let index = Int32(offset + 1)
      switch argument {
      case .null: sqlite3_bind_null(handle, index)
      case .integer(let value): sqlite3_bind_int64(handle, index, value)
      case .text(let value):
        // SQLITE_TRANSIENT: SQLite makes its own copy.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(handle, index, value, Int32(value.utf8.count), transient)
      }
    }
  }

  private func cell(_ index: Int32) -> Cell {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, index))
    case SQLITE_NULL: .null
    default: sqlite3_column_text(handle, index).map { .text(String(cString: $0)) } ?? .null
    }
  }
}
