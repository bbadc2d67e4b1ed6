/// Merges concurrent prose against what all its writers had seen (a three-way merge, for any number
/// of siblings; after diff3: Khanna, Kunal, Pierce, "A Formal Investigation of Diff3", 2007).
struct TextResolution<History: CellHistory> {
  let history: History
  let cell: CellKey

  /// `siblings` differ in value. Cost: the ancestry of the siblings in this cell, each dot read once,
  /// and walked once for each time that its texts had been merged before.
  func resolve(_ siblings: [Sibling]) throws -> Resolution {
    var read: [Dot: [Dot]] = [:]
    return try resolve(siblings, depth: 0, replacing: &read)
  }

  private func resolve(
    _ siblings: [Sibling], depth: Int, replacing read: inout [Dot: [Dot]]
  ) throws -> Resolution {
    let open = decided(for: greatest(of: siblings), among: siblings, status: .open)
    guard let text = try shownBase(of: siblings, depth: depth, replacing: &read) else {
      return open
    }
    let base = TextUnits.split(text)
    var hunks: [Hunk] = []
    for sibling in siblings {
      let units = TextUnits.split(sibling.value.text ?? "")
      for hunk in TextDifference.hunks(from: base, to: units) where !hunks.contains(hunk) {
        hunks.append(hunk)
      }
    }
    // Where an insertion meets a replacement that begins at the same place, it goes before.
    hunks.sort {
      ($0.base.lowerBound, $0.base.upperBound) < ($1.base.lowerBound, $1.base.upperBound)
    }
    guard areApart(hunks) else { return open }
    return joined(.text(apply(hunks, to: base)), siblings)
  }

  /// No two hunks touch the same unit or insert at the same place.
  private func areApart(_ hunks: [Hunk]) -> Bool {
    zip(hunks, hunks.dropFirst()).allSatisfy { earlier, later in
      earlier.base.upperBound <= later.base.lowerBound && earlier.base != later.base
    }
  }

  private func apply(_ hunks: [Hunk], to base: [ArraySlice<UInt8>]) -> String {
    var units: [ArraySlice<UInt8>] = []
    var position = 0
    for hunk in hunks {
      units += base[position..<hunk.base.lowerBound]
      units += hunk.replacement
      position = hunk.base.upperBound
    }
    units += base[position...]
    return TextUnits.join(units)
  }

  /// The text as shown from the dots that are in every sibling's causal past; empty if none, and
  /// where merges of merges go deeper than ``Limits/textAncestryDepth``. `nil` where that was an open
  /// conflict: then each sibling decides it, and what equals the value that was shown meanwhile is no less
  /// a decision.
  private func shownBase(
    of siblings: [Sibling], depth: Int, replacing read: inout [Dot: [Dot]]
  ) throws -> String? {
    guard depth < Limits.textAncestryDepth else { return "" }
    var common: Set<Dot>?
    for source in Set(siblings.map(\.source)) {
      let past = try ancestors(of: source, replacing: &read)
      common = common.map { $0.intersection(past) } ?? past
    }
    guard let common else { return "" }
    let replaced = Set(common.flatMap { read[$0] ?? [] })
    let live = try common.subtracting(replaced).sorted().flatMap { dot -> [LiveValue] in
      let values = try history.written(by: dot, in: cell)?.values ?? []
      return zip(UInt16.min...UInt16.max, values).map { LiveValue(dot: dot, ordinal: $0.0) }
    }
    let earlier = try Resolver(history: history).siblings(of: live, in: cell)
    if earlier.allSatisfy({ $0.value == earlier.first?.value }) {
      return earlier.first?.value.text ?? ""
    }
    let merged = try resolve(earlier, depth: depth + 1, replacing: &read)
    return merged.status == .open ? nil : merged.shown.text ?? ""
  }

  /// The dots of this cell that the write of `dot` had seen, directly or through others.
  private func ancestors(of dot: Dot, replacing read: inout [Dot: [Dot]]) throws -> Set<Dot> {
    var past: Set<Dot> = []
    var frontier = [dot]
    while let next = frontier.popLast() {
      let replaces = try read[next] ?? history.written(by: next, in: cell)?.replaces ?? []
      read[next] = replaces
      for replaced in replaces where past.insert(replaced).inserted {
        frontier.append(replaced)
      }
    }
    return past
  }
}
