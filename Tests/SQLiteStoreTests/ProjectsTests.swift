import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Several projects in one store")
struct ProjectsTests {
  private let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))

  @Test("The same natural key in two of them parks the second and blocks nothing behind it")
  func sameKey() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try online.store.adopt(other)
    try online.sql(
      "INSERT INTO mentions (project, network, external_id) VALUES (?, 'web', '1')",
      [other.description])
    try online.capture()
    try lab.sql("INSERT INTO mentions (network, external_id) VALUES ('web', '1'), ('web', '2')")
    try exchange(lab, online)
    #expect(try online.count("SELECT count(*) FROM mentions") == 2)
    #expect(try online.count("SELECT count(*) FROM sync_parked") == 1)
    #expect(try online.store.vector(of: online.project) == lab.store.vector(of: lab.project))
  }

  @Test("What is taken back has a row in each: of one replica, and of one number of its changes")
  func takenBack() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    for store in [lab.store, online.store] { try store.adopt(other) }
    let projects = [lab.project, other]
    for (index, project) in projects.enumerated() {
      for number in 1...4 {
        try lab.sql(
          "INSERT INTO ideas (title, project) VALUES ('\(index)-\(number)', ?)",
          [project.description])
      }
    }
    func exchangeAll() throws { for project in projects { try exchange(lab, online, in: project) } }
    func titles(_ fixture: StoreFixture) throws -> String? {
      try fixture.text(
        "SELECT group_concat(title, ' ') FROM (SELECT title FROM ideas ORDER BY title)")
    }
    try exchangeAll()
    for (project, end) in zip(projects, [1, 3]) {
      try online.store.revoke(
        lab.store.replica, in: project, lastStanding: [.records: UInt64(end)], reason: "lost",
        at: online.now)
      try online.sql(
        "INSERT INTO voids (replica, lane, sequence, state, project) VALUES (?, 1, 1, 'void', ?)",
        [lab.store.replica.description, project.description])
    }
    try exchangeAll()
    for fixture in [lab, online] {
      #expect(try titles(fixture) == "1-2 1-3")
      #expect(try fixture.count("SELECT count(*) FROM revocations") == 2)
      #expect(try fixture.count("SELECT count(*) FROM voids") == 2)
      #expect(try fixture.count("SELECT count(*) FROM sync_parked") == 0)
    }
    // Each is given back by itself, by a command and by a statement.
    let record = RecordID.derived(
      project: other, kind: "revocation",
      naturalKey: [.text(lab.store.replica.description)])
    _ = try online.store.set(
      "revocation", id: record.description, RecordEdit(fields: ["last_record": .integer(4)]),
      at: online.now)
    try online.sql(
      "UPDATE voids SET state = 'released', seen = revision WHERE project = ?",
      [lab.project.description])
    try exchangeAll()
    for fixture in [lab, online] { #expect(try titles(fixture) == "0-1 1-2 1-3 1-4") }
    // And removed by itself.
    try online.sql("DELETE FROM revocations WHERE project = ?", [lab.project.description])
    try exchangeAll()
    for fixture in [lab, online] {
      #expect(try titles(fixture) == "0-1 0-2 0-3 0-4 1-2 1-3 1-4")
      #expect(try fixture.text("SELECT project FROM revocations") == other.description)
    }
    #expect(try lab.dump() == online.dump())
  }

  @Test("What is held is released up to a moment, in each of them as far as it goes there")
  func releasedInPart() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    for store in [lab.store, online.store] { try store.adopt(other) }
    try online.store.save(PeerLedger(replica: lab.store.replica, device: "key"), at: online.now)
    // The later of the two stands in the project that comes first.
    for project in [other, lab.project] {
      try lab.sql("INSERT INTO ideas (title, project) VALUES ('i', ?)", [project.description])
      try lab.capture()
      lab.milliseconds += 60_000
      let batch = try #require(
        try lab.store.changes(
          in: project, lane: .records, notIn: ProjectVector(),
          atMost: BatchBounds(bytes: 100_000, rows: 10)))
      let bounds = BatchBounds(bytes: 1 << 20, rows: 100)
      #expect(try online.store.hold(batch, from: "key", within: bounds, at: online.now))
    }
    let held = try online.store.held(of: "key")
    #expect(held.map(\.project) == [lab.project, other])
    let moment = try #require(held[1].writtenAt)
    #expect(try #require(held[0].writtenAt) > moment)
    #expect(try online.store.release(of: "key", until: moment, at: online.now) == 1)
    #expect(try online.text("SELECT project FROM ideas") == other.description)
  }

  @Test("A row of what is taken back that names no project is the only project's, once")
  func unnamed() throws {
    let online = try StoreFixture(side: .online, number: 2)
    let insertion = "INSERT INTO revocations (replica, last_record) VALUES (?, 1)"
    try online.sql(insertion, [online.store.replica.description])
    for again in [insertion, insertion.replacing("INSERT", with: "INSERT OR IGNORE")] {
      #expect(throws: (any Error).self) {
        try online.sql(again, [online.store.replica.description])
      }
    }
    #expect(try online.count("SELECT count(*) FROM revocations") == 1)
    #expect(try online.text("SELECT project FROM revocations") == online.project.description)
    #expect(try online.count("SELECT count(*) FROM sync_outbox") == 1)
  }
}
