import SyncCore

/// One machine's two clocks, as functions of the time of the world. Only the wall clock jumps; the
/// monotonic one stands still while the machine sleeps (`CLOCK_MONOTONIC` of Linux).
struct MachineClock {
  /// How much faster it runs, in millionths.
  var driftPerMillion: Int64
  /// What the wall clock is ahead, in milliseconds.
  var wallOffsetMilliseconds: Int64
  /// How long the machine has slept, in milliseconds.
  var sleptMilliseconds: Int64 = 0

  /// 1 March 2026, 17:00 UTC.
  static let start = Instant(
    monotonicMilliseconds: 1_000_000, wallMilliseconds: 1_772_384_400_000)

  func reading(at time: Int64) -> Instant {
    let passed = time + time * driftPerMillion / 1_000_000
    return Instant(
      monotonicMilliseconds: Self.start.monotonicMilliseconds + passed - sleptMilliseconds,
      wallMilliseconds: Self.start.wallMilliseconds + passed + wallOffsetMilliseconds)
  }

  /// The first time of the world at which the monotonic clock shows `deadline`, not before `time`.
  func time(of deadline: Int64, after time: Int64) -> Int64 {
    let missing = deadline - reading(at: time).monotonicMilliseconds
    guard missing > 0 else { return time }
    var found = time + missing * 1_000_000 / (1_000_000 + driftPerMillion)
    while found > time, reading(at: found - 1).monotonicMilliseconds >= deadline { found -= 1 }
    while reading(at: found).monotonicMilliseconds < deadline { found += 1 }
    return found
  }
}
