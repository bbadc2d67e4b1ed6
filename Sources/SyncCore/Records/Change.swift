/// Where a change was made. `lab` is a room, `online` the community's store.
public enum Side: UInt8, CaseIterable, Sendable {
  case lab = 1
  case online = 2

  public var name: String {
    switch self {
    case .lab: "lab"
    case .online: "online"
    }
  }
}

/// How much weight the organisation gave to the writer, stamped at capture and checked at
/// admission. Merging reads the stamp alone.
public struct Authority: Hashable, Comparable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let lab = Authority(rawValue: 1)
  public static let online = Authority(rawValue: 2)

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One record's mutation: immutable, and identified by its dot within its project.
public struct Change: Hashable, Sendable {
  public var project: ProjectID
  public var dot: Dot
  public var hlc: HLC
  public var side: Side
  public var authority: Authority
  /// The participant who wrote, and the one on whose behalf, where the writer said so.
  public var changedBy: RecordID?
  public var changedFor: RecordID?
  /// How it was captured: `lab`, `online`, `paper`, `import`.
  public var channel: String
  public var kind: String
  public var record: RecordID
  /// The values of the record's natural key, in the declared order; empty where the kind has none.
  public var naturalKey: [Value]
  public var operations: [FieldOperation]

  public init(
    project: ProjectID, dot: Dot, hlc: HLC, side: Side, authority: Authority,
    changedBy: RecordID? = nil, changedFor: RecordID? = nil, channel: String, kind: String,
    record: RecordID, naturalKey: [Value] = [], operations: [FieldOperation]
  ) {
    self.project = project
    self.dot = dot
    self.hlc = hlc
    self.side = side
    self.authority = authority
    self.changedBy = changedBy
    self.changedFor = changedFor
    self.channel = channel
    self.kind = kind
    self.record = record
    self.naturalKey = naturalKey
    self.operations = operations
  }
}

/// What a change does to one cell: the values it writes and the dots it replaces. Several values
/// under one dot restore an open conflict.
public struct FieldOperation: Hashable, Sendable {
  public var cell: CellKey
  public var values: [WrittenValue]
  /// The dots of the values that the writer had seen in this cell. For a deletion: every live dot of
  /// the record.
  public var replaces: [Dot]

  public init(cell: CellKey, values: [WrittenValue], replaces: [Dot]) {
    self.cell = cell
    self.values = values
    self.replaces = replaces
  }

  public init(cell: CellKey, value: Value, replaces: [Dot]) {
    self.init(cell: cell, values: [WrittenValue(value)], replaces: replaces)
  }
}

/// One value of an operation.
public struct WrittenValue: Hashable, Sendable {
  public var value: Value
  /// The dot that first wrote this value, where this operation brings it back: the value then
  /// stands in every comparison as it stood before.
  public var restores: Dot?

  public init(_ value: Value, restores: Dot? = nil) {
    self.value = value
    self.restores = restores
  }
}
