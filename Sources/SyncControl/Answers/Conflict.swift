/// One conflict in a list.
public struct ConflictSummary: Codable, Hashable, Sendable {
  public enum Status: String, Codable, Hashable, Sendable {
    /// A person is asked.
    case open
    /// A rule, or a person, has decided; it can be undone.
    case settled
  }

  public var id: String
  public var kind: String
  public var record: String
  /// What people call the record; nil when it has no title or name.
  public var title: String?
  public var field: String
  /// The field's rule, as the merge rules name it.
  public var rule: String
  public var status: Status
  /// The value that is shown meanwhile.
  public var shown: JSON
  /// How many different values there are.
  public var valueCount: Int
  /// The time of the newest value.
  public var at: Int64

  public init(
    id: String, kind: String, record: String, title: String?, field: String, rule: String,
    status: Status, shown: JSON, valueCount: Int, at: Int64
  ) {
    self.id = id
    self.kind = kind
    self.record = record
    self.title = title
    self.field = field
    self.rule = rule
    self.status = status
    self.shown = shown
    self.valueCount = valueCount
    self.at = at
  }
}

/// Conflicts, newest first.
public struct ConflictPage: Codable, Hashable, Sendable {
  public var conflicts: [ConflictSummary]
  public var cursor: String?

  public init(conflicts: [ConflictSummary], cursor: String? = nil) {
    self.conflicts = conflicts
    self.cursor = cursor
  }
}

/// One conflict, with everything a person needs to choose.
public struct ConflictDetail: Codable, Hashable, Sendable {
  public var summary: ConflictSummary
  /// Numbered from 1, in an order that is the same on every replica.
  public var values: [Value]
  /// What the rule chose and why, or what a person chose: one sentence.
  public var choice: String
  /// The revision of the record, for the answer.
  public var revision: String

  /// One of the values that were written without having seen the others.
  public struct Value: Codable, Hashable, Sendable {
    public var number: Int
    public var value: JSON
    /// Who wrote it, as the writer said: a name or an id; nil when unsaid.
    public var who: String?
    public var side: Status.Side
    /// The name of the machine, or its id where no name is known.
    public var replica: String
    public var at: Int64
    public var channel: String
    /// The changes that carry this value.
    public var dots: [String]
    /// What its writer had before them: one sentence.
    public var whatItHadSeen: String

    public init(
      number: Int, value: JSON, who: String?, side: Status.Side, replica: String, at: Int64,
      channel: String, dots: [String], whatItHadSeen: String
    ) {
      self.number = number
      self.value = value
      self.who = who
      self.side = side
      self.replica = replica
      self.at = at
      self.channel = channel
      self.dots = dots
      self.whatItHadSeen = whatItHadSeen
    }
  }

  public init(summary: ConflictSummary, values: [Value], choice: String, revision: String) {
    self.summary = summary
    self.values = values
    self.choice = choice
    self.revision = revision
  }
}

extension ConflictDetail {
  private enum CodingKeys: String, CodingKey { case values, choice, revision }

  public init(from decoder: any Decoder) throws {
    summary = try ConflictSummary(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    values = try container.decode([Value].self, forKey: .values)
    choice = try container.decode(String.self, forKey: .choice)
    revision = try container.decode(String.self, forKey: .revision)
  }

  /// The summary's members stand beside the others, in one object.
  public func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(values, forKey: .values)
    try container.encode(choice, forKey: .choice)
    try container.encode(revision, forKey: .revision)
  }
}
