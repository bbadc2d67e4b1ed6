import SyncCore

/// Changes of one record, what had been seen before what had seen it; changes that know nothing of
/// each other in the order in which this store received them.
struct CausalOrder {
  private let entries: [(entry: ChangeLog.Entry, change: Change)]
  private let indexByDot: [Dot: Int]

  init(_ entries: [(entry: ChangeLog.Entry, change: Change)]) {
    self.entries = entries.sorted { $0.entry.position < $1.entry.position }
    indexByDot = Dictionary(
      self.entries.enumerated().map { ($0.element.change.dot, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// A walk to the roots first; a circle, which only unsound changes make, is cut where it closes.
  func sorted() -> [(entry: ChangeLog.Entry, change: Change)] {
    var isTaken = Array(repeating: false, count: entries.count)
    var isOpen = isTaken
    var order: [Int] = []
    for start in entries.indices where !isTaken[start] {
      var path = [start]
      while let index = path.last {
        isOpen[index] = true
        let before = seen(by: index).first { !isTaken[$0] && !isOpen[$0] }
        if let before {
          path.append(before)
        } else {
          path.removeLast()
          if !isTaken[index] { order.append(index) }
          isTaken[index] = true
        }
      }
    }
    return order.map { entries[$0] }
  }

  private func seen(by index: Int) -> [Int] {
    entries[index].change.operations.flatMap(\.replaces).compactMap { indexByDot[$0] }.sorted()
  }
}
