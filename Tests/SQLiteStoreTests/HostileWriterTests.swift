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
