/// Every limit of the core, in one place. Limits act at capture only, so that no two replicas
/// disagree about what is acceptable.
public enum Limits {
  /// UTF-8 bytes of a short text: a title, a name, a tag, a code.
  public static let shortTextBytes = 2_000
  /// UTF-8 bytes of prose: a body, a brief, minutes.
  public static let proseBytes = 100_000
  /// Elements of one set or map.
  public static let elements = 1_000
  /// Bytes of one change with its personal values: what a message of the protocol has room for. Capture
  /// divides what would be larger.
  public static let changeBytes = (8 << 20) - (64 << 10)
  /// UTF-8 bytes of a foreign key at import.
  public static let foreignKeyBytes = 500
  /// How far a stamp may run ahead of the wall clock before it is called wrong, in milliseconds.
  public static let clockLeapMilliseconds: Int64 = 60_000
  /// Cells of the table that compares two texts; above it, one hunk covers what differs.
  public static let textComparisonCells = 4_000_000
  /// How many merges of merges the base of a text looks back through.
  public static let textAncestryDepth = 256
  /// Session tokens that were given to a replica and never presented, the latest of which are kept.
  public static let unusedTokens = 16
  /// Nesting of JSON read from outside.
  public static let jsonDepth = 32
}
