import GRDB
import SyncCore

/// What a device last said of itself, on the online side.
public struct DeviceReport: Hashable, Sendable {
  /// When the rest was true, in milliseconds since 1970 by this side's clock, as the other times.
  public var at: Int64
  /// Changes that it had and this side had not.
  public var unsent: Int
  /// When the oldest of them was written; `nil` where that is not known or there is none.
  public var oldestAt: Int64?
  /// Its clock less this side's.
  public var clockOffsetMilliseconds: Int64
  public var software: String

  public init(
    at: Int64, unsent: Int, oldestAt: Int64?, clockOffsetMilliseconds: Int64, software: String
  ) {
    self.at = at
    self.unsent = unsent
    self.oldestAt = oldestAt
    self.clockOffsetMilliseconds = clockOffsetMilliseconds
    self.software = software
  }
}

extension SQLiteStore {
  /// What every device last said, by its key.
  public func deviceReports() throws -> [String: DeviceReport] {
    try onConnection { database, _ in
      var reports: [String: DeviceReport] = [:]
      for row in try Row.fetchAll(
        database,
        sql: "SELECT device, at, unsent, oldest_at, clock_offset, software FROM sync_fleet")
      {
        reports[row[0]] = DeviceReport(
          at: row[1], unsent: row[2], oldestAt: row[3], clockOffsetMilliseconds: row[4],
          software: row[5])
      }
      return reports
    }
  }

  /// Keeps what devices said, by their keys: one transaction, and on disk when it returns.
  public func save(reports: [String: DeviceReport], at now: Instant) throws {
    try write(at: now) { engine in
      for (device, report) in reports.sorted(by: { $0.key < $1.key }) {
        try engine.database.execute(
          sql: "INSERT OR REPLACE INTO sync_fleet VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [
            device, report.at, report.unsent, report.oldestAt, report.clockOffsetMilliseconds,
            report.software,
          ])
      }
    }
  }
}
