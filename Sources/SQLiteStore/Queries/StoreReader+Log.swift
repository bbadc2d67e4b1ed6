import GRDB
import SyncCore

/// One change of the log, as this store took it in.
public struct StoredLogEntry: Hashable, Sendable {
  public var position: Int64
  public var storedAt: Int64
  /// `nil` where this software can not read the change.
  public var writing: Writing?
  public var dot: Dot
  public var kind: String?
  public var record: RecordID?
  public var title: String?
  /// The fields that it writes, in its own order, each once.
  public var fields: [String] = []
}

extension StoreReader {
  /// Changes in the order in which this store took them in, those behind `position`; without one, the
  /// last `limit` of all.
  public func log(after position: Int64?, limit: Int) throws -> [StoredLogEntry] {
    try read("reading the log") { try $0.logEntries(after: position, limit: limit) }
  }
}

extension StoreView {
  func logEntries(after position: Int64?, limit: Int) throws -> [StoredLogEntry] {
    let positions: [Int64]
    if let position {
      positions = try Int64.fetchAll(
        database, sql: "SELECT position FROM sync_log WHERE position > ? ORDER BY position LIMIT ?",
        arguments: [position, limit])
    } else {
      positions = try Int64.fetchAll(
        database, sql: "SELECT position FROM sync_log ORDER BY position DESC LIMIT ?",
        arguments: [limit]
      ).reversed()
    }
    return try positions.compactMap { try log.entry(at: $0).map(logEntry) }
  }

  private func logEntry(_ entry: ChangeLog.Entry) throws -> StoredLogEntry {
    let origin = try origins.entry(ofRef: entry.origin).origin
    let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: entry.sequence)
    var result = StoredLogEntry(position: entry.position, storedAt: entry.storedAt, dot: dot)
    guard let change = try history.decode(entry, origins: origins) else { return result }
    result.writing = try writing(of: change, storedAt: entry.storedAt)
    result.kind = change.kind
    result.record = change.record
    if let kind = schema[change.kind] { result.title = try title(of: change.record, kind: kind) }
    for operation in change.operations where !result.fields.contains(operation.cell.field) {
      result.fields.append(operation.cell.field)
    }
    return result
  }
}
