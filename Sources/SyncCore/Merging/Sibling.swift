/// One of several concurrent values of a cell, with what its rule may look at.
public struct Sibling: Hashable, Sendable {
  public var dot: Dot
  public var ordinal: UInt16
  public var value: Value
  /// What decides between values that nothing else decides.
  public var stamp: Stamp
  /// The dot that first wrote the value: `dot` itself, unless it was restored.
  public var source: Dot

  public init(dot: Dot, ordinal: UInt16 = 0, value: Value, stamp: Stamp, source: Dot? = nil) {
    self.dot = dot
    self.ordinal = ordinal
    self.value = value
    self.stamp = stamp
    self.source = source ?? dot
  }
}

/// The tie-break of a change: hybrid logical clock, then replica, then place in its sequence. A
/// total order over changes.
public struct Stamp: Hashable, Comparable, Sendable {
  public var hlc: HLC
  public var replica: ReplicaID
  public var sequence: UInt64
  public var authority: Authority

  public init(hlc: HLC, dot: Dot, authority: Authority) {
    self.hlc = hlc
    self.replica = dot.replica
    self.sequence = dot.sequence
    self.authority = authority
  }

  /// Orders by clock, replica and sequence; authority is for the rules that ask for it.
  public static func < (left: Self, right: Self) -> Bool {
    if left.hlc != right.hlc { return left.hlc < right.hlc }
    if left.replica != right.replica { return left.replica < right.replica }
    return left.sequence < right.sequence
  }
}

/// Where the rules that look back (text, lifecycles, deletion, restored values) find what a dot
/// wrote. The store answers from its log.
public protocol CellHistory {
  /// What the change with this dot did to this cell, or `nil` where it did nothing or is not here.
  func written(by dot: Dot, in cell: CellKey) throws -> CellWrite?
}

/// One change's operation on one cell, as history tells it.
public struct CellWrite: Hashable, Sendable {
  public var dot: Dot
  public var hlc: HLC
  public var authority: Authority
  public var values: [WrittenValue]
  public var replaces: [Dot]

  public init(
    dot: Dot, hlc: HLC, authority: Authority, values: [WrittenValue], replaces: [Dot]
  ) {
    self.dot = dot
    self.hlc = hlc
    self.authority = authority
    self.values = values
    self.replaces = replaces
  }

  /// What `change` did to `cell`, or `nil` where it did nothing.
  public init?(_ change: Change, cell: CellKey) {
    guard let operation = change.operations.first(where: { $0.cell == cell }) else { return nil }
    self.init(
      dot: change.dot, hlc: change.hlc, authority: change.authority, values: operation.values,
      replaces: operation.replaces)
  }
}
