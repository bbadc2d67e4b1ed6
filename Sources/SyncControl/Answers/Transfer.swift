/// What became of imported lines. An empty line counts nowhere.
public struct ImportResult: Codable, Hashable, Sendable {
  /// Lines that were understood: the changed and the unchanged.
  public var accepted: Int
  /// Lines that made a change.
  public var changed: Int
  /// Lines that said nothing new.
  public var unchanged: Int
  /// Lines that were not understood or not permitted, by number.
  public var refused: [Refusal]

  /// A line that was not taken, by its number in the file.
  public struct Refusal: Codable, Hashable, Sendable {
    public var line: Int
    /// A phrase for a person, without a full stop and without the line's words.
    public var reason: String

    public init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }
  }

  public init(accepted: Int = 0, changed: Int = 0, unchanged: Int = 0, refused: [Refusal] = []) {
    self.accepted = accepted
    self.changed = changed
    self.unchanged = unchanged
    self.refused = refused
  }
}

/// A page of an export.
public struct ExportPage: Codable, Hashable, Sendable {
  /// JSON Lines without their line ends.
  public var lines: [String]
  /// Where the next page begins; nil at the end.
  public var cursor: String?

  public init(lines: [String], cursor: String? = nil) {
    self.lines = lines
    self.cursor = cursor
  }
}
