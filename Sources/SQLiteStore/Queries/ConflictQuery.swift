import SyncCore

/// One conflict, or one difference that was settled.
public struct StoredConflict: Hashable, Sendable {
  public var id: ConflictID
  public var kind: String
  public var record: RecordID
  public var title: String?
  public var cell: CellKey
  /// The rule's name, or `deletion`.
  public var rule: String
  public var status: Status
  /// The value that is shown meanwhile.
  public var shown: JSONValue
  public var valueCount: Int
  /// When the newest of the values was written.
  public var at: Int64

  public enum Status: String, Hashable, Sendable {
    case open, settled
    /// A later write stands in the place of all values.
    case resolved
  }
}

/// Conflicts, the ones that were listed last first.
public struct StoredConflictPage: Hashable, Sendable {
  public var conflicts: [StoredConflict]
  public var cursor: String?
}

/// One conflict with everything a person needs to choose.
public struct StoredConflictDetail: Hashable, Sendable {
  public var conflict: StoredConflict
  /// In the order in which a resolution counts them, from 1.
  public var values: [Alternative]
  /// The write that stands in the place of all values, where the conflict is resolved.
  public var decision: Decision?
  public var revision: Int64

  public struct Alternative: Hashable, Sendable {
    public var value: JSONValue
    /// The changes that carry the value.
    public var dots: [Dot]
    /// Who wrote it last; `nil` where the log can not tell.
    public var writing: Writing?
    /// What its writer had before them.
    public var seen: [Seen]
  }

  public struct Seen: Hashable, Sendable {
    public var value: JSONValue
    public var writing: Writing?
  }

  public struct Decision: Hashable, Sendable {
    public var value: JSONValue
    public var writing: Writing
  }
}
