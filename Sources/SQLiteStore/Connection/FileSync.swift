import GRDB
import GRDBSQLite

/// Waits until a database file is on its disk.
enum FileSync {
  /// Asks SQLite's own file for it: to open the file a second time and close it again would drop this
  /// process's locks on it (POSIX advisory locks belong to a process and an inode, not to a
  /// descriptor; <https://www.sqlite.org/howtocorrupt.html>, section 2.2).
  static func run(_ database: Database) throws {
    var pointer: UnsafeMutablePointer<sqlite3_file>?
    let found = withUnsafeMutablePointer(to: &pointer) {
      sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, $0)
    }
    // A database in memory has no file, or one without methods.
    guard found == SQLITE_OK, let file = pointer, let methods = file.pointee.pMethods,
      let sync = methods.pointee.xSync
    else { return }
    let code = sync(file, SQLITE_SYNC_NORMAL)
    guard code == SQLITE_OK else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code), message: "the file can not be made durable")
    }
  }
}
