import Foundation
import SQLiteStore
import SyncControl
import SyncCore

/// The copies of the store that are being fetched. Used on the reader's thread.
final class Backups {
  private let reader: StoreReader
  private var current: Current?

  private struct Current {
    var token: String
    var copy: StoreCopy
    var piece = 0
    var lastUsedMilliseconds: Int64
  }

  /// A copy takes its size on the disk: one that nobody goes on with is let go.
  private static let idleMilliseconds: Int64 = 60_000

  init(reader: StoreReader) { self.reader = reader }

  func piece(_ cursor: String?, at now: Instant) throws -> BackupPiece {
    dropIdle(at: now)
    var backup = try current(cursor, at: now)
    let bytes = try backup.copy.next(atMost: ControlProtocol.backupPieceBytes)
    backup.piece += 1
    backup.lastUsedMilliseconds = now.monotonicMilliseconds
    let read = Int64(backup.piece) * Int64(ControlProtocol.backupPieceBytes)
    let isLast = read >= backup.copy.byteCount
    current = isLast ? nil : backup
    return BackupPiece(
      bytes: bytes, total: backup.copy.byteCount,
      cursor: isLast ? nil : "\(backup.token).\(backup.piece)")
  }

  func dropIdle(at now: Instant) {
    guard let current,
      now.monotonicMilliseconds - current.lastUsedMilliseconds >= Self.idleMilliseconds
    else { return }
    self.current = nil
  }

  private func current(_ cursor: String?, at now: Instant) throws -> Current {
    guard let cursor else {
      guard current == nil else {
        throw ControlFailure(
          what: "the backup was not begun", why: "another one is under way",
          remedy: "the same again when it has ended, or in a minute")
      }
      return Current(
        token: UUID().uuidString, copy: try reader.copy(),
        lastUsedMilliseconds: now.monotonicMilliseconds)
    }
    guard let current, cursor == "\(current.token).\(current.piece)" else {
      throw ControlFailure(
        what: "the backup can not be continued", why: "it may have waited longer than a minute",
        remedy: "labctl backup again")
    }
    return current
  }
}

extension DoctorFacts {
  /// Looks at the store's file and its disk. Cost: reading the store once.
  init(of reader: StoreReader) throws {
    let room = try DiskRoom(of: reader.path)
    self.init(
      storePath: reader.path, diskFreeBytes: room.freeBytes, diskBytes: room.diskBytes,
      damage: try reader.findDamage(), setAside: try reader.setAside())
  }
}

extension LogEntry {
  init(_ entry: StoredLogEntry, names: ReplicaNames) {
    self.init(
      position: entry.position, storedAt: entry.storedAt, at: entry.writing?.at,
      side: entry.writing.map { Status.Side($0.side) }, replica: names[entry.dot.replica],
      channel: entry.writing?.channel, who: entry.writing?.whoInWords,
      dot: entry.dot.description, kind: entry.kind, record: entry.record?.description,
      title: entry.title, fields: entry.fields)
  }
}
