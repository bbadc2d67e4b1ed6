/// Decides what is shown: a function of the set of siblings, so that every replica with the same
/// changes shows the same. Sources: DOMAIN rules in <doc:MergeRules>.
public struct Resolver<History: CellHistory> {
  let history: History

  public init(history: History) { self.history = history }

  /// The siblings of one cell, by dot and ordinal, read from the history.
  ///
  /// Cost: one history look-up per live value, two where it was restored. Throws what the history
  /// throws; a live value that the history does not know is left out.
  public func siblings(of live: [LiveValue], in cell: CellKey) throws -> [Sibling] {
    try live.compactMap { value in
      guard let write = try history.written(by: value.dot, in: cell),
        Int(value.ordinal) < write.values.count
      else { return nil }
      let written = write.values[Int(value.ordinal)]
      if let source = written.restores, let original = try history.written(by: source, in: cell) {
        return Sibling(
          dot: value.dot, ordinal: value.ordinal, value: written.value,
          stamp: Stamp(hlc: original.hlc, dot: source, authority: original.authority),
          source: source)
      }
      return Sibling(
        dot: value.dot, ordinal: value.ordinal, value: written.value,
        stamp: Stamp(hlc: write.hlc, dot: value.dot, authority: write.authority))
    }
  }

  /// What one cell shows under its rule.
  public func resolve(_ cell: CellKey, _ live: [LiveValue], rule: MergeRule) throws -> Resolution {
    try resolve(siblings(of: live, in: cell), of: cell, rule: rule)
  }

  /// What these siblings show under a rule, whatever their order.
  public func resolve(
    _ siblings: [Sibling], of cell: CellKey, rule: MergeRule
  ) throws -> Resolution {
    if case .sum = rule { return sum(siblings) }
    guard let first = siblings.first else { return .absent }
    let isOne = siblings.allSatisfy { $0.value == first.value }
    guard !isOne else {
      return Resolution(
        shown: first.value, status: .agreed, seen: dots(of: siblings), alternatives: [])
    }
    switch rule {
    case .immutable:
      return decided(for: least(of: siblings), among: siblings, status: .open)
    case .latest, .latestPerKey:
      return decided(for: greatest(of: siblings), among: siblings, status: .settled)
    case .register:
      return decided(for: greatest(of: siblings), among: siblings, status: .open)
    case .text:
      return try TextResolution(history: history, cell: cell).resolve(siblings)
    case .authority:
      return authoritative(siblings)
    case .addWins:
      return joined(.boolean(siblings.contains { $0.value == .boolean(true) }), siblings)
    case .removeWins:
      return joined(.boolean(!siblings.contains { $0.value == .boolean(false) }), siblings)
    case .strictest(let strictness):
      return joined(strictest(siblings, by: strictness), siblings)
    case .furthest(let order):
      return joined(furthest(siblings, in: order), siblings)
    case .earliest:
      return quiet(siblings.lazy.map(\.value).filter { !$0.isNull }.min() ?? .null, siblings)
    case .greatest:
      return quiet(siblings.lazy.map(\.value).max() ?? .null, siblings)
    case .sum:
      return sum(siblings)
    case .state(let lifecycle):
      return try LifecycleResolution(history: history, cell: cell, lifecycle: lifecycle)
        .resolve(siblings)
    }
  }

  private func authoritative(_ siblings: [Sibling]) -> Resolution {
    let highest = siblings.lazy.map(\.stamp.authority).max() ?? .lab
    let equals = siblings.filter { $0.stamp.authority == highest }
    let isSplit = equals.contains { $0.value != equals.first?.value }
    return decided(
      for: greatest(of: equals), among: siblings, status: isSplit ? .open : .settled)
  }

  private func strictest(_ siblings: [Sibling], by strictness: Strictness) -> Value {
    siblings.lazy.map(\.value).min {
      (strictness.rank(of: $0), $0) < (strictness.rank(of: $1), $1)
    } ?? .null
  }

  private func furthest(_ siblings: [Sibling], in order: [String]) -> Value {
    func rank(_ value: Value) -> Int { value.text.flatMap(order.firstIndex) ?? -1 }
    return siblings.lazy.map(\.value).max { (rank($0), $0) < (rank($1), $1) } ?? .null
  }

  private func sum(_ siblings: [Sibling]) -> Resolution {
    guard !siblings.isEmpty else { return .absent }
    let total = siblings.lazy.compactMap(\.value.integer).reduce(0, &+)
    return Resolution(shown: .integer(total), status: .agreed, seen: [], alternatives: [])
  }
}

/// The sibling with the greatest stamp; of a restored pair, the later ordinal.
func greatest(of siblings: [Sibling]) -> Value {
  siblings.max { ($0.stamp, $0.ordinal, $0.value) < ($1.stamp, $1.ordinal, $1.value) }?.value
    ?? .null
}

func least(of siblings: [Sibling]) -> Value {
  siblings.min { ($0.stamp, $0.ordinal, $0.value) < ($1.stamp, $1.ordinal, $1.value) }?.value
    ?? .null
}

/// Several siblings may share a dot, where one change restored them all.
func dots(of siblings: [Sibling]) -> [Dot] { Set(siblings.map(\.dot)).sorted() }

/// One sibling's value is shown. In an open conflict a reader has seen only that value.
func decided(for shown: Value, among siblings: [Sibling], status: Resolution.Status) -> Resolution {
  let hidden = Set(siblings.filter { $0.value != shown }.map(\.dot))
  let seen = dots(of: siblings).filter { status != .open || !hidden.contains($0) }
  return Resolution(
    shown: shown, status: status, seen: seen, alternatives: alternatives(siblings, first: shown))
}

/// All siblings went into what is shown, and whoever read it has seen them all.
func joined(_ shown: Value, _ siblings: [Sibling]) -> Resolution {
  Resolution(
    shown: shown, status: .settled, seen: dots(of: siblings),
    alternatives: alternatives(siblings, first: shown))
}

/// Like ``joined(_:_:)``, for rules under which different values are no difference at all.
func quiet(_ shown: Value, _ siblings: [Sibling]) -> Resolution {
  Resolution(shown: shown, status: .agreed, seen: dots(of: siblings), alternatives: [])
}

/// The distinct values with their dots: the shown one first, then by value.
func alternatives(_ siblings: [Sibling], first shown: Value) -> [Resolution.Alternative] {
  Dictionary(grouping: siblings, by: \.value)
    .map { Resolution.Alternative(value: $0.key, dots: dots(of: $0.value)) }
    .sorted { ($0.value != shown ? 1 : 0, $0.value) < ($1.value != shown ? 1 : 0, $1.value) }
}
