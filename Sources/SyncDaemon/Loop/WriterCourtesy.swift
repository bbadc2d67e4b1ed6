/// Leaves other programs their turn at the write lock. SQLite's writers try again at growing
/// intervals, without a queue: whoever takes the lock back at once starves them.
///
/// While rows of others are being captured, every write transaction is followed by a pause as long
/// as the transaction was, within bounds.
struct WriterCourtesy {
  private var lastForeignWrite: Int64?
  private(set) var until: Int64 = 0

  /// How long after a captured row somebody is taken to be still writing.
  private static let rememberedMilliseconds: Int64 = 5_000
  private static let longestPauseMilliseconds: Int64 = 100

  /// A write transaction of ours ended.
  mutating func wrote(from start: Int64, to end: Int64, capturedRows: Int) {
    if capturedRows > 0 { lastForeignWrite = end }
    guard let lastForeignWrite, end - lastForeignWrite < Self.rememberedMilliseconds else { return }
    until = end + min(max(end - start, 1), Self.longestPauseMilliseconds)
  }

  func isPausing(at milliseconds: Int64) -> Bool { milliseconds < until }
}
