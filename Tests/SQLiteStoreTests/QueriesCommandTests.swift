import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite struct QueriesCommandTests {
  @Test func aCommandIsAChangeWhenItReturns() throws {
    let lab = try StoreFixture(number: 1)
    let added = try lab.store.add(
      "idea", fields: ["title": .text("Garden"), "tags": .array([.text("eco")])], at: lab.now)
    #expect(added.isChanged && added.revision > 0)
    #expect(try lab.store.vector(of: lab.project).total == 1)
    #expect(try lab.count("SELECT count(*) FROM sync_outbox") == 0)
    let id = added.record.description
    let changed = try lab.store.set(
      "ideas", id: id,
      RecordEdit(
        fields: ["willingness_to_pay": .text("1250 EUR"), "created_at": .text("2016-03-01")],
        adding: ["tags": ["water"]], removing: ["tags": ["eco"]]), at: lab.now)
    #expect(changed.isChanged && changed.revision != added.revision)
    #expect(try lab.text("SELECT tags FROM ideas") == #"["water"]"#)
    #expect(try lab.count("SELECT created_at FROM ideas") == 1_456_790_400_000)
    #expect(try lab.count("SELECT revision FROM ideas") == Int(changed.revision))
    let same = try lab.store.set(
      "idea", id: id, RecordEdit(fields: ["title": .text("Garden")]), at: lab.now)
    #expect(!same.isChanged && same.revision == changed.revision)
    #expect(try lab.store.remove("idea", id: id, at: lab.now).isChanged)
    #expect(try lab.count("SELECT count(*) FROM ideas") == 0)
    #expect(throws: StoreError.self) { try lab.store.remove("idea", id: id, at: lab.now) }
  }

  @Test func textsAreReadByTheFieldsType() throws {
    let lab = try StoreFixture(number: 1)
    let session = try lab.store.add("session", fields: ["title": .text("3")], at: lab.now)
    let count = try lab.store.add(
      "headcount",
      fields: [
        "session": .text(session.record.description), "station": .text("door"),
        "people": .text("31"),
      ], at: lab.now)
    #expect(try lab.count("SELECT people FROM headcounts") == 31)
    #expect(
      try lab.store.set(
        "headcount", id: count.record.description, RecordEdit(fields: ["people": .null]),
        at: lab.now
      ).isChanged)
    #expect(try lab.count("SELECT count(*) FROM headcounts WHERE people IS NULL") == 1)
    let idea: [String: JSONValue] = ["session": .text("pam:m1"), "changed_by": .text("pam:u1")]
    // A key of nothing that is here is most likely a title typed where a key belongs.
    #expect(throws: StoreError.self) { try lab.store.add("idea", fields: idea, at: lab.now) }
    let lines = [#"{"kind":"session","key":"pam:m1"}"#, #"{"kind":"participant","key":"pam:u1"}"#]
    _ = try lab.store.importLines(
      lines.map { Array($0.utf8) }, firstLine: 1, project: lab.project, at: lab.now)
    _ = try lab.store.add("idea", fields: idea, at: lab.now)
    #expect(
      try lab.text("SELECT session FROM ideas")
        == RecordID.derived(project: lab.project, kind: "session", foreignKey: "pam:m1").description
    )
  }

  @Test func whatIsWrongIsSaidInWordsAndNothingIsWritten() throws {
    let lab = try StoreFixture(number: 1)
    func sentence(_ body: () throws -> CommandOutcome) -> String {
      do { return "\(try body())" } catch { return "\(error)" }
    }
    #expect(
      sentence { try lab.store.add("idea", fields: ["titel": .text("t")], at: lab.now) }
        .contains("Did you mean title?"))
    #expect(
      sentence { try lab.store.add("headcount", fields: ["people": .text("many")], at: lab.now) }
        .contains("people must be a whole number"))
    #expect(
      sentence { try lab.store.add("headcount", fields: ["people": .text("3")], at: lab.now) }
        .contains("session is missing"))
    let idea = try lab.store.add(
      "idea", fields: ["title": .text("t"), "origin": .text("a walk")], at: lab.now)
    #expect(
      sentence {
        try lab.store.set(
          "idea", id: idea.record.description, RecordEdit(fields: ["origin": .text("b")]),
          at: lab.now)
      }.contains("ideas.origin is set when the record is created and does not change"))
    let consent: [String: JSONValue] = [
      "participant": .text("00000000-0000-7000-8000-0000000000ad"), "purpose": .text("photo"),
    ]
    _ = try lab.store.add("consent", fields: consent, at: lab.now)
    #expect(
      sentence { try lab.store.add("consent", fields: consent, at: lab.now) }
        .contains("there is one with this participant, purpose"))
    #expect(try lab.count("SELECT count(*) FROM ideas") == 1)
    #expect(try lab.count("SELECT count(*) FROM sync_outbox") == 0)
    #expect(try lab.count("SELECT applying FROM sync_gate") == 0)
  }

  @Test func anEditThatSaysWhatItHadSeenLeavesWhatArrivedSince() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let added = try lab.store.add(
      "session", fields: ["title": .text("t"), "venue": .text("hall"), "method": .text("m")],
      at: lab.now)
    let id = added.record.description
    try exchange(lab, online)
    try online.sql("UPDATE sessions SET venue = 'garden', title = 'by online'")
    try exchange(lab, online)
    _ = try lab.store.set(
      "session", id: id, RecordEdit(fields: ["method": .text("n")], seen: added.revision),
      at: lab.now)
    let story = try lab.reader().explain("session", id: id)
    let own = story.writes.filter { $0.writing.replica == lab.store.replica }
    #expect(own.suffix(1).map(\.cell.field) == ["method"])
    #expect(own.count { $0.cell.field == "venue" } == 1)
    #expect(try lab.text("SELECT venue || method FROM sessions") == "gardenn")
    _ = try lab.store.set(
      "session", id: id, RecordEdit(fields: ["title": .text("by lab")], seen: added.revision),
      at: lab.now)
    #expect(try lab.openConflicts().count == 1)
    _ = try lab.store.set("session", id: id, RecordEdit(fields: ["venue": .text("x")]), at: lab.now)
    #expect(try lab.openConflicts().count == 1)
  }
}
