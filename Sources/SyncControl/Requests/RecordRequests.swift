/// Asks for a new record.
public struct AddRequest: ControlQuestion {
  public typealias Answer = RecordChange
  public static let name = ControlRequest.Name.add

  public var kind: String
  public var fields: [String: JSON]
  /// Which project, where the store has several: its id.
  public var project: String?

  public init(kind: String, fields: [String: JSON], project: String? = nil) {
    self.kind = kind
    self.fields = fields
    self.project = project
  }
}

/// Asks to write fields of a record.
public struct SetRequest: ControlQuestion {
  public typealias Answer = RecordChange
  public static let name = ControlRequest.Name.set

  public var kind: String
  public var id: String
  /// Fields that get a new value; null clears one.
  public var fields: [String: JSON]
  /// Elements to put into set fields, which keep the rest.
  public var adding: [String: [String]]?
  /// Elements to take out of set fields, which keep the rest.
  public var removing: [String: [String]]?
  /// The revision that the writer had read. What arrived since then is not overwritten.
  public var seen: String?

  public init(
    kind: String, id: String, fields: [String: JSON], adding: [String: [String]]? = nil,
    removing: [String: [String]]? = nil, seen: String? = nil
  ) {
    self.kind = kind
    self.id = id
    self.fields = fields
    self.adding = adding
    self.removing = removing
    self.seen = seen
  }
}

/// Asks to delete a record.
public struct RemoveRequest: ControlQuestion {
  public typealias Answer = RecordChange
  public static let name = ControlRequest.Name.remove

  public var kind: String
  public var id: String

  public init(kind: String, id: String) {
    self.kind = kind
    self.id = id
  }
}

/// Asks for the records of a kind, a page at a time.
public struct ListRequest: ControlQuestion {
  public typealias Answer = RecordPage
  public static let name = ControlRequest.Name.list

  public var kind: String
  /// All of them have to hold.
  public var conditions: [FieldCondition]
  /// Names of fields, the most important first; a leading `-` turns the order around. Rows that
  /// are equal by these come in the order of their ids.
  public var sort: [String]
  /// Rows of the page; at most `ControlProtocol.maximumPageRows`.
  public var limit: Int
  /// What the page before gave, to go on after it. Belongs to the same conditions and order.
  public var cursor: String?
  public var project: String?

  public init(
    kind: String, conditions: [FieldCondition] = [], sort: [String] = [],
    limit: Int = ControlProtocol.pageRows, cursor: String? = nil, project: String? = nil
  ) {
    self.kind = kind
    self.conditions = conditions
    self.sort = sort
    self.limit = limit
    self.cursor = cursor
    self.project = project
  }

  private enum CodingKeys: String, CodingKey {
    case kind, sort, limit, cursor, project
    case conditions = "where"
  }
}

/// Asks for one record.
public struct ShowRequest: ControlQuestion {
  public typealias Answer = RecordDetail
  public static let name = ControlRequest.Name.show

  public var kind: String
  public var id: String

  public init(kind: String, id: String) {
    self.kind = kind
    self.id = id
  }
}

/// Asks for the history of one record.
public struct ExplainRequest: ControlQuestion {
  public typealias Answer = Explanation
  public static let name = ControlRequest.Name.explain

  public var kind: String
  public var id: String

  public init(kind: String, id: String) {
    self.kind = kind
    self.id = id
  }
}
