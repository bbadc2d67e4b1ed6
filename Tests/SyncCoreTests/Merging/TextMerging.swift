import SyncCore
import Testing

@Suite("Prose")
struct TextMerging {
  private func merge(_ base: String?, _ siblings: String...) throws -> Shown {
    var concurrent = Concurrent(.text)
    if let base { concurrent = try concurrent.after(.text(base)) }
    for (index, sibling) in siblings.enumerated() {
      concurrent = try concurrent.and(.text(sibling), at: Int64(10 - index))
    }
    return try concurrent.outcome()
  }

  private let base = "Un banc. Una font. Un arbre."

  @Test("merges edits of different sentences")
  func differentSentences() throws {
    #expect(
      try merge(base, "Un banc nou. Una font. Un arbre.", "Un banc. Una font. Tres arbres.")
        == Shown("Un banc nou. Una font. Tres arbres.", .settled))
    #expect(
      try merge(
        base, "Cap banc. Una font. Un arbre.", "Un banc. Cap font. Un arbre.",
        "Un banc. Una font. Cap arbre.") == Shown("Cap banc. Cap font. Cap arbre.", .settled))
  }

  @Test("keeps both edits of one sentence, shows the later and asks")
  func sameSentence() throws {
    let both = try Concurrent(.text).after(.text(base))
      .and(.text("Un banc vell. Una font. Un arbre."), at: 5)
      .and(.text("Un banc nou. Una font. Un arbre."), at: 9)
    #expect(try both.outcome() == Shown("Un banc nou. Una font. Un arbre.", .open))
    let resolution = try both.resolution()
    #expect(resolution.alternatives.count == 2)
    #expect(resolution.seen == [both.written[1].dot])
  }

  @Test("asks when two of three siblings touch one sentence")
  func threeSiblings() throws {
    let shown = try merge(
      base, "Un banc nou. Una font. Un arbre.", "Un banc vell. Una font. Un arbre.",
      "Un banc. Una font. Tres arbres.")
    #expect(shown == Shown("Un banc nou. Una font. Un arbre.", .open))
  }

  @Test("applies an edit that several made alike once")
  func identicalHunks() throws {
    #expect(
      try merge(base, "Un banc nou. Una font. Un arbre.", "Un banc nou. Una font. Tres arbres.")
        == Shown("Un banc nou. Una font. Tres arbres.", .settled))
    #expect(
      try merge(base, base + " Ombra.", "Cap banc. Una font. Un arbre. Ombra.")
        == Shown("Cap banc. Una font. Un arbre. Ombra.", .settled))
  }

  @Test("takes insertions at different places, and asks about two at one place")
  func insertions() throws {
    #expect(
      try merge(base, "Sol. " + base, base + " Ombra.")
        == Shown("Sol. " + base + " Ombra.", .settled))
    #expect(try merge(base, base + " Ombra.", base + " Llum.") == Shown(base + " Ombra.", .open))
  }

  @Test("puts an insertion before a replacement that begins where it stands")
  func insertionBesideReplacement() throws {
    #expect(
      try merge("a\nb\nc", "a\nnew\nb\nc", "a\nB\nc") == Shown("a\nnew\nB\nc", .settled))
  }

  @Test("takes a removal beside an edit elsewhere, and asks about one of the same sentence")
  func removals() throws {
    #expect(
      try merge(base, "Un banc. Un arbre.", "Un banc. Una font. Tres arbres.")
        == Shown("Un banc. Tres arbres.", .settled))
    #expect(
      try merge(base, "Un banc. Un arbre.", "Un banc. Dues fonts. Un arbre.").status == .open)
  }

  @Test("without a common past has an empty base: different texts ask")
  func emptyBase() throws {
    #expect(try merge(nil, "Un banc.", "Una font.") == Shown("Un banc.", .open))
    #expect(try merge(nil, "", "Una font.") == Shown("Una font.", .settled))
    let absent = try Concurrent(.text).and(.null).and(.text("Una font."))
    #expect(try absent.outcome() == Shown("Una font.", .settled))
  }

  @Test("takes as its base what all writers had seen, however often one of them wrote")
  func differingBases() throws {
    let cell = CellKey("body")
    var one = Replica(1)
    try one.write(.text(base), to: cell, .text, at: 1)
    var other = Replica(2)
    other.receive(one.log)
    try one.write(.text("Un banc nou. Una font. Un arbre."), to: cell, .text, at: 2)
    try one.write(.text("Un banc nou. Dues fonts. Un arbre."), to: cell, .text, at: 3)
    try other.write(.text("Un banc. Una font. Tres arbres."), to: cell, .text, at: 4)
    exchange(&one, &other)
    let resolution = try one.resolution(of: cell, .text)
    #expect(resolution.shown == .text("Un banc nou. Dues fonts. Tres arbres."))
    #expect(resolution.status == .settled)
  }

  @Test("merges lines as well as sentences, and keeps every byte of white space")
  func lines() throws {
    #expect(
      try merge(
        "- u\n- dos\n\n  tres\t\n", "- un\n- dos\n\n  tres\t\n", "- u\n- dos\n\n  tres!\t\n")
        == Shown("- un\n- dos\n\n  tres!\t\n", .settled))
    #expect(
      try merge("a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n")
        == Shown("A\r\nb\r\nC\r\n", .settled))
  }

  @Test("never cuts a letter: Catalan and Spanish, composed and decomposed")
  func letters() throws {
    #expect(
      try merge(
        "L’àvia té raó. ¿Qué pasó? ¡Niños!", "L’àvia té raó. ¿Qué pasó ayer? ¡Niños!",
        "L’àvia té moltíssima raó. ¿Qué pasó? ¡Niños!")
        == Shown("L’àvia té moltíssima raó. ¿Qué pasó ayer? ¡Niños!", .settled))
    // One writer's editor changed the spelling of the first sentence, and nothing else is one.
    #expect(
      try merge("Cançó. Fi.", "Canc\u{327}o\u{301}. Fi.", "Cançó. Final.")
        == Shown("Canc\u{327}o\u{301}. Final.", .settled))
    #expect(try merge("Cançó. Fi.", "Canc\u{327}o\u{301}. Fi.", "Cançons. Fi.").status == .open)
  }

  @Test("that is too large to compare is one edit")
  func huge() throws {
    let sentences = (0..<2_100).map { "s\($0)." }
    let base = sentences.joined(separator: " ")
    func edited(_ places: [Int: String]) -> String {
      sentences.enumerated().map { places[$0.offset] ?? $0.element }.joined(separator: " ")
    }
    #expect(try merge(base, edited([0: "A."]), edited([2_099: "B."])).status == .settled)
    // First and last sentence changed: what differs spans the whole text.
    let wide = try merge(base, edited([0: "A.", 2_099: "Z."]), edited([1_000: "M."]))
    #expect(wide == Shown(edited([0: "A.", 2_099: "Z."]), .open))
  }

  @Test("that was already merged is the base of the next merge")
  func nested() throws {
    let cell = CellKey("body")
    var one = Replica(1)
    var other = Replica(2)
    try one.write(.text(base), to: cell, .text, at: 1)
    other.receive(one.log)
    try one.write(.text("Un banc nou. Una font. Un arbre."), to: cell, .text, at: 2)
    try other.write(.text("Un banc. Una font. Tres arbres."), to: cell, .text, at: 3)
    exchange(&one, &other)
    // Both have seen both; each goes on from the merged text.
    try one.write(.text("Un banc nou. Dues fonts. Tres arbres."), to: cell, .text, at: 4)
    try other.write(.text("Un banc nou. Una font. Quatre arbres."), to: cell, .text, at: 5)
    exchange(&one, &other)
    for replica in [one, other] {
      let resolution = try replica.resolution(of: cell, .text)
      #expect(resolution.shown == .text("Un banc nou. Dues fonts. Quatre arbres."))
      #expect(resolution.status == .settled)
    }
  }

  @Test("that crosses for hundreds of rounds still merges")
  func crissCross() throws {
    let replica = crossing(rounds: Limits.textAncestryDepth)
    let resolution = try replica.resolution(of: CellKey("body"), .text)
    #expect(resolution.shown == .text("a256. m. b256."))
    #expect(resolution.status == .settled)
  }

  @Test("that crosses for longer than anybody looks back asks")
  func crissCrossLimit() throws {
    let replica = crossing(rounds: Limits.textAncestryDepth + 2)
    #expect(try replica.resolution(of: CellKey("body"), .text).status == .open)
  }

  /// Two replicas that edit at once, each its sentence, and hear of each other after every edit.
  private func crossing(rounds: Int) -> Replica {
    let cell = CellKey("body")
    var one = Replica(1)
    var other = Replica(2)
    let base = FieldOperation(cell: cell, value: .text("a0. m. b0."), replaces: [])
    one.make([base], hlc: HLC(milliseconds: 0))
    other.receive(one.log)
    for round in 1...rounds {
      let clock = HLC(milliseconds: Int64(round))
      let seen = one.live(in: cell).map(\.dot)
      let (a, b) = ("a\(round). m. b\(round - 1).", "a\(round - 1). m. b\(round).")
      one.make([FieldOperation(cell: cell, value: .text(a), replaces: seen)], hlc: clock)
      other.make([FieldOperation(cell: cell, value: .text(b), replaces: seen)], hlc: clock)
      exchange(&one, &other)
    }
    return one
  }

  @Test("that an undo restored is merged as before it was resolved")
  func undone() throws {
    let both = try Concurrent(.text).after(.text(base))
      .and(.text("Un banc nou. Una font. Un arbre."))
      .and(.text("Un banc. Una font. Tres arbres."))
    var replica = both.everybody
    let before = try replica.resolution(of: both.cell, .text)
    let choice = replica.resolve(both.cell, with: .text("Res."), at: 20)
    #expect(try replica.resolution(of: both.cell, .text).shown == .text("Res."))
    replica.undo(choice, in: both.cell, at: 21)
    let after = try replica.resolution(of: both.cell, .text)
    #expect(after.shown == before.shown)
    #expect(after.alternatives.map(\.value) == before.alternatives.map(\.value))
  }

  /// Two people settle one conflict apart: for these texts.
  private func decideApart(_ one: String, _ other: String) throws -> Resolution {
    let cell = CellKey("body")
    var first = Replica(1)
    var second = Replica(2)
    try first.write(.text("The tools."), to: cell, .text, at: 1)
    second.receive(first.log)
    try first.write(.text("A workshop."), to: cell, .text, at: 9)
    try second.write(.text("A cupboard."), to: cell, .text, at: 3)
    exchange(&first, &second)
    let before = try first.resolution(of: cell, .text)
    #expect(before.shown == .text("A workshop.") && before.status == .open)
    first.resolve(cell, with: .text(one), at: 20)
    second.resolve(cell, with: .text(other), at: 21)
    exchange(&first, &second)
    let after = try first.resolution(of: cell, .text)
    #expect(try second.resolution(of: cell, .text) == after)
    return after
  }

  @Test(
    "that two people decided apart asks again, also where one chose what was shown meanwhile",
    arguments: [
      ("A workshop.", "A cupboard."), ("A cupboard.", "A workshop."), ("Both.", "A workshop."),
      ("A workshop.", "Neither. A list."),
    ])
  func decidedApart(_ one: String, _ other: String) throws {
    let resolution = try decideApart(one, other)
    #expect(resolution.status == .open)
    #expect(resolution.shown == .text(other))
    #expect(Set(resolution.alternatives.map(\.value)) == [.text(one), .text(other)])
  }

  @Test("that two people decided alike is decided")
  func decidedAlike() throws {
    let resolution = try decideApart("A cupboard.", "A cupboard.")
    #expect(resolution.status == .agreed && resolution.shown == .text("A cupboard."))
  }

  private func exchange(_ one: inout Replica, _ other: inout Replica) {
    let log = one.log
    one.receive(other.log)
    other.receive(log)
  }
}
