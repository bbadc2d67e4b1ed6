/// The history of one record.
public struct Explanation: Codable, Hashable, Sendable {
  public var kind: String
  public var id: String
  /// What people call the record; nil when it has no title or name.
  public var title: String?
  /// In causal order: what had been seen comes before what had seen it.
  public var entries: [ExplainEntry]

  public init(kind: String, id: String, title: String?, entries: [ExplainEntry]) {
    self.kind = kind
    self.id = id
    self.title = title
    self.entries = entries
  }
}

/// One write of one field.
public struct ExplainEntry: Codable, Hashable, Sendable {
  public var at: Int64
  public var side: Status.Side
  /// The name of the machine, or its id where no name is known.
  public var replica: String
  public var channel: String
  /// Who wrote it, as the writer said; nil when unsaid.
  public var who: String?
  public var dot: String
  public var field: String
  /// The values that this write had seen and replaced.
  public var replaced: [JSON]
  /// The value written; null clears or removes.
  public var value: JSON
  /// What became of it: `shown`, `replaced by …`, `lost to …`, `resolved`, `undone`, and after a
  /// comma `clock ahead` where its time is not to be trusted.
  public var effect: String

  public init(
    at: Int64, side: Status.Side, replica: String, channel: String, who: String?, dot: String,
    field: String, replaced: [JSON], value: JSON, effect: String
  ) {
    self.at = at
    self.side = side
    self.replica = replica
    self.channel = channel
    self.who = who
    self.dot = dot
    self.field = field
    self.replaced = replaced
    self.value = value
    self.effect = effect
  }
}
