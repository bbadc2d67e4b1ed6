/// The revision of a row: a positive number that is the same on every replica that holds the same
/// changes of its record, whatever the order in which they arrived. A writer that gives it back
/// says what it had seen.
public struct Revision: Hashable, Sendable {
  static let mask: UInt64 = 0x3FFF_FFFF_FFFF_FFFF

  public private(set) var rawValue: Int64

  /// The revision of a record without changes.
  public static let none = Revision(rawValue: 0)

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Adds one change. Commutative; adding the same dot twice is the caller's mistake.
  public mutating func include(_ dot: Dot) {
    let sum = UInt64(bitPattern: rawValue) &+ UInt64(bitPattern: dot.revisionShare)
    rawValue = Int64(sum & Self.mask)
  }
}
