import SyncCore
import Testing

/// Every way in which up to four people may grant and withdraw: whatever each had seen, whatever their
/// clocks say, and in whichever order it arrives.
@Suite("A consent")
struct ConsentLaws {
  private static let cell = CellKey("state")
  private static let rule = MergeRule.strictest(.order(["withdrawn", "granted"]))
  private static let (granted, withdrawn) = (Value.text("granted"), Value.text("withdrawn"))

  /// Of each write the ones that its writer had seen, as bits; whoever saw a write saw what that one
  /// had seen.
  private func pasts(_ count: Int) -> [[Int]] {
    var all: [[Int]] = [[]]
    for next in 0..<count {
      all = all.flatMap { past in
        (0..<(1 << next)).compactMap { seen in
          let isClosed = (0..<next).allSatisfy { seen & 1 << $0 == 0 || past[$0] & ~seen == 0 }
          return isClosed ? past + [seen] : nil
        }
      }
    }
    return all
  }

  private func write(_ past: [Int], _ grants: Int, _ clocks: [Int]) throws -> [Change] {
    var changes: [Change] = []
    for (index, seen) in past.enumerated() {
      var replica = Replica(UInt64(index + 1))
      replica.receive(changes.indices.filter { seen & 1 << $0 != 0 }.map { changes[$0] })
      let value = grants & 1 << index != 0 ? Self.granted : Self.withdrawn
      changes.append(
        try replica.write(value, to: Self.cell, Self.rule, at: Int64(clocks[index])))
    }
    return changes
  }

  /// Granted only if every withdrawal was seen by somebody who wrote later, and the last to write, on
  /// whichever side, all granted.
  private func expected(_ past: [Int], _ grants: Int) -> Value {
    let seen = past.reduce(0, |)
    let last = past.indices.filter { seen & 1 << $0 == 0 }
    return last.allSatisfy { grants & 1 << $0 != 0 } ? Self.granted : Self.withdrawn
  }

  @Test("that was withdrawn stays so until somebody who has seen it grants", arguments: 1...4)
  func withdrawalWins(count: Int) throws {
    let every = Arrival.permutations(Array(0..<count))
    let orders = count < 4 ? every : [Array(0..<count), Array((0..<count).reversed())]
    var histories = 0
    for past in pasts(count) {
      for grants in 0..<(1 << count) {
        let expected = expected(past, grants)
        for clocks in every {
          let changes = try write(past, grants, clocks)
          for order in orders {
            let shown = try Replica(receiving: order.map { changes[$0] })
              .resolution(of: Self.cell, Self.rule).shown
            try #require(shown == expected, "\(past) \(grants) \(clocks) \(order)")
          }
          histories += 1
        }
      }
    }
    #expect(histories == [2, 16, 336, 15_360][count - 1])
  }
}
