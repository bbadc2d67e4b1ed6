/// A priority class of traffic. A kind belongs to one lane for ever; sequences, vectors and chains
/// are counted per lane, so that a withdrawal of consent never waits behind a thousand ideas.
public enum Lane: UInt8, CaseIterable, Comparable, Sendable {
  /// Consent, erasure, certificates and rights.
  case rights = 0
  /// Ideas, comments, sessions and everything else that people write.
  case records = 1
  /// The append-only feed.
  case activity = 2

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
