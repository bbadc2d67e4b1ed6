import DeveloperRig
import Foundation

/// The domain tables and indexes alone, in a file of their own.
struct Baseline {
  let database: Database

  /// Copies the store of a stopped machine and takes everything of the sync off the copy.
  init(copying machine: Machine, to path: String) throws {
    for end in ["", "-wal"] where FileManager.default.fileExists(atPath: machine.storePath + end) {
      try FileManager.default.copyItem(atPath: machine.storePath + end, toPath: path + end)
    }
    database = try Database(path)
    try database.execute("PRAGMA journal_mode = WAL")
    try database.execute("PRAGMA synchronous = FULL")
    // As much room for pages as the store gives itself.
    try database.execute("PRAGMA cache_size = -16384")
    for (type, condition) in [
      ("trigger", "1"), ("view", "1"), ("table", "name LIKE 'sync\\_%' ESCAPE '\\'"),
    ] {
      let names = try database.rows(
        "SELECT name FROM sqlite_schema WHERE type = '\(type)' AND \(condition)")
      for case .text(let name)? in names.map(\.first) {
        try database.execute("DROP \(type) IF EXISTS \"\(name)\"")
      }
    }
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }
}
