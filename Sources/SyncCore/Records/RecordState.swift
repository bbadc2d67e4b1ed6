/// The causal metadata of one record: which dots are live in which cell. Values are not here; they
/// are in the row that people read and in the log.
///
/// Merging is the same for every rule and needs none: a write removes exactly the dots that it had
/// seen and adds its own. What is *shown* is decided afterwards, from the set of live dots
/// (``Resolver``). That makes merging commutative, associative and idempotent by construction, and
/// lets a replica keep and forward fields that only a newer software knows.
public struct RecordState: Hashable, Sendable {
  public private(set) var cells: [CellKey: Cell] = [:]
  /// A function of the set of changes merged so far.
  public var revision = Revision.none

  public init() {}

  public init(cells: [CellKey: Cell], revision: Revision) {
    self.cells = cells
    self.revision = revision
  }

  public subscript(cell: CellKey) -> Cell? { cells[cell] }

  /// The cells, sorted.
  public var keys: [CellKey] { cells.keys.sorted() }

  /// Every live dot of the record, sorted, each once.
  public var liveDots: [Dot] {
    Set(cells.values.lazy.flatMap(\.live).map(\.dot)).sorted()
  }

  /// Merges one change, which the caller applies once (its dot was not merged before).
  ///
  /// `isApplied` answers whether a change that this one replaces has been merged here already; a
  /// replaced dot that has not is remembered and cancels its value when it arrives.
  public mutating func merge(_ change: Change, isApplied: (Dot) throws -> Bool) rethrows {
    revision.include(change.dot)
    for operation in change.operations {
      try cells[operation.cell, default: Cell()]
        .merge(operation, at: change.dot, isApplied: isApplied)
    }
    // What has arrived is waited for no longer, in whichever cell: a deletion names dots of every
    // cell, and an unsound change may name any.
    for key in cells.lazy.filter({ $0.value.cancelled.contains(change.dot) }).map(\.key) {
      cells[key]?.cancelled.removeAll { $0 == change.dot }
    }
  }
}

/// The live dots of one cell.
public struct Cell: Hashable, Sendable {
  /// Sorted by dot and ordinal.
  public var live: [LiveValue] = []
  /// Dots that a write here had seen and that have not arrived yet, sorted.
  public var cancelled: [Dot] = []

  public init() {}

  public init(live: [LiveValue], cancelled: [Dot] = []) {
    self.live = live
    self.cancelled = cancelled
  }

  mutating func merge(
    _ operation: FieldOperation, at dot: Dot, isApplied: (Dot) throws -> Bool
  ) rethrows {
    var missing: [Dot] = []
    for replaced in operation.replaces {
      let count = live.count
      live.removeAll { $0.dot == replaced }
      if live.count == count, try !isApplied(replaced) {
        missing.append(replaced)
      }
    }
    remember(missing)
    guard !cancelled.contains(dot) else { return }
    // No peer's list is so long that it traps: what has no ordinal is dropped, everywhere alike.
    for (ordinal, written) in zip(UInt16.min...UInt16.max, operation.values) {
      insert(LiveValue(dot: dot, ordinal: ordinal, flag: written.value.boolean))
    }
  }

  private mutating func insert(_ value: LiveValue) {
    let index = live.lastIndex { $0 <= value }.map { $0 + 1 } ?? live.startIndex
    live.insert(value, at: index)
  }

  /// In one go: a change may name more dots than can be looked for one by one.
  private mutating func remember(_ dots: [Dot]) {
    guard !dots.isEmpty else { return }
    var last: Dot?
    cancelled = (cancelled + dots).sorted()
    cancelled.removeAll { dot in
      defer { last = dot }
      return last == dot
    }
  }
}

/// One live value of a cell, by the dot that wrote it.
public struct LiveValue: Hashable, Comparable, Sendable {
  public var dot: Dot
  /// Which of the operation's values, where it wrote several.
  public var ordinal: UInt16
  /// The value itself where it is a boolean: the elements of sets are known without the log.
  public var flag: Bool?

  public init(dot: Dot, ordinal: UInt16 = 0, flag: Bool? = nil) {
    self.dot = dot
    self.ordinal = ordinal
    self.flag = flag
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.dot != right.dot ? left.dot < right.dot : left.ordinal < right.ordinal
  }
}
