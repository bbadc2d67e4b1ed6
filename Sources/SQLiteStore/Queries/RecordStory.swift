import SyncCore

/// The whole history of one record: every write of every field, what it replaced, and what became of
/// it.
public struct RecordStory: Hashable, Sendable {
  public var kind: String
  public var record: RecordID
  public var title: String?
  /// In causal order: what had been seen comes before what had seen it.
  public var writes: [Write]

  /// One value that a change wrote into one cell.
  public struct Write: Hashable, Sendable {
    public var writing: Writing
    public var cell: CellKey
    public var value: JSONValue
    public var replaced: [Replaced]
    public var act: Act
    public var fate: Fate
  }

  public struct Replaced: Hashable, Sendable {
    public var dot: Dot
    public var value: JSONValue
  }

  /// What the write was.
  public enum Act: Hashable, Sendable {
    case plain
    /// It replaced a value that another machine, or another person, had written: by its machine's
    /// knowledge, which its writer may not have looked at.
    case overwrite(of: [ReplicaID])
    /// It decided a conflict between what it replaced.
    case resolution
    /// It took a resolution back; this value was first written by `dot`.
    case undo(restores: Dot)
  }

  /// What became of the value.
  public enum Fate: Hashable, Sendable {
    case shown
    /// Shown while a conflict waits for a person.
    case shownInConflict(ConflictID)
    /// Went into what is shown together with others.
    case merged
    case replaced(by: Dot)
    /// A resolution stands in its place.
    case resolved(by: Dot)
    /// A resolution that was taken back.
    case undone(by: Dot)
    /// Another value is shown by the rule; with a conflict, until a person decides.
    case lost(to: JSONValue, ConflictID?)
    /// The organisation took the whole change back.
    case void
    /// The record is removed.
    case removed
    /// This software does not know the field.
    case unknownField
  }
}
