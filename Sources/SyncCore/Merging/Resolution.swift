/// What a cell shows, and what became of the values it does not show.
public struct Resolution: Hashable, Sendable {
  public var shown: Value
  public var status: Status
  /// The dots that somebody who read the shown value has seen: a plain write replaces exactly these.
  /// Values that wait in an open conflict are not among them, so that no conflict vanishes because
  /// somebody edited what was shown.
  public var seen: [Dot]
  /// The distinct values, the shown one first where it is among them; empty without a difference.
  public var alternatives: [Alternative]

  public enum Status: UInt8, Hashable, Comparable, Sendable {
    /// One value.
    case agreed
    /// Different values, joined or decided by the rule: listed, and nobody is asked.
    case settled
    /// A person is asked.
    case open

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// One distinct value and who wrote it.
  public struct Alternative: Hashable, Sendable {
    public var value: Value
    public var dots: [Dot]

    public init(value: Value, dots: [Dot]) {
      self.value = value
      self.dots = dots
    }
  }

  /// A cell without values.
  static let absent = Resolution(shown: .null, status: .agreed, seen: [], alternatives: [])
}
