import Glibc

/// The clocks of this machine.
public enum SystemClock {
  /// Milliseconds of a clock that nobody sets and that stands still while the machine sleeps: for
  /// timers.
  public static var monotonicMilliseconds: Int64 { milliseconds(of: CLOCK_MONOTONIC) }

  /// Milliseconds since 1970, UTC, as this machine believes: for stamps, never for timers.
  public static var wallMilliseconds: Int64 { milliseconds(of: CLOCK_REALTIME) }

  /// How long the machine has slept since it was started, in milliseconds.
  public static var suspendedMilliseconds: Int64 {
    // In this order the difference is never too small: time passes between the two readings.
    let monotonic = monotonicMilliseconds
    return milliseconds(of: CLOCK_BOOTTIME) - monotonic
  }

  private static func milliseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// Notices that the machine has slept: its connections are likely dead, and it has to say so
/// before a timeout does.
public struct SuspendWatch: Hashable, Sendable {
  /// Sleep shorter than this is taken for the error of two readings.
  public static let shortestSleepMilliseconds: Int64 = 500
  private var suspendedMilliseconds: Int64

  public init(suspendedMilliseconds: Int64 = SystemClock.suspendedMilliseconds) {
    self.suspendedMilliseconds = suspendedMilliseconds
  }

  /// Whether the machine has slept since the last call that said so, or since the beginning.
  public mutating func hasResumed(
    suspendedMilliseconds now: Int64 = SystemClock.suspendedMilliseconds
  ) -> Bool {
    guard now - suspendedMilliseconds >= Self.shortestSleepMilliseconds else { return false }
    suspendedMilliseconds = now
    return true
  }
}
