import SyncCore
import Testing

@Suite("Lifecycles")
struct LifecycleExamples {
  private let idea = Concurrent(.state(.sample))
  private let contested = Shown(Lifecycle.contested, .open)

  private func states(_ states: String..., after: String? = "captured") throws -> Shown {
    var concurrent = idea
    if let after { concurrent = try concurrent.after(.text(after)) }
    for state in states { concurrent = try concurrent.and(.text(state)) }
    return try concurrent.outcome()
  }

  @Test("rule 1: hidden before withdrawn before everything, and the lab is told")
  func prevailing() throws {
    #expect(try states("hidden", "withdrawn", "released") == Shown("hidden", .open))
    #expect(try states("accepted", "withdrawn") == Shown("withdrawn", .open))
    #expect(try states("rejected", "accepted", "hidden") == Shown("hidden", .open))
  }

  @Test("rule 2: the decision of higher authority stands")
  func decisions() throws {
    let both = try idea.after(.text("published")).and(.text("accepted"), at: 9)
      .and(.text("rejected"), at: 5, authority: .online)
    #expect(try both.outcome() == Shown("rejected", .settled))
    #expect(try both.resolution().alternatives.count == 2)
    // A state that is no decision is not set aside.
    #expect(try both.and(.text("co_design")).outcome() == contested)
  }

  @Test("rule 3: nobody is overruled silently")
  func undecided() throws {
    #expect(try states("accepted", "rejected") == contested)
    #expect(try states("rejected", "co_design") == contested)
    #expect(try states("rejected", "released") == contested)
    #expect(try states("rejected", "published") == Shown("rejected", .settled))
    #expect(try states("merged:1", "merged:2") == contested)
    #expect(try states("accepted", "merged:1", "merged:2") == contested)
    #expect(try states("merged:1", "merged:1") == Shown("merged:1", .agreed))
  }

  @Test("rule 3: a backward step beside another value is contested")
  func backward() throws {
    #expect(try states("captured", "released", after: "published") == contested)
    #expect(try states("co_design", "released", after: "published") == Shown("released", .settled))
    #expect(try states("captured", after: "published") == Shown("captured", .agreed))
  }

  @Test("rule 3: a contested value says which values there are and is seen by nobody")
  func contestedSeen() throws {
    let both = try idea.and(.text("accepted")).and(.text("rejected"))
    let resolution = try both.resolution()
    #expect(resolution.seen == [])
    #expect(resolution.alternatives.map(\.value) == [.text("accepted"), .text("rejected")])
  }

  @Test("rule 4: else the furthest, settled")
  func furthest() throws {
    #expect(try states("published", "co_design") == Shown("co_design", .settled))
    #expect(try states("captured", "unheard of", after: nil) == Shown("captured", .settled))
  }

  @Test("rule 4: side exits yield to every state in the order of progress")
  func yielding() throws {
    #expect(try states("merged:1", "captured", after: nil) == Shown("captured", .settled))
    #expect(try states("merged:1", "expired", after: nil) == Shown("merged:1", .settled))
    #expect(try states("merged:1", "co_design", after: "published") == Shown("co_design", .settled))
    #expect(try states("expired", "released", after: "published") == Shown("released", .settled))
  }

  @Test("a case that was reopened is contested beside another resolution")
  func reopened() throws {
    let service = try Concurrent(.state(.sampleCase)).after(.text("resolved"))
    #expect(try service.and(.text("reopened")).and(.text("resolved")).outcome() == contested)
    let older = try Concurrent(.state(.sampleCase)).after(.text("open"))
      .and(.text("attended"), at: 9).and(.text("reopened"))
    #expect(try older.outcome() == Shown("reopened", .settled))
  }

  @Test("a resolution answers, its undo asks again")
  func resolved() throws {
    let both = try idea.after(.text("published")).and(.text("accepted")).and(.text("captured"))
    var replica = both.everybody
    #expect(try replica.resolution(of: both.cell, both.rule).status == .open)
    let decision = replica.resolve(both.cell, with: .text("accepted"), at: 9)
    #expect(try replica.resolution(of: both.cell, both.rule).shown == .text("accepted"))
    replica.undo(decision, in: both.cell, at: 10)
    // The restored step back is still one, although what it replaced lies two changes behind.
    #expect(
      try replica.resolution(of: both.cell, both.rule).shown == .text(Lifecycle.contested))
  }
}
