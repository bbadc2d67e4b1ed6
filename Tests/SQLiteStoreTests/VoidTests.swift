import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Changes that the organisation takes back")
struct VoidTests {
  let lab: StoreFixture
  let online: StoreFixture

  init() throws {
    lab = try StoreFixture(number: 1)
    online = try StoreFixture(side: .online, number: 2)
  }

  private func void(_ sequence: Int, of fixture: StoreFixture) throws {
    try online.sql(
      """
      INSERT INTO voids (replica, lane, sequence, state, reason)
      VALUES (?, 1, ?, 'void', 'a test')
      """, [fixture.store.replica.description, sequence])
    try online.capture()
  }

  private func titles(_ fixture: StoreFixture) throws -> String? {
    try fixture.text(
      "SELECT group_concat(title, ', ') FROM (SELECT title FROM ideas ORDER BY title)")
  }

  @Test("A creation that is taken back is in no table, on no replica, and comes back whole")
  func creation() throws {
    try lab.sql("INSERT INTO ideas (title, tags) VALUES ('first', '[\"a\"]')")
    try lab.sql("INSERT INTO ideas (title) VALUES ('second')")
    try exchange(lab, online)
    let before = try lab.dump()
    try void(2, of: lab)
    try exchange(lab, online)
    #expect(try titles(online) == "first")
    #expect(try titles(lab) == "first")
    let log = "SELECT count(*) FROM sync_log"
    #expect(try lab.count(log) == online.count(log))
    try online.sql("UPDATE voids SET state = 'released', seen = revision")
    try exchange(lab, online)
    #expect(try titles(lab) == "first, second")
    #expect(try lab.dump().filter { !$0.hasPrefix("void") } == before)
    #expect(try lab.dump() == online.dump())
  }

  @Test("What is taken back while nobody captures is taken back at the next start, and given back")
  func whileStopped() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('first'), ('second')")
    try exchange(lab, online)
    try online.sql(
      "INSERT INTO voids (replica, lane, sequence, state) VALUES (?, 1, 2, 'void')",
      [lab.store.replica.description])
    try online.reopen()
    try online.capture()
    #expect(try titles(online) == "first")
    try online.sql("UPDATE voids SET state = 'released', seen = revision")
    try online.reopen()
    try online.capture()
    #expect(try titles(online) == "first, second")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
  }

  /// Found by seed 80000401.
  @Test("A removal that somebody edited past is no question any more once it is taken back")
  func removal() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('t')")
    try exchange(lab, online)
    try lab.sql("DELETE FROM ideas")
    try online.sql("UPDATE ideas SET title = 'edited'")
    try exchange(lab, online)
    #expect(try lab.openConflicts().count == 1)
    try void(2, of: lab)
    try exchange(lab, online)
    for fixture in [lab, online] {
      #expect(try titles(fixture) == "edited")
      #expect(try fixture.openConflicts() == [])
    }
  }

  @Test("What a void change had replaced is shown again, unless somebody wrote over it")
  func replaced() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('old'), ('other')")
    try exchange(lab, online)
    try lab.sql("UPDATE ideas SET title = 'bad ' || title")
    try exchange(lab, online)
    try online.sql("UPDATE ideas SET title = 'edited' WHERE title = 'bad other'")
    try exchange(lab, online)
    try void(3, of: lab)
    try void(4, of: lab)
    try exchange(lab, online)
    #expect(try titles(online) == "edited, old")
    #expect(try lab.dump() == online.dump())
    #expect(try lab.openConflicts().isEmpty)
  }

  @Test("A record that was removed after an edit that is taken back stays removed")
  func removed() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('old')")
    try exchange(lab, online)
    try lab.sql("UPDATE ideas SET title = 'bad'")
    try exchange(lab, online)
    try online.sql("DELETE FROM ideas")
    try exchange(lab, online)
    try void(2, of: lab)
    try exchange(lab, online)
    for fixture in [lab, online] {
      #expect(try fixture.count("SELECT count(*) FROM ideas") == 0)
      #expect(try fixture.openConflicts().isEmpty)
    }
  }

  @Test("A revocation that arrives before what it takes back keeps it out")
  func early() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('stands')")
    try exchange(lab, online)
    let late = try StoreFixture(number: 3)
    try online.sql(
      """
      INSERT INTO revocations (replica, last_rights, last_record, last_activity, reason)
      VALUES (?, 0, 1, 0, 'lost on the way home')
      """, [lab.store.replica.description])
    try exchange(online, late)
    try lab.sql("INSERT INTO ideas (title) VALUES ('after it was lost')")
    try lab.sql("UPDATE ideas SET title = 'spoiled' WHERE title = 'stands'")
    try lab.sql("INSERT INTO activities (activity_kind) VALUES ('view')")
    // By way of a machine that knows of the revocation already, and of one that does not.
    try exchange(lab, late)
    #expect(try titles(late) == "stands")
    #expect(try late.count("SELECT count(*) FROM activities") == 0)
    try exchange(late, online)
    try exchange(lab, online)
    for fixture in [lab, late, online] { #expect(try titles(fixture) == "stands") }
    #expect(try lab.dump() == online.dump())
    #expect(try late.dump() == online.dump())
    try online.sql("UPDATE revocations SET last_record = 2, seen = revision")
    try exchange(lab, online)
    try exchange(late, online)
    #expect(try titles(lab) == "after it was lost, stands")
    #expect(try lab.dump() == online.dump())
    #expect(try late.dump() == online.dump())
  }

  @Test("It survives a restart, and the history tells of it")
  func story() throws {
    try lab.sql("INSERT INTO ideas (title) VALUES ('kept')")
    try lab.sql("UPDATE ideas SET title = 'taken back'")
    try exchange(lab, online)
    try void(2, of: lab)
    try exchange(lab, online)
    try lab.reopen()
    try lab.sql("UPDATE ideas SET body = 'more' WHERE title = 'kept'")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    let id = try #require(try lab.text("SELECT id FROM ideas"))
    let story = try StoreReader(opening: lab.store.path, schema: LivingLab.schema)
      .explain("idea", id: id)
    let fates = story.writes.filter { $0.cell == CellKey("title") }.map(\.fate)
    #expect(fates == [.shown, .void])
  }

  @Test("A room takes nothing back")
  func onlineOnly() throws {
    for sql in [
      "INSERT INTO voids (replica, lane, sequence) VALUES ('x', 1, 1)",
      "INSERT INTO revocations (replica) VALUES ('x')",
    ] {
      #expect(throws: (any Error).self) { try lab.sql(sql) }
    }
  }

  @Test(
    "Whatever is taken back and given back, in every order of arrival, all show the same",
    arguments: 1...12 as ClosedRange<UInt64>)
  func convergence(_ seed: UInt64) throws {
    var random = SyncCore.SplitMix64(seed: seed)
    let others = [lab, try StoreFixture(number: 3)]
    try lab.sql("INSERT INTO ideas (title, body) VALUES ('t', 'One. Two.'), ('u', 'One.')")
    try exchange(lab, online)
    try exchange(others[1], online)
    for _ in 0..<40 {
      let fixture = [lab, others[1], online].randomElement(using: &random) ?? lab
      let number = random.next() % 100
      switch random.next() % 6 {
      case 0: try fixture.sql("UPDATE ideas SET title = 'title \(number)' WHERE rowid = 1")
      case 1: try fixture.sql("UPDATE ideas SET body = body || ' And \(number).'")
      case 2: try fixture.sql("INSERT INTO ideas (title) VALUES ('new \(number)')")
      case 3: try fixture.sql("DELETE FROM ideas WHERE rowid = 2")
      case 4: try exchange(fixture, online)
      default:
        let victim = others.randomElement(using: &random) ?? lab
        try online.sql(
          """
          INSERT INTO voids (replica, lane, sequence, state, project)
          VALUES (?, 1, ?, 'void', (SELECT id FROM sync_projects))
          ON CONFLICT DO UPDATE SET seen = revision,
            state = CASE state WHEN 'void' THEN 'released' ELSE 'void' END
          """, [victim.store.replica.description, Int(1 + random.next() % 12)])
      }
    }
    for _ in 0..<2 { for fixture in others { try exchange(fixture, online) } }
    #expect(try lab.dump() == online.dump())
    #expect(try others[1].dump() == online.dump())
    #expect(try lab.openConflicts() == online.openConflicts())
    let late = try StoreFixture(number: 4)
    try exchange(late, online)
    #expect(try late.dump() == online.dump())
    #expect(try late.openConflicts() == online.openConflicts())
  }
}
