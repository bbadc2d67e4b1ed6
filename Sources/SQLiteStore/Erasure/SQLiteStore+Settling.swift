import GRDB
import SyncCore

/// What follows an erasure once its transaction is on disk: the freed bytes leave the file, and this
/// replica says so.
extension SQLiteStore {
  /// Goes on with what is due; the receipts written. What can not be done now, because somebody reads or
  /// the disk is full, stays due and is in no receipt.
  ///
  /// Cost: nothing where nothing is due; else the file is written anew once (`VACUUM`): rows that
  /// moved between pages leave copies in the gaps, which `secure_delete` does not reach.
  func settleErasures(at now: Instant) throws -> Int {
    guard try onConnection({ _, engine in !engine.erasing.isSettled }) else { return 0 }
    do {
      try onConnection { database, engine in
        if engine.erasing.hasFreedBytes {
          try Self.removeFreedBytes(database)
          engine.erasing.hasFreedBytes = false
        }
      }
      return try write(at: now) { try $0.writeReceipts() }
    } catch let error as StoreError {
      // What came before is on disk, whatever becomes of this.
      guard case .database = error else { throw error }
      return 0
    }
  }

  private static func removeFreedBytes(_ database: Database) throws {
    let timeout = try Int.fetchOne(database, sql: "PRAGMA busy_timeout") ?? 0
    // The daemon's loop waits meanwhile: whoever holds the store is let go first.
    try database.execute(sql: "PRAGMA busy_timeout = 200")
    defer { restore(timeout, database) }
    if try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM sync_erased WHERE stage = 0)") == true
    {
      try database.execute(sql: "VACUUM")
      try database.execute(sql: "UPDATE sync_erased SET stage = 1 WHERE stage = 0")
    }
    // Readers are not waited for: there is a next time.
    try database.execute(sql: "PRAGMA busy_timeout = 0")
    let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    guard row?[0] as Int64? == 0 else {
      throw DatabaseError(resultCode: .SQLITE_BUSY, message: "somebody reads the store")
    }
    try database.execute(sql: "UPDATE sync_erased SET stage = 2 WHERE stage = 1")
  }

  private static func restore(_ timeout: Int, _ database: Database) {
    do {
      try database.execute(sql: "PRAGMA busy_timeout = \(timeout)")
    } catch {
      preconditionFailure("a connection takes its own busy timeout: \(error)")
    }
  }
}

extension StoreEngine {
  /// Writes the receipts that this replica owes; how many.
  func writeReceipts() throws -> Int {
    guard let kind = schema.receiptKind else { return 0 }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT project, record FROM sync_erased
        WHERE stage = 2 AND kind = ? AND receipt IS NOT ? ORDER BY project, record
        """, arguments: [kind.subjectKind, replica.description])
    for row in rows {
      try writeReceipt(of: row[1], project: row[0], kind: kind)
    }
    try database.execute(
      sql: "UPDATE sync_erased SET receipt = ? WHERE stage = 2 AND kind = ?",
      arguments: [replica.description, kind.subjectKind])
    erasing.mayOweReceipts = false
    return rows.count
  }

  private func writeReceipt(of subject: String, project: Int64, kind: KindDeclaration) throws {
    let key: [Value] = [.text(subject), .text(replica.description)]
    let id = RecordID.derived(
      project: try origins.project(ofRef: project), kind: kind.name, naturalKey: key)
    let record = try record(id, kind: kind.name, project: project, naturalKey: key)
    guard record.head == 0 else { return }
    let hlc = nextHLC(writtenAt: now.wallMilliseconds)
    let values: [(String, Value)] = [
      ("erased_at", .integer(now.wallMilliseconds)),
      ("created_at", .integer(now.wallMilliseconds)), ("channel", .text(side.name)),
    ]
    try write(
      values.map { FieldOperation(cell: CellKey($0.0), value: $0.1, replaces: []) },
      to: record, kind: kind, hlc: hlc, channel: side.name)
  }
}
