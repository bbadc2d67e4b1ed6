/// A long outbox is drained and sent while programs on both sides go on writing, each write with a
/// busy timeout of 1 s.
public struct DrainScenario: Sendable {
  public var rows: Int
  public var seed: UInt64

  public struct Outcome: Hashable, Sendable {
    /// Rows that waited when the daemon started.
    public var waiting = 0
    /// Writes of the outside programs while it drained, on the laptop and online.
    public var writes = 0
    /// Writes that failed, and what SQLite said of the first.
    public var failures = 0
    public var firstFailure: String?
    /// The longest that a write took on the laptop and online.
    public var longestMilliseconds: [Int] = []
    public var milliseconds = 0
    public var rowsMissing = 0
  }

  public init(rows: Int, seed: UInt64 = 1) {
    self.rows = rows
    self.seed = seed
  }

  /// Runs on a lab with one laptop that was not started. Throws when the sides do not come in sync.
  public func run(on lab: Lab) throws -> Outcome {
    var outcome = Outcome(waiting: rows)
    let laptop = lab.laptops[0]
    try lab.online.start()
    let backlog = try OutsideWriter(laptop, seed: seed)
    while backlog.rowsWritten < rows { try backlog.write(min(1000, rows - backlog.rowsWritten)) }
    let writers = [
      try OutsideWriter(laptop, seed: seed + 1), try OutsideWriter(lab.online, seed: seed + 2),
    ]
    let start = Deadline.monotonicMilliseconds
    try laptop.startWithoutWaiting()
    let deadline = Deadline(seconds: 1200)
    let database = try lab.online.database(isReadOnly: true)
    let count = "SELECT (SELECT count(*) FROM ideas) + (SELECT count(*) FROM activities)"
    var isDrained = false
    while !isDrained, !deadline.hasPassed {
      for _ in 0..<25 {
        for writer in writers { write(writer, &outcome) }
        Deadline.pause(milliseconds: 2)
      }
      // What was written before the drain leaves first: the rest is what the programs wrote since.
      isDrained = try database.integer(count) >= rows + writers[1].rowsWritten
    }
    outcome.milliseconds = Deadline.monotonicMilliseconds - start
    outcome.longestMilliseconds = writers.map { $0.longestMicroseconds / 1000 }
    try lab.waitUntilInSync(seconds: 600)
    let total = rows + writers.map(\.rowsWritten).reduce(0, +)
    outcome.rowsMissing = total - (try database.integer(count))
    _ = try lab.equalExports("after-drain")
    return outcome
  }

  private func write(_ writer: OutsideWriter, _ outcome: inout Outcome) {
    outcome.writes += 1
    do {
      try writer.write(1)
    } catch {
      outcome.failures += 1
      if outcome.firstFailure == nil { outcome.firstFailure = "\(error)" }
    }
  }
}
