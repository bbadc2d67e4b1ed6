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

/// A small generator (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
/// Its seed comes from outside, so that a run can be replayed.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
