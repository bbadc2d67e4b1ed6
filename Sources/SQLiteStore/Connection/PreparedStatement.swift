import GRDB
import GRDBSQLite
import SyncCore

/// A prepared statement for the paths that run once a change: values are bound and read without
/// boxes, and only failures leave the fast road. It lives as long as its connection.
final class PreparedStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ database: Database, _ sql: String) throws {
    statement = try database.makeStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// SQLite copies what is bound this way.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

  func bind(_ index: Int32, _ value: Int64?) {
    if let value { bind(index, value) } else { bindNull(index) }
  }

  func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      if let start {
        _ = sqlite3_bind_text(handle, index, start, Int32(bytes.count), Self.copied)
      } else {
        _ = sqlite3_bind_text(handle, index, "", 0, Self.copied)
      }
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { bindNull(index) }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      if let start = buffer.baseAddress {
        _ = sqlite3_bind_blob(handle, index, start, Int32(buffer.count), Self.copied)
      } else {
        _ = sqlite3_bind_zeroblob(handle, index, 0)
      }
    }
  }

  /// Binds the 16 bytes of an identifier or a hash.
  func bind(_ index: Int32, _ id: UniqueID) {
    var words = (id.high.bigEndian, id.low.bigEndian)
    withUnsafeBytes(of: &words) { buffer in
      _ = sqlite3_bind_blob(handle, index, buffer.baseAddress, 16, Self.copied)
    }
  }

  /// Binds the text form of an identifier.
  func bindText(_ index: Int32, of id: UniqueID) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { buffer in
      id.writeText(into: buffer)
      let start = UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
      _ = sqlite3_bind_text(handle, index, start, 36, Self.copied)
    }
  }

  /// Binds a text where it lies: it has to stay there until the statement has run, and the bindings
  /// are cleared after it.
  func bind(_ index: Int32, textInPlace utf8: Slice<UnsafeBufferPointer<UInt8>>) {
    let bytes = UnsafeBufferPointer(rebasing: utf8)
    let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    if let start {
      _ = sqlite3_bind_text(handle, index, start, Int32(bytes.count), nil)
    } else {
      _ = sqlite3_bind_text(handle, index, "", 0, nil)
    }
  }

  /// Makes every parameter null.
  func clearBindings() { sqlite3_clear_bindings(handle) }

  var parameterCount: Int32 { sqlite3_bind_parameter_count(handle) }

  /// The rows that the connection's last statement inserted, updated or deleted.
  var changedRows: Int32 { sqlite3_changes(sqlite3_db_handle(handle)) }

  /// Runs a statement that returns no rows with `bytes` as one of its values, which SQLite reads
  /// where they lie.
  func run(
    _ doing: @autoclosure () -> String, binding index: Int32, inPlace bytes: [UInt8]
  ) throws {
    try bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else {
        bind(index, bytes)
        return try run(doing())
      }
      _ = sqlite3_bind_blob(handle, index, start, Int32(buffer.count), nil)
      defer { bindNull(index) }
      try run(doing())
    }
  }

  /// Runs a statement that returns no rows.
  func run(_ doing: @autoclosure () -> String) throws {
    defer { reset() }
    guard sqlite3_step(handle) == SQLITE_DONE else { throw failure(doing()) }
  }

  /// Moves to the next row; `false` at the end, after which the statement is reset.
  func step(_ doing: @autoclosure () -> String) throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      defer { reset() }
      throw failure(doing())
    }
  }

  /// Makes the statement ready for the next use. Bound values stay until bound again.
  func reset() { sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  /// Bytes that are no UTF-8 become U+FFFD: a writer's mistake must not stop the store.
  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The extended result code of the last failure, from the connection.
  private func failure(_ doing: String) -> StoreError {
    let connection = sqlite3_db_handle(handle)
    let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "unknown error"
    return .database(
      doing: doing, message: message, code: sqlite3_extended_errcode(connection))
  }
}
