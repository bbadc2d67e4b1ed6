import GRDB
import Testing

@testable import SQLiteStore

@Suite struct CaptureTests {
  @Test func aPlainInsertIsEnough() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title, body) VALUES ('Bancs', 'Més bancs al parc.')")
    #expect(try lab.count("SELECT count(*) FROM sync_outbox") == 1)
    #expect(try lab.capture().changes == 1)
    #expect(try lab.count("SELECT count(*) FROM sync_outbox") == 0)
    #expect(try lab.count("SELECT count(*) FROM sync_log") == 1)
    #expect(try lab.text("SELECT project FROM ideas") == StoreFixture.project.description)
    #expect(try lab.text("SELECT channel FROM ideas") == "lab")
    #expect(try lab.count("SELECT revision > 0 FROM ideas") == 1)
    #expect(try lab.text("SELECT id FROM ideas")?.count == 36)
  }

  @Test func whatTheWorkerAppliedIsNeverCapturedBack() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title) VALUES ('Una'), ('Dues')")
    try exchange(lab, online)
    let vectors = (
      try lab.store.vector(of: lab.project), try online.store.vector(of: lab.project)
    )
    #expect(try online.capture().rows == 0)
    try exchange(lab, online)
    #expect(try lab.store.vector(of: lab.project) == vectors.0)
    #expect(try online.store.vector(of: lab.project) == vectors.1)
    #expect(try lab.store.digest(of: lab.project) == online.store.digest(of: lab.project))
    #expect(try lab.dump() == online.dump())
  }

  @Test func writesWithTheDaemonStoppedAreCapturedAtItsStart() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let id = "01900000-0000-7000-8000-000000000001"
    try lab.sql("INSERT INTO ideas (id, title) VALUES ('\(id)', 'a')")
    try lab.sql("UPDATE ideas SET title = 'b', body = 'x'")
    try lab.sql("UPDATE ideas SET title = 'c'")
    try lab.sql("INSERT OR REPLACE INTO ideas (id, title) VALUES ('\(id)', 'd')")
    try lab.sql("DELETE FROM ideas WHERE id = '\(id)'")
    try lab.sql(
      "INSERT INTO ideas (id, title, tags) VALUES ('\(id)', 'e', '[\"b\", \"a\", \"b\"]')")
    try lab.sql(
      """
      INSERT INTO supports (idea, participant, ballot, value) VALUES ('\(id)', '\(id)', 'main', 1)
      ON CONFLICT (idea, participant, ballot) DO UPDATE SET value = excluded.value
      """)
    try lab.sql(
      """
      INSERT INTO supports (idea, participant, ballot, value) VALUES ('\(id)', '\(id)', 'main', -1)
      ON CONFLICT (idea, participant, ballot) DO UPDATE SET value = excluded.value
      """)
    try lab.reopen()
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.text("SELECT title FROM ideas") == "e")
    #expect(try online.text("SELECT body FROM ideas") == nil)
    #expect(try online.text("SELECT tags FROM ideas") == #"["a","b"]"#)
    #expect(try online.count("SELECT value FROM supports") == -1)
    #expect(try online.count("SELECT count(*) FROM sync_conflicts") == 0)
  }

  @Test func rulesRefuseInTheWritersOwnStatement() throws {
    let lab = try StoreFixture(number: 1)
    let id = "01900000-0000-7000-8000-000000000001"
    try lab.sql("INSERT INTO ideas (id, title, origin) VALUES ('\(id)', 'a', 'lab')")
    func refusal(_ sql: String) -> String? {
      do {
        try lab.sql(sql)
        return nil
      } catch let error as DatabaseError {
        return error.message
      } catch { return "\(error)" }
    }
    #expect(refusal("UPDATE ideas SET origin = 'online'")?.contains("does not change") == true)
    #expect(refusal("UPDATE ideas SET id = '\(id)'") == nil)
    #expect(refusal("UPDATE ideas SET state = 'contested'")?.contains("must be one of") == true)
    #expect(refusal("UPDATE ideas SET tags = 'a,b'")?.contains("JSON array") == true)
    #expect(refusal("UPDATE ideas SET revision = 5")?.contains("read-only") == true)
    #expect(refusal("UPDATE ideas SET title = hex(zeroblob(2000))")?.contains("longer") == true)
    #expect(refusal("INSERT INTO ideas (id) VALUES ('x')")?.contains("UUID") == true)
    #expect(refusal("INSERT INTO comments (idea) VALUES ('\(id)')") == nil)
  }

  @Test func aConsentIsNotLoosenedByAWriterWhoHadNotSeenTheWithdrawal() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let person = "01900000-0000-7000-8000-000000000001"
    let insert =
      "INSERT INTO consents (participant, purpose, state) VALUES ('\(person)', 'photo', 'granted')"
    try lab.sql(insert)
    try exchange(lab, online)
    try online.sql("UPDATE consents SET state = 'withdrawn'")
    try exchange(lab, online)
    #expect(throws: DatabaseError.self) {
      try lab.sql("UPDATE consents SET state = 'granted'")
    }
    // A replacement fires no update trigger, so the drain has to hold the line.
    try lab.sql("INSERT OR REPLACE" + insert.dropFirst("INSERT".count))
    try exchange(lab, online)
    #expect(try lab.text("SELECT state FROM consents") == "withdrawn")
    #expect(try lab.dump() == online.dump())
    let revision = try lab.count("SELECT revision FROM consents")
    try lab.sql("UPDATE consents SET state = 'granted', seen = \(revision)")
    try exchange(lab, online)
    #expect(try online.text("SELECT state FROM consents") == "granted")
    #expect(try lab.count("SELECT count(*) FROM consents WHERE seen IS NOT NULL") == 0)
  }

  @Test func aFormThatSaysWhatItHadSeenOverwritesNothing() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title, body, willingness_to_pay) VALUES ('t', 'b', '10 EUR')")
    try exchange(lab, online)
    let revision = try lab.count("SELECT revision FROM ideas")
    try online.sql("UPDATE ideas SET title = 'online title', willingness_to_pay = '20 EUR'")
    try exchange(lab, online)
    // The form posts all its columns, as it read them, with one of them edited.
    try lab.sql(
      """
      UPDATE ideas SET title = 't', body = 'form body', willingness_to_pay = '10 EUR',
        seen = \(revision)
      """)
    try exchange(lab, online)
    #expect(
      try lab.text("SELECT title || body || willingness_to_pay FROM ideas")
        == "online titleform body20 EUR")
    #expect(try lab.dump() == online.dump())
  }

  @Test func twoLocalWritersThatGiveBackWhatTheyReadDoNotClash() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO sessions (title, venue) VALUES ('first', 'here')")
    let afterInsert = try lab.count("SELECT revision FROM sessions")
    #expect(afterInsert < 0)
    try lab.sql("UPDATE sessions SET title = 'second', seen = \(afterInsert)")
    let afterUpdate = try lab.count("SELECT revision FROM sessions")
    try lab.capture()
    try lab.sql("UPDATE sessions SET title = 'third', seen = \(afterUpdate)")
    try lab.capture()
    #expect(try lab.text("SELECT title FROM sessions") == "third")
    #expect(try lab.count("SELECT count(*) FROM sync_conflicts") == 0)
    // Who gives back an older reading clashes, and both values are kept.
    try lab.sql("UPDATE sessions SET title = 'late', seen = \(afterInsert)")
    try lab.capture()
    #expect(try lab.count("SELECT count(*) FROM sync_conflicts WHERE status = 'open'") == 1)
  }
}
