import Glibc

/// A moment after which something is too late.
public struct Deadline: Hashable, Sendable {
  private let milliseconds: Int

  public init(seconds: Double) {
    milliseconds = Self.monotonicMilliseconds + Int(seconds * 1000)
  }

  public var hasPassed: Bool { remainingMilliseconds == 0 }

  /// Never negative.
  public var remainingMilliseconds: Int { max(0, milliseconds - Self.monotonicMilliseconds) }

  /// Milliseconds of a clock that no one sets.
  public static var monotonicMilliseconds: Int { monotonicMicroseconds / 1000 }

  /// Microseconds of the same clock.
  public static var monotonicMicroseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  /// The pause between two looks at something that can only be looked at.
  public static func pause(milliseconds: Int) {
    usleep(UInt32(clamping: milliseconds * 1000))
  }
}
