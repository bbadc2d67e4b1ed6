import GRDB
import SyncCore
import Testing

@testable import SQLiteStore

/// Statements that SQLite accepts and nobody had in mind: what they wrote is the same everywhere, or
/// they are refused.
@Suite struct HostileWriterTests {
  private let u = "01a201f6-a25d-765e-913d-000000000001"

  private func pair() throws -> (StoreFixture, StoreFixture) {
    (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
  }

  @Test func oneIDInTwoTablesIsTwoRecords() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title, state) VALUES ('\(u)', 'I', 'published')")
    try lab.capture()
    try lab.sql("INSERT INTO sessions (id, title) VALUES ('\(u)', 'S')")
    try exchange(lab, online)
    #expect(try online.text("SELECT title || state FROM ideas") == "Ipublished")
    #expect(try online.text("SELECT title FROM sessions") == "S")
    #expect(try lab.dump() == online.dump())
  }

  @Test func oddJSONIsReadAsTheDatabaseReadsIt() throws {
    let (lab, online) = try pair()
    try lab.sql(
      #"INSERT INTO ideas (id, tags, extra) VALUES ('\#(u)', '["p","q"]', '{"k":"1"}')"#)
    try lab.capture()
    try lab.sql(#"UPDATE ideas SET extra = '{"k":"1","m":"2","m":"3"}'"#)
    try lab.sql(#"UPDATE ideas SET tags = '["p","q","\ud83d"]'"#)
    try exchange(lab, online)
    #expect(try online.text("SELECT extra FROM ideas") == #"{"k":"1","m":"3"}"#)
    #expect(try online.text("SELECT tags FROM ideas") == #"["p","q","\#u{FFFD}"]"#)
    #expect(try lab.dump() == online.dump())
  }

  @Test(arguments: [Int64.min, Int64.max, -1, 0, 1])
  func anySeenIsTakenWithoutHarm(seen: Int64) throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO sessions (id, title) VALUES ('\(u)', 'a')")
    try exchange(lab, online)
    try lab.sql("UPDATE sessions SET title = 'b', seen = \(seen)")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try lab.count("SELECT count(*) FROM sync_log") == 2)
  }

  @Test func whatIsOnlySpeltOtherwiseIsWrittenBack() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title) VALUES ('\(u)', 't')")
    try exchange(lab, online)
    try lab.sql("UPDATE ideas SET tags = '[]', extra = '{}'")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    try lab.sql(#"UPDATE ideas SET tags = '["b","a"]'"#)
    try exchange(lab, online)
    try lab.sql(#"UPDATE ideas SET tags = '[ "a", "b","b"]'"#)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try lab.count("SELECT count(*) FROM ideas WHERE revision < 0") == 0)
  }

  @Test func aReplacementInTheSameDrainDoesNotDiverge() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title, created_at) VALUES ('\(u)', 't', 1000)")
    try lab.sql(
      "REPLACE INTO ideas (id, title, created_at, channel) VALUES ('\(u)', 't', 2000, 'paper')")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.count("SELECT created_at FROM ideas") == 1000)
  }

  @Test func aTriggerOfTheWritersOwnIsPartOfTheWrite() throws {
    let (lab, online) = try pair()
    try lab.outside.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          CREATE TEMP TRIGGER t AFTER INSERT ON main.ideas
          BEGIN UPDATE ideas SET title = upper(title) WHERE id = NEW.id; END
          """)
    }
    try lab.sql("INSERT INTO ideas (id, title, body) VALUES ('\(u)', 'shout', 'b')")
    try exchange(lab, online)
    #expect(try lab.text("SELECT title || channel FROM ideas") == "SHOUTlab")
    #expect(try lab.dump() == online.dump())
  }

  @Test func aRowThatSaysNothingIsARecordAllTheSame() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, created_at, channel) VALUES ('\(u)', NULL, NULL)")
    try lab.sql(
      """
      INSERT INTO supports (idea, participant, created_at, channel)
      VALUES ('\(u)', '\(u)', NULL, NULL)
      """)
    try exchange(lab, online)
    #expect(try online.count("SELECT count(*) FROM ideas") == 1)
    #expect(try online.count("SELECT count(*) FROM supports") == 1)
    #expect(try lab.dump() == online.dump())
  }

  @Test func textThatIsNoUTF8IsTheSameEverywhere() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title) VALUES ('\(u)', CAST(x'41ff42' AS TEXT))")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try lab.text("SELECT hex(title) FROM ideas") == "41EFBFBD42")
    // The same again is no change, and the row is repaired all the same.
    try lab.sql("UPDATE ideas SET title = CAST(x'41ff42' AS TEXT)")
    try exchange(lab, online)
    #expect(try lab.text("SELECT hex(title) FROM ideas") == "41EFBFBD42")
    #expect(try lab.dump() == online.dump())
  }

  @Test(arguments: [
    "ff", "80", "e282", "6180", "c181", "e08280", "eda080", "f4908080", "f09f98", "c3a9ff",
  ])
  func aKeyThatIsNoUTF8IsRefused(bytes: String) throws {
    let (lab, _) = try pair()
    #expect {
      try lab.sql(
        "INSERT INTO mentions (network, external_id) VALUES ('n', CAST(x'\(bytes)' AS TEXT))")
    } throws: { "\($0)".contains("mentions.external_id is part of a key and must be UTF-8") }
  }

  @Test(arguments: ["", "plain", "Cornellà", "東京", "😀", "\u{FFFD}", "\u{10FFFF}", "e\u{301}"])
  func aKeyOfAnyCharactersIsTheSameEverywhere(key: String) throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO mentions (network, external_id) VALUES ('n', ?)", [key])
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.text("SELECT external_id FROM mentions") == key)
  }

  @Test(arguments: [
    "INSERT INTO mentions (network, external_id) VALUES ('n', 'a' || char(0))",
    "INSERT INTO ideas (title) VALUES ('T' || char(0) || 'HIDDEN')",
    "INSERT INTO ideas (body) VALUES (char(0))",
    "INSERT INTO ideas (state) VALUES ('merged:a' || char(0) || 'b')",
    "INSERT INTO ideas (willingness_to_pay) VALUES ('5 EUR' || char(0) || 'x')",
    "INSERT INTO ideas (tags) VALUES ('[\"a\"]' || char(0))",
    #"INSERT INTO ideas (tags) VALUES ('["a\u0000b"]')"#,
    #"INSERT INTO ideas (extra) VALUES ('{"a\\\u0000":"b"}')"#,
    #"INSERT INTO ideas (extra) VALUES ('{"a":"\u0000"}')"#,
  ])
  func noTextHasU0000(sql: String) throws {
    let (lab, _) = try pair()
    #expect { try lab.sql(sql) } throws: { "\($0)".contains("may not contain U+0000") }
  }

  @Test func aBackslashBeforeU0000IsNoU0000() throws {
    let (lab, online) = try pair()
    try lab.sql(#"INSERT INTO ideas (tags) VALUES ('["a\\u0000b"]')"#)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
  }

  @Test func noCommandAndNoImportWritesU0000() throws {
    let (lab, _) = try pair()
    let fields: [String: JSONValue] = [
      "title": .text("a\0b"), "tags": .array([.text("a\0b")]), "state": .text("merged:a\0b"),
      "extra": .object([JSONValue.Member("a\0b", .text("c"))]),
    ]
    for (name, value) in fields {
      #expect {
        try lab.store.add("idea", fields: [name: value], at: lab.now)
      } throws: { "\($0)".contains("\(name) may not contain U+0000") }
    }
    let outcome = try lab.store.importLines(
      [Array(#"{"kind":"idea","key":"k","fields":{"body":"a\u0000b"}}"#.utf8)], firstLine: 1,
      project: lab.project, at: lab.now)
    #expect(outcome.refused.map(\.reason) == ["body may not contain U+0000"])
    #expect(try lab.count("SELECT count(*) FROM sync_log") == 0)
  }

  /// As an earlier version, or a peer, wrote them.
  @Test func whatIsBehindU0000IsNotLost() throws {
    let (lab, online) = try pair()
    let keys = ["a", "a\0b", "a\0c"]
    try lab.store.writeBehindCapture(at: lab.now) { engine, _ in
      let projectRef = try engine.origins.ref(of: lab.project)
      let kind = try #require(engine.schema["mention"])
      for text in keys {
        let key: [Value] = [.text("n"), .text(text)]
        let record = try engine.record(
          .derived(project: lab.project, kind: kind.name, naturalKey: key), kind: kind.name,
          project: projectRef, naturalKey: key)
        try engine.write(
          [FieldOperation(cell: CellKey("campaign"), value: .text("C\0HIDDEN"), replaces: [])],
          to: record, kind: kind, hlc: engine.nextHLC(writtenAt: lab.milliseconds), channel: "lab")
      }
    }
    try exchange(lab, online)
    let reader = try online.reader()
    let page = try reader.export(ExportSelection(isCanonical: true), at: online.now)
    #expect(page.lines.count == 3)
    #expect(page.lines.allSatisfy { $0.contains(#""campaign":"C\u0000HIDDEN""#) })
    var query = RecordQuery(kind: "mention", sort: [.init("campaign"), .init("external_id")])
    query.limit = 1
    var listed: [StoredRecord] = []
    while listed.count < 10 {
      let page = try reader.list(query)
      listed += page.records
      query.cursor = page.cursor
      if page.cursor == nil { break }
    }
    #expect(listed.map { $0.fields.first { $0.name == "external_id" }?.value.text } == keys)
    for (record, key) in zip(listed, keys) {
      let id = RecordID.derived(
        project: lab.project, kind: "mention", naturalKey: [.text("n"), .text(key)])
      #expect(record.id == id)
      #expect(try reader.show("mention", id: id.description) == record)
    }
  }

  @Test(arguments: [
    "INSERT INTO ideas (id) VALUES ('------------------------------------')",
    "INSERT INTO ideas (id) VALUES ('000000000000000000000000000000000000')",
    "INSERT INTO ideas (id) VALUES ('01a201f6-a25d-765e-913d-000000000001' || char(0) || 'z')",
    "INSERT INTO ideas (willingness_to_pay) VALUES ('--5 EUR')",
    "INSERT INTO ideas (willingness_to_pay) VALUES ('99999999999999999999999 EUR')",
    "INSERT INTO ideas (state) VALUES ('merged:' || hex(zeroblob(2000)))",
    "DELETE FROM projects",
  ])
  func whatCouldNotTravelIsRefused(sql: String) throws {
    let (lab, _) = try pair()
    try lab.sql("INSERT INTO projects (id, name) VALUES ('\(StoreFixture.project)', 'p')")
    #expect(throws: DatabaseError.self) { try lab.sql(sql) }
  }
}
