import SyncCore

/// Which records of a kind are asked for, and in which order.
public struct RecordQuery: Hashable, Sendable {
  /// The kind's name or its table's.
  public var kind: String
  /// All of them have to hold.
  public var conditions: [Condition]
  /// The most important first. Rows that are equal by these come in the order of their keys.
  public var sort: [Order]
  public var limit: Int
  /// What the page before gave.
  public var cursor: String?
  public var project: ProjectID?

  public init(
    kind: String, conditions: [Condition] = [], sort: [Order] = [], limit: Int = 100,
    cursor: String? = nil, project: ProjectID? = nil
  ) {
    self.kind = kind
    self.conditions = conditions
    self.sort = sort
    self.limit = limit
    self.cursor = cursor
    self.project = project
  }

  public struct Condition: Hashable, Sendable {
    public var field: String
    public var comparison: Comparison
    /// In the form of the field's type, or its text.
    public var value: JSONValue

    public init(_ field: String, _ comparison: Comparison, _ value: JSONValue) {
      self.field = field
      self.comparison = comparison
      self.value = value
    }
  }

  public enum Comparison: Hashable, Sendable {
    case equal, unequal
    /// A text that holds the value, in whatever case; a set that has it as an element.
    case contains
    case less, greater
  }

  public struct Order: Hashable, Sendable {
    public var field: String
    public var isDescending: Bool

    public init(_ field: String, descending: Bool = false) {
      self.field = field
      isDescending = descending
    }
  }
}

/// Some of the records that a query asked for.
public struct StoredRecordPage: Hashable, Sendable {
  public var kind: KindDeclaration
  public var records: [StoredRecord]
  /// Where the next page begins; `nil` at the end.
  public var cursor: String?
}
