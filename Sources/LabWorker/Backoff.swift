import SyncCore

/// Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", 2015): each wait
/// is drawn evenly between nothing and a ceiling that doubles, so that three hundred laptops whose
/// hall got its network back do not dial in step.
struct Backoff: Hashable, Sendable {
  let limits: LabLimits
  private(set) var failures = 0
  private var jitter: SplitMix64

  init(limits: LabLimits, seed: UInt64) {
    self.limits = limits
    jitter = SplitMix64(seed: seed)
  }

  /// The wait after one more failure, in milliseconds.
  mutating func next() -> Int64 {
    var ceiling = min(limits.firstWaitMilliseconds, limits.longestWaitMilliseconds)
    for _ in 0..<min(failures, 62) where ceiling < limits.longestWaitMilliseconds {
      ceiling = min(ceiling * 2, limits.longestWaitMilliseconds)
    }
    failures += 1
    return Int64.random(in: 0...ceiling, using: &jitter)
  }

  /// A wait that somebody named, with up to a quarter more.
  mutating func spread(_ milliseconds: Int64) -> Int64 {
    milliseconds + Int64.random(in: 0...max(milliseconds / 4, 1), using: &jitter)
  }

  mutating func reset() { failures = 0 }
}
