/// It was done, in words.
public struct Confirmation: Codable, Hashable, Sendable {
  /// One sentence for a person.
  public var words: String

  public init(words: String) { self.words = words }
}
