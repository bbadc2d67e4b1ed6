import SyncCore
import Testing

/// Generated histories under every rule: two to four replicas, fourteen steps each.
@Suite("Merging")
struct MergeLaws {
  static let seeds: Range<UInt64> = 0..<120

  @Test("meets in these histories everything that can happen", arguments: RuleCase.all)
  func coverage(subject: RuleCase) throws {
    var met: [String: Int] = [:]
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var random = SplitMix64(seed: ~seed)
      let replica = Replica(receiving: Arrival.part(of: changes, &random))
      let all = Replica(receiving: changes)
      let siblings = try all.siblings(in: subject.cell)
      met["two siblings", default: 0] += Set(siblings.map(\.value)).count == 2 ? 1 : 0
      met["more siblings", default: 0] += siblings.count > 2 ? 1 : 0
      met["restored", default: 0] += siblings.contains { $0.source != $0.dot } ? 1 : 0
      let waits = replica.state.keys.contains { replica.state[$0]?.cancelled.isEmpty == false }
      met["replaced before it came", default: 0] += waits ? 1 : 0
      switch try all.deletion() {
      case .present: met["present", default: 0] += 1
      case .deleted: met["deleted", default: 0] += 1
      case .broughtBack: met["brought back", default: 0] += 1
      }
    }
    #expect(met.count == 7)
    for (what, count) in met { #expect(count > 1, "\(what)") }
  }

  @Test("is commutative: any order of arrival gives the same", arguments: RuleCase.all)
  func commutative(subject: RuleCase) throws {
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var random = SplitMix64(seed: ~seed)
      let held = seed % 3 == 0 ? Arrival.part(of: changes, &random) : changes
      let one = try Outcome(receiving: Arrival.shuffled(held, &random), subject)
      let other = try Outcome(receiving: Arrival.shuffled(held, &random), subject)
      try #require(one == other, "seed \(seed)")
    }
  }

  @Test("is associative: it is the same who passed on what to whom", arguments: RuleCase.all)
  func associative(subject: RuleCase) throws {
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var random = SplitMix64(seed: ~seed)
      var parts = [Replica(11), Replica(12), Replica(13)]
      for index in parts.indices { parts[index].receive(Arrival.part(of: changes, &random)) }
      let (a, b, c) = (parts[0].log, parts[1].log, parts[2].log)
      let leftFirst = Replica(receiving: Replica(receiving: a + b).log + c)
      let rightFirst = Replica(receiving: a + Replica(receiving: b + c).log)
      try #require(
        try Outcome(of: leftFirst, subject) == Outcome(of: rightFirst, subject), "seed \(seed)")
    }
  }

  @Test("is idempotent: what arrives again changes nothing", arguments: RuleCase.all)
  func idempotent(subject: RuleCase) throws {
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var random = SplitMix64(seed: ~seed)
      let order = Arrival.shuffled(changes, &random)
      var replica = Replica(receiving: order)
      let once = try Outcome(of: replica, subject)
      replica.receive(Arrival.shuffled(order, &random))
      let twice = try Outcome(of: replica, subject)
      try #require(once == twice, "seed \(seed)")
    }
  }

  @Test("keeps exactly the values that nobody had seen and replaced", arguments: RuleCase.all)
  func causal(subject: RuleCase) throws {
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var random = SplitMix64(seed: ~seed)
      let held = seed % 2 == 0 ? Arrival.part(of: changes, &random) : changes
      let replica = Replica(receiving: Arrival.shuffled(held, &random))
      let specification = Specification(held)
      try #require(Set(replica.state.keys) == specification.cells, "seed \(seed)")
      for cell in replica.state.keys {
        let merged = try #require(replica.state[cell])
        try #require(merged.live == specification.live(in: cell), "seed \(seed), \(cell)")
        try #require(merged.cancelled == specification.cancelled(in: cell), "seed \(seed), \(cell)")
      }
      try #require(replica.state.revision == specification.revision, "seed \(seed)")
      let isDeleted = try replica.deletion() == .deleted
      try #require(isDeleted == specification.isDeleted, "seed \(seed)")
    }
  }

  @Test("shows a function of the set of siblings, not of their order", arguments: RuleCase.all)
  func unordered(subject: RuleCase) throws {
    for seed in Self.seeds {
      let replica = Replica(receiving: try HistoryGenerator.history(subject, seed: seed))
      var siblings = try replica.siblings(in: subject.cell)
      var random = SplitMix64(seed: ~seed)
      let resolver = Resolver(history: replica)
      let one = try resolver.resolve(siblings, of: subject.cell, rule: subject.rule)
      siblings.shuffle(using: &random)
      let other = try resolver.resolve(siblings, of: subject.cell, rule: subject.rule)
      try #require(one == other, "seed \(seed)")
    }
  }

  @Test("reopens by undo exactly what a resolution closed", arguments: RuleCase.all)
  func undo(subject: RuleCase) throws {
    for seed in Self.seeds {
      let changes = try HistoryGenerator.history(subject, seed: seed)
      var replica = Replica(receiving: changes)
      let before = try replica.resolution(of: subject.cell, subject.rule)
      guard !replica.live(in: subject.cell).isEmpty else { continue }
      let resolution = replica.resolve(subject.cell, with: subject.values[0], at: 9)
      replica.undo(resolution, in: subject.cell, at: 10)
      let after = try replica.resolution(of: subject.cell, subject.rule)
      try #require(after.shown == before.shown, "seed \(seed)")
      try #require(after.status == before.status, "seed \(seed)")
      let values = after.alternatives.map(\.value)
      try #require(values == before.alternatives.map(\.value), "seed \(seed)")
    }
  }
}
