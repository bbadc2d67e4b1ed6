/// Shows one state where a record was moved differently (the numbered rules of <doc:MergeRules>).
struct LifecycleResolution<History: CellHistory> {
  let history: History
  let cell: CellKey
  let lifecycle: Lifecycle

  /// `siblings` differ in value.
  func resolve(_ siblings: [Sibling]) throws -> Resolution {
    for state in lifecycle.prevailing {
      let prevails = siblings.contains { $0.value == .text(state) }
      if prevails { return decided(for: .text(state), among: siblings, status: .open) }
    }
    let remaining = setAsideOverruled(siblings)
    if try isContested(remaining) {
      return Resolution(
        shown: .text(Lifecycle.contested), status: .open, seen: [],
        alternatives: alternatives(siblings, first: .null))
    }
    let shown = remaining.max { left, right in
      (rank(left), left.stamp, left.ordinal, left.value)
        < (rank(right), right.stamp, right.ordinal, right.value)
    }
    return decided(for: shown?.value ?? .null, among: siblings, status: .settled)
  }

  /// A decision of lower authority beside one of higher authority is set aside.
  private func setAsideOverruled(_ siblings: [Sibling]) -> [Sibling] {
    func isDecision(_ sibling: Sibling) -> Bool {
      sibling.value.text.map(lifecycle.decisions.contains) ?? false
    }
    let highest = siblings.lazy.filter(isDecision).map(\.stamp.authority).max()
    guard let highest else { return siblings }
    return siblings.filter { !isDecision($0) || $0.stamp.authority == highest }
  }

  private func isContested(_ siblings: [Sibling]) throws -> Bool {
    for (index, left) in siblings.enumerated() {
      for right in siblings[(index + 1)...] where left.value != right.value {
        guard let one = left.value.text, let other = right.value.text else { continue }
        if lifecycle.isUndecided(one, other) { return true }
        if try isBackward(left) || isBackward(right) { return true }
      }
    }
    return false
  }

  /// A step to a rank below what it replaced. A side exit has no rank and is no step back.
  private func isBackward(_ sibling: Sibling) throws -> Bool {
    guard let state = sibling.value.text, lifecycle.isRanked(state) else { return false }
    guard let write = try history.written(by: sibling.source, in: cell) else { return false }
    for replaced in write.replaces {
      let earlier = try history.written(by: replaced, in: cell)?.values ?? []
      for value in earlier.compactMap(\.value.text) where lifecycle.rank(of: value) > rank(sibling)
      {
        return true
      }
    }
    return false
  }

  private func rank(_ sibling: Sibling) -> Int {
    sibling.value.text.map(lifecycle.rank) ?? Int.min
  }
}
