import SyncCore

/// Orders in which changes may arrive: each replica's own stay in order, all else is free. A
/// replacement may come before what it replaces.
enum Arrival {
  static func shuffled(_ changes: [Change], _ random: inout SplitMix64) -> [Change] {
    var queues = byOrigin(changes).map { $0[...] }
    var order: [Change] = []
    while !queues.isEmpty {
      let index = Int.random(in: 0..<queues.count, using: &random)
      order.append(queues[index].removeFirst())
      if queues[index].isEmpty { queues.remove(at: index) }
    }
    return order
  }

  /// A part of the changes that somebody may hold: of each replica the first so many.
  static func part(of changes: [Change], _ random: inout SplitMix64) -> [Change] {
    byOrigin(changes).flatMap { $0.prefix(Int.random(in: 0...$0.count, using: &random)) }
  }

  static func every(_ changes: [Change]) -> [[Change]] {
    interleavings(byOrigin(changes).map { $0[...] })
  }

  static func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
      var rest = elements
      let element = rest.remove(at: index)
      return permutations(rest).map { [element] + $0 }
    }
  }

  private static func interleavings(_ queues: [ArraySlice<Change>]) -> [[Change]] {
    let waiting = queues.filter { !$0.isEmpty }
    guard !waiting.isEmpty else { return [[]] }
    return waiting.indices.flatMap { index in
      var rest = waiting
      let next = rest[index].removeFirst()
      return interleavings(rest).map { [next] + $0 }
    }
  }

  private static func byOrigin(_ changes: [Change]) -> [[Change]] {
    Dictionary(grouping: changes, by: \.dot.replica).sorted { $0.key < $1.key }
      .map { $0.value.sorted { $0.dot < $1.dot } }
  }
}
