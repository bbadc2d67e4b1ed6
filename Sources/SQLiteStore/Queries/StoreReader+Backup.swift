import Foundation
import GRDB

/// A consistent copy of a store, read from beginning to end. Its file has no name any more: it goes
/// with this value, also where the program is killed.
public final class StoreCopy {
  public let byteCount: Int64
  private let file: FileHandle

  fileprivate init(takingOver path: String) throws {
    file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    byteCount = Int64(try file.seekToEnd())
    try file.seek(toOffset: 0)
  }

  /// The next bytes; fewer than `limit`, or none, at the end.
  public func next(atMost limit: Int) throws -> Data {
    try file.read(upToCount: limit) ?? Data()
  }

  deinit { do { try file.close() } catch {} }
}

extension StoreReader {
  /// Copies the store as it is at one moment, while it is written to; nobody waits for it. What was
  /// erased is not in the copy. Cost: reading and writing the store once, and its size on the disk
  /// until the copy is let go.
  public func copy() throws -> StoreCopy {
    let place = "\(path).backup-\(UUID().uuidString)"
    defer { unlink(place) }
    try wrappingDatabaseErrors("copying the store") {
      let queue = try DatabaseQueue(
        path: path, configuration: StoreFile.configuration(readOnly: true))
      try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [place]) }
    }
    return try StoreCopy(takingOver: place)
  }

  /// Why writes could not be made changes and wait in the outbox, at most five sentences.
  public func setAside() throws -> [String] {
    try read("looking at what was set aside") { view in
      try String.fetchAll(
        view.database,
        sql: """
          SELECT 'a write to the kind ' || kind || ': ' || failure FROM sync_outbox
          WHERE failure IS NOT NULL GROUP BY kind, failure ORDER BY min(id) LIMIT 5
          """)
    }
  }

  /// What SQLite finds wrong with the file; empty where it is whole. Cost: reading the store once.
  public func findDamage() throws -> [String] {
    try wrappingDatabaseErrors("looking the store over") {
      let queue = try DatabaseQueue(
        path: path, configuration: StoreFile.configuration(readOnly: true))
      let words = try queue.read { try String.fetchAll($0, sql: "PRAGMA quick_check(5)") }
      return words == ["ok"] ? [] : words
    }
  }
}
