import SyncCore
import Testing

/// Changes that no sound writer makes: a peer's mistake must not set two replicas apart.
@Suite("Unsound changes")
struct ForeignChangeLaws {
  private let cells = [CellKey("title"), CellKey("tags", element: "eco"), .deletion]

  @Test("leave the same state in every order of arrival")
  func anyReplacement() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let changes = changes(&random)
      let state = Replica(receiving: changes).state
      for _ in 0..<4 {
        let order = Arrival.shuffled(changes, &random)
        try #require(Replica(receiving: order).state == state, "seed \(seed)")
      }
    }
  }

  @Test("with more values than there are ordinals lose those, and trap nowhere")
  func manyValues() throws {
    let values = (0...UInt16.max).map { WrittenValue(.integer(Int64($0))) }
    let cell = CellKey("title")
    var replica = Replica(1)
    let operation = FieldOperation(
      cell: cell, values: values + [WrittenValue(.null)], replaces: [])
    replica.make([operation], hlc: HLC(milliseconds: 1))
    #expect(replica.live(in: cell).count == values.count)
    #expect(try replica.resolution(of: cell, .latest).shown == .integer(Int64(UInt16.max)))
  }

  /// To look each dot up among all the others would take hours.
  @Test("that replace more than was ever written merge at once")
  func manyReplacements() {
    let dots = (1...200_000 as ClosedRange<UInt64>).map { sequence in
      Dot(replica: Replica(2).id, lane: .records, sequence: sequence)
    }
    var replica = Replica(1)
    replica.make(
      [FieldOperation(cell: CellKey("title"), value: .null, replaces: dots.reversed() + dots)],
      hlc: HLC(milliseconds: 1))
    #expect(replica.state[CellKey("title")]?.cancelled == dots)
  }

  @Test("that claim to restore one value, and write different ones, show the same in every order")
  func restoringOne() throws {
    let source = Dot(replica: Replica(3).id, lane: .records, sequence: 1)
    let stamp = Stamp(hlc: HLC(milliseconds: 1), dot: source, authority: .lab)
    // Neither value is a state of the lifecycle, and nothing tells one from the other but itself.
    let siblings = zip([1, 2] as [UInt64], [Value.text("yes"), .text("no")]).map { number, value in
      Sibling(
        dot: Dot(replica: Replica(number).id, lane: .records, sequence: 1), value: value,
        stamp: stamp, source: source)
    }
    let resolver = Resolver(history: Replica(4))
    for rule in [MergeRule.state(.sample), .text, .register, .authority] {
      let shown = try resolver.resolve(siblings, of: CellKey("state"), rule: rule)
      let reversed = try resolver.resolve(siblings.reversed(), of: CellKey("state"), rule: rule)
      #expect(shown == reversed)
    }
  }

  /// Operations that replace any dot whatever: of another cell, their own, one that never comes;
  /// several operations on one cell; operations without values.
  private func changes(_ random: inout SplitMix64) -> [Change] {
    var replicas = (1...3).map { Replica(UInt64($0)) }
    let dots = replicas.flatMap { replica in
      (1...4).map { Dot(replica: replica.id, lane: .records, sequence: $0) }
    }
    for _ in 0..<8 {
      let here = Int.random(in: 0..<3, using: &random)
      let operations = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        FieldOperation(
          cell: random.pick(cells),
          values: (0..<Int.random(in: 0...2, using: &random)).map { _ in
            WrittenValue(.boolean(random.happens(50)))
          },
          replaces: (0..<Int.random(in: 0...2, using: &random)).map { _ in random.pick(dots) })
      }
      replicas[here].make(operations, hlc: HLC(milliseconds: 1))
    }
    return replicas.flatMap(\.log)
  }
}
