/// The changes that the organisation took back: of a lost laptop from some moment on, or single
/// ones. They stay in every log and chain, and count in no record. A function of records that merge
/// like any others, so every replica takes the same back.
public struct Voids: Hashable, Sendable {
  public private(set) var dots: Set<Dot> = []
  /// The last change of an origin that stands.
  public private(set) var lastStanding: [Origin: UInt64] = [:]

  public init() {}

  public mutating func void(_ dot: Dot) { dots.insert(dot) }

  /// What the origin wrote after `sequence` is void.
  public mutating func revoke(_ origin: Origin, after sequence: UInt64) {
    lastStanding[origin] = min(lastStanding[origin] ?? .max, sequence)
  }

  public var isEmpty: Bool { dots.isEmpty && lastStanding.isEmpty }

  public func contains(_ dot: Dot) -> Bool {
    if isEmpty { return false }
    if dots.contains(dot) { return true }
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    return lastStanding[origin].map { $0 < dot.sequence } ?? false
  }
}

extension Change {
  /// This change as it is merged beside void ones: it has seen whatever the void changes that it had
  /// seen replaced, so that taking one of those back opens no old value again.
  ///
  /// `replaced` gives what a change here replaced in a cell; `nil` for one that is not here.
  public func seeingThrough(
    _ voids: Voids, replaced: (Dot, CellKey) throws -> [Dot]?
  ) rethrows -> Change {
    var change = self
    for index in change.operations.indices {
      let cell = change.operations[index].cell
      var waiting = change.operations[index].replaces.filter { voids.contains($0) }
      guard !waiting.isEmpty else { continue }
      var known = Set(change.operations[index].replaces)
      while let dot = waiting.popLast() {
        for earlier in try replaced(dot, cell) ?? [] where known.insert(earlier).inserted {
          change.operations[index].replaces.append(earlier)
          if voids.contains(earlier) { waiting.append(earlier) }
        }
      }
    }
    return change
  }
}
