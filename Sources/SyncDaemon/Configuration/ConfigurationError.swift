/// A configuration that can not be used: everything that is wrong with it.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One thing that is wrong.
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// Where, as `FILE:line` or `environment NAME`; nil where it is about the whole.
    public var place: String?
    /// What is wrong and what to do, one sentence.
    public var words: String

    public init(_ words: String, at place: String? = nil) {
      self.words = words
      self.place = place
    }

    public var description: String { place.map { "\($0): \(words)" } ?? words }
  }

  public var problems: [Problem]

  public init(_ problems: [Problem]) { self.problems = problems }

  public init(_ words: String, at place: String? = nil) {
    problems = [Problem(words, at: place)]
  }

  /// One problem a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
