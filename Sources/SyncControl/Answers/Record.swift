/// A record as the store shows it.
public struct RecordRow: Codable, Hashable, Sendable {
  public var kind: String
  public var id: String
  /// Every field that has a value, by name.
  public var fields: [String: JSON]
  /// What a writer gives back to say what it had seen. Opaque.
  public var revision: String

  public init(kind: String, id: String, fields: [String: JSON], revision: String) {
    self.kind = kind
    self.id = id
    self.fields = fields
    self.revision = revision
  }
}

/// Records of one kind.
public struct RecordPage: Codable, Hashable, Sendable {
  /// The kind's fields in the order of its declaration, the telling ones first.
  public var columns: [String]
  public var records: [RecordRow]
  /// Where the next page begins; nil at the end.
  public var cursor: String?

  public init(columns: [String], records: [RecordRow], cursor: String? = nil) {
    self.columns = columns
    self.records = records
    self.cursor = cursor
  }
}

/// One record, with what asks for a person's attention.
public struct RecordDetail: Codable, Hashable, Sendable {
  /// The kind's fields in the order of its declaration.
  public var columns: [String]
  public var record: RecordRow
  /// The record's open conflicts.
  public var conflicts: [ConflictSummary]

  public init(columns: [String], record: RecordRow, conflicts: [ConflictSummary]) {
    self.columns = columns
    self.record = record
    self.conflicts = conflicts
  }
}

/// A record was written.
public struct RecordChange: Codable, Hashable, Sendable {
  public var kind: String
  public var id: String
  /// The revision after the write.
  public var revision: String
  /// False when the record already was as asked, and no change was made.
  public var isChanged: Bool

  public init(kind: String, id: String, revision: String, isChanged: Bool) {
    self.kind = kind
    self.id = id
    self.revision = revision
    self.isChanged = isChanged
  }

  private enum CodingKeys: String, CodingKey {
    case kind, id, revision
    case isChanged = "changed"
  }
}
