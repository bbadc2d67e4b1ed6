import LivingLab
import SyncCore
import Testing

@Suite("Lifecycles of the domain")
struct LifecycleTests {
  /// What two replicas show that wrote without seeing each other.
  private func shown(_ kind: String, _ states: [String]) throws -> Resolution {
    let field = try #require(LivingLab.schema[kind]?.field(named: "state"))
    let siblings = states.enumerated().map { index, state in
      let replica = ReplicaID(rawValue: UniqueID(high: 0, low: UInt64(index)))
      let dot = Dot(replica: replica, lane: .records, sequence: 1)
      let stamp = Stamp(hlc: HLC(milliseconds: Int64(index)), dot: dot, authority: .lab)
      return Sibling(dot: dot, value: .text(state), stamp: stamp)
    }
    return try Resolver(history: NoHistory()).resolve(
      siblings, of: CellKey("state"), rule: field.rule)
  }

  @Test(
    "of an idea",
    arguments: [
      (["published", "submitted"], "published", Resolution.Status.settled),
      (["rejected", "screening"], "rejected", .settled),
      (["rejected", "co_design"], Lifecycle.contested, .open),
      (["rejected", "implemented"], Lifecycle.contested, .open),
      (["accepted", "rejected"], Lifecycle.contested, .open),
      (["merged:a", "merged:b"], Lifecycle.contested, .open),
      (["merged:a", "captured"], "captured", .settled),
      (["expired", "merged:a"], "merged:a", .settled),
      (["hidden", "accepted"], "hidden", .open),
      (["withdrawn", "hidden"], "hidden", .open),
      (["withdrawn", "retired"], "withdrawn", .open),
      (["retired", "implemented", "released", "pilot"], "retired", .settled),
    ])
  func idea(states: [String], shown: String, status: Resolution.Status) throws {
    let resolution = try self.shown("idea", states)
    #expect(resolution.shown == .text(shown))
    #expect(resolution.status == status)
  }

  @Test("of a session only goes forward")
  func session() throws {
    let states = ["planned", "open", "closed", "sealed"]
    for (index, state) in states.enumerated() {
      for later in states[(index + 1)...] {
        let resolution = try shown("session", [later, state])
        #expect(resolution.shown == .text(later))
        #expect(resolution.status == .settled)
      }
    }
  }

  @Test("of a case asks when it is resolved and reopened at once")
  func service() throws {
    #expect(try shown("case", ["resolved", "reopened"]).status == .open)
    #expect(try shown("case", ["reopened", "attended"]).shown == .text("reopened"))
    #expect(try shown("case", ["open", "resolved"]).shown == .text("resolved"))
  }
}

private struct NoHistory: CellHistory {
  func written(by dot: Dot, in cell: CellKey) throws -> CellWrite? { nil }
}
