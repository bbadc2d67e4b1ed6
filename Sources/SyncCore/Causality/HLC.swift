/// A hybrid logical clock reading: 48 bits of milliseconds since 1970 and a 16-bit counter
/// (Kulkarni et al., "Logical Physical Clocks", 2014). Only display and tie-breaks read it;
/// causality never does.
public struct HLC: Hashable, Comparable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// `milliseconds` below 0 or above 48 bits are clamped: a broken clock is no reason to refuse.
  public init(milliseconds: Int64, counter: UInt16 = 0) {
    let clamped = UInt64(min(max(milliseconds, 0), Self.maximumMilliseconds))
    rawValue = clamped << 16 | UInt64(counter)
  }

  static let maximumMilliseconds: Int64 = 1 << 48 - 1

  /// Milliseconds since 1970, UTC.
  public var milliseconds: Int64 { Int64(rawValue >> 16) }

  public var counter: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  /// The stamp of the next own change: the time of the write, or one more than the last own stamp
  /// where that is later. A last own stamp more than `Limits.clockLeapMilliseconds` ahead of
  /// `wallMilliseconds` came from a wrong clock and is let go.
  public static func next(
    after last: HLC?, writtenAt writeMilliseconds: Int64, wallMilliseconds: Int64
  ) -> HLC {
    let written = HLC(milliseconds: writeMilliseconds)
    guard let last, last >= written else { return written }
    let isLeap = last.milliseconds > wallMilliseconds + Limits.clockLeapMilliseconds
    return isLeap ? written : HLC(rawValue: last.rawValue + 1)
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
