import SyncCore
import Testing

/// The examples stand under the headings of the article Merge rules.
@Suite("Merge rules")
struct RuleExamples {
  private let early = Value.text("early")
  private let late = Value.text("late")

  @Test("immutable: the first value, and a question")
  func immutable() throws {
    let both = try Concurrent(.immutable).and(late, at: 9).and(early, at: 5)
    #expect(try both.outcome() == Shown(early, .open))
    #expect(try both.resolution().alternatives.map(\.value) == [early, late])
  }

  @Test("latest: the last value by clock, settled")
  func latest() throws {
    let both = try Concurrent(.latest).and(late, at: 9).and(early, at: 5)
    #expect(try both.outcome() == Shown(late, .settled))
  }

  @Test("latest: equal clocks are decided by the replica")
  func ties() throws {
    let both = try Concurrent(.latest).and(.text("first replica")).and(.text("second replica"))
    #expect(try both.outcome() == Shown("second replica", .settled))
  }

  @Test("latest: what the writer had seen is replaced, whatever its clock says")
  func olderClock() throws {
    let cell = CellKey("value")
    var person = Replica(1)
    try person.write(.integer(1), to: cell, .latest, at: 2_000_000)
    var laptop = Replica(2)
    laptop.receive(person.log)
    try laptop.write(.integer(-1), to: cell, .latest, at: 5)
    person.receive(laptop.log)
    for replica in [person, laptop] {
      let resolution = try replica.resolution(of: cell, .latest)
      #expect(resolution.shown == .integer(-1))
      #expect(resolution.status == .agreed)
    }
  }

  @Test("register: the last value by clock, and a question")
  func register() throws {
    let both = try Concurrent(.register).and(late, at: 9).and(early, at: 5)
    #expect(try both.outcome() == Shown(late, .open))
    #expect(try both.resolution().alternatives.map(\.value) == [late, early])
  }

  @Test("register: a form that was shown one value does not answer for the other")
  func registerSeen() throws {
    let both = try Concurrent(.register).and(late, at: 9).and(early, at: 5)
    var replica = both.everybody
    let shown = both.written[0].dot
    #expect(try replica.resolution(of: both.cell, .register).seen == [shown])
    let edit = try replica.write(.text("later"), to: both.cell, .register, at: 10)
    #expect(edit.operations[0].replaces == [shown])
    let after = try replica.resolution(of: both.cell, .register)
    #expect(after.status == .open)
    #expect(after.alternatives.map(\.value) == [.text("later"), early])
  }

  @Test("equal values are one value, and every dot of it is seen", arguments: RuleCase.all)
  func equalValues(subject: RuleCase) throws {
    let value = subject.values[0]
    let both = try Concurrent(subject.rule).and(value).and(value)
    let resolution = try both.resolution()
    #expect(resolution.status == .agreed)
    #expect(resolution.alternatives.isEmpty)
    if subject.rule == .sum {
      #expect(resolution.shown == .integer(2))
    } else {
      #expect(resolution.shown == value)
      #expect(resolution.seen == both.written.map(\.dot).sorted())
    }
  }

  @Test("nothing written is nothing shown", arguments: RuleCase.all)
  func absent(subject: RuleCase) throws {
    let resolution = try Replica(1).resolution(of: subject.cell, subject.rule)
    #expect(resolution.shown == .null)
    #expect(resolution.status == .agreed)
  }

  @Test("authority: the organisation overrules, and the overruled is listed")
  func authority() throws {
    let both = try Concurrent(.authority).and(late, at: 9)
      .and(early, at: 5, authority: .online)
    #expect(try both.outcome() == Shown(early, .settled))
    #expect(try both.resolution().alternatives.map(\.value) == [early, late])
    #expect(try both.resolution().seen == both.written.map(\.dot).sorted())
  }

  @Test(
    "authority: equals with different values are a question", arguments: [Authority.lab, .online])
  func equalAuthority(authority: Authority) throws {
    let both = try Concurrent(.authority).and(late, at: 9, authority: authority)
      .and(early, at: 5, authority: authority)
    #expect(try both.outcome() == Shown(late, .open))
  }

  @Test("authority: a writer who had seen the decision replaces it")
  func authorityCausal() throws {
    let one = try Concurrent(.authority).after(early, authority: .online).after(late)
    #expect(try one.outcome() == Shown(late, .agreed))
  }

  @Test("addWins: an add that the remove had not seen stays")
  func addWins() throws {
    let both = try Concurrent(.addWins).after(.boolean(true)).and(.boolean(false))
      .and(.boolean(true))
    #expect(try both.outcome() == Shown(.boolean(true), .settled))
    let removed = try Concurrent(.addWins).after(.boolean(true)).after(.boolean(false))
    #expect(try removed.outcome() == Shown(.boolean(false), .agreed))
  }

  @Test("removeWins: a remove that the add had not seen stays")
  func removeWins() throws {
    let both = try Concurrent(.removeWins).after(.boolean(true)).and(.boolean(false))
      .and(.boolean(true))
    #expect(try both.outcome() == Shown(.boolean(false), .settled))
    let added = try Concurrent(.removeWins).after(.boolean(false)).after(.boolean(true))
    #expect(try added.outcome() == Shown(.boolean(true), .agreed))
  }

  @Test("strictest: a withdrawal beats every grant that had not seen it, whatever the clocks say")
  func strictest() throws {
    let consent = Concurrent(.strictest(.order(["withdrawn", "granted"])))
    let both = try consent.and(.text("granted"), at: 9).and(.text("withdrawn"), at: 5)
      .and(.text("granted"), at: 11)
    #expect(try both.outcome() == Shown("withdrawn", .settled))
    let knowing = try consent.after(.text("withdrawn")).after(.text("granted"))
    #expect(try knowing.outcome() == Shown("granted", .agreed))
  }

  @Test("strictest: what is not known is stricter than what is, and absence than all")
  func strictestUnknown() throws {
    let visibility = Concurrent(.strictest(.order(["lab", "cohort", "public"])))
    let unknown = try visibility.and(.text("lab")).and(.text("board"))
    #expect(try unknown.outcome() == Shown("board", .settled))
    #expect(try unknown.and(.null).outcome() == Shown(.null, .settled))
  }

  @Test("strictest: flags and percentages")
  func strictestOthers() throws {
    let hidden = Concurrent(.strictest(.booleans(strictest: true)))
    #expect(
      try hidden.and(.boolean(false), at: 9).and(.boolean(true)).outcome()
        == Shown(.boolean(true), .settled))
    let percent = Concurrent(.strictest(.smallerInteger))
    #expect(
      try percent.after(.integer(10)).and(.integer(0)).and(.integer(50), at: 9).outcome()
        == Shown(.integer(0), .settled))
  }

  @Test("furthest: progress is not taken back by who had not seen it")
  func furthest() throws {
    let status = Concurrent(.furthest(["estimated", "confirmed"]))
    let both = try status.and(.text("confirmed")).and(.text("estimated"), at: 9)
    #expect(try both.outcome() == Shown("confirmed", .settled))
    #expect(
      try status.and(.text("estimated")).and(.text("unheard of"), at: 9).outcome()
        == Shown("estimated", .settled))
  }

  @Test("earliest and greatest: least and greatest value, no conflict")
  func extremes() throws {
    let early = try Concurrent(.earliest).and(.integer(7)).and(.integer(3)).and(.null)
    #expect(try early.outcome() == Shown(.integer(3), .agreed))
    #expect(try early.resolution().seen == early.written.map(\.dot).sorted())
    let late = try Concurrent(.greatest).and(.integer(7)).and(.integer(3)).and(.null)
    #expect(try late.outcome() == Shown(.integer(7), .agreed))
    #expect(try late.resolution().alternatives.isEmpty)
  }

  @Test("sum: increments add up, each once")
  func sum() throws {
    let votes = try Concurrent(.sum).after(.integer(2)).after(.integer(3)).and(.integer(-1))
      .and(.integer(5))
    #expect(try votes.outcome() == Shown(.integer(9), .agreed))
    #expect(try votes.resolution().seen == [])
  }

  @Test("texts are compared by their bytes: two spellings of one letter are two values")
  func spellings() throws {
    let composed = "cançó"
    let decomposed = "canc\u{327}o\u{301}"
    #expect(composed == decomposed)
    let both = try Concurrent(.register).and(.text(composed)).and(.text(decomposed))
    #expect(try both.resolution().status == .open)
    #expect(try both.resolution().alternatives.count == 2)
    #expect(CellKey("tags", element: composed) != CellKey("tags", element: decomposed))
    #expect(
      Set([CellKey("tags", element: composed), CellKey("tags", element: decomposed)]).count == 2)
    #expect(JSONValue.canonicalSet([composed, decomposed, composed]).contains(decomposed))
  }
}
