/// A program beside labsyncd that writes rows with plain SQL.
public final class OutsideWriter {
  private let database: Database
  private let idea: Statement
  private let activity: Statement
  private var chance: SeededGenerator
  /// Rows that were committed.
  public private(set) var rowsWritten = 0
  /// The longest that one transaction took, waiting for the lock included.
  public private(set) var longestMicroseconds = 0

  /// The time of the first row, milliseconds since 1970.
  private static let start: Int64 = 1_760_000_000_000

  /// - Parameter busyTimeoutMilliseconds: how long a write waits for the lock before it fails.
  public init(
    _ machine: Machine, seed: UInt64, busyTimeoutMilliseconds: Int32 = 1000
  ) throws(RigError) {
    chance = SeededGenerator(seed: seed)
    database = try Database(
      machine.storePath, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    try database.execute("PRAGMA synchronous = FULL")
    idea = try database.prepare("INSERT INTO ideas (id, title, body) VALUES (?, ?, ?)")
    activity = try database.prepare(
      "INSERT INTO activities (id, at, activity_kind, value) VALUES (?, ?, 'view', ?)")
  }

  /// Inserts `count` new rows, ideas and activities in turn, in one transaction.
  public func write(_ count: Int) throws {
    let start = Deadline.monotonicMicroseconds
    try database.transaction {
      for offset in 0..<count {
        let id = chance.nextID(milliseconds: Self.start + Int64(rowsWritten + offset))
        if offset % 2 == 0 {
          try idea.run([
            .text(id), .text("Idea \(id.suffix(8))"),
            .text("What was said in the room. It was said more than once. \(id)"),
          ])
        } else {
          try activity.run([.text(id), .integer(Self.start), .integer(Int64(offset))])
        }
      }
    }
    rowsWritten += count
    longestMicroseconds = max(longestMicroseconds, Deadline.monotonicMicroseconds - start)
  }
}
