/// Leaves other programs their turn at the write lock. SQLite's writers try again at growing
/// intervals, without a queue: whoever takes the lock back at once starves them.
///
/// A transaction that captures is followed by a pause as long as it was: rows in the outbox mean that
/// somebody writes. One that applies a peer's batch is, only while other programs are seen to commit.
struct WriterCourtesy {
  private var lastVersion: Int64?
  private var lastForeignWrite: Int64?
  private(set) var until: Int64 = 0

  /// How long after a commit somebody is taken to be still writing.
  private static let rememberedMilliseconds: Int64 = 1_000
  private static let longestPauseMilliseconds: Int64 = 50

  /// Takes note of the database's version, which moves when another program commits.
  mutating func look(_ version: Int64, at milliseconds: Int64) {
    if let lastVersion, lastVersion != version { lastForeignWrite = milliseconds }
    lastVersion = version
  }

  mutating func captured(from start: Int64, to end: Int64) { pause(from: start, to: end) }

  mutating func applied(from start: Int64, to end: Int64) {
    guard let lastForeignWrite, end - lastForeignWrite < Self.rememberedMilliseconds else { return }
    pause(from: start, to: end)
  }

  private mutating func pause(from start: Int64, to end: Int64) {
    until = end + min(max(end - start, 1), Self.longestPauseMilliseconds)
  }

  func isPausing(at milliseconds: Int64) -> Bool { milliseconds < until }
}
