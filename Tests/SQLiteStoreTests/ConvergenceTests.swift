import SyncCore
import Testing

@testable import SQLiteStore

@Suite struct ConvergenceTests {
  @Test func differentSentencesMergeAndTheSameSentenceKeepsBoth() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title, body) VALUES ('t', 'One. Two. Three.')")
    try lab.sql("INSERT INTO ideas (title, body) VALUES ('u', 'One. Two. Three.')")
    try exchange(lab, online)
    try lab.sql("UPDATE ideas SET body = 'One by lab. Two. Three.' WHERE title = 't'")
    try online.sql("UPDATE ideas SET body = 'One. Two. Three by online.' WHERE title = 't'")
    try lab.sql("UPDATE ideas SET body = 'One. Two by lab. Three.' WHERE title = 'u'")
    try online.sql("UPDATE ideas SET body = 'One. Two by online. Three.' WHERE title = 'u'")
    try exchange(lab, online)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(
      try lab.text("SELECT body FROM ideas WHERE title = 't'")
        == "One by lab. Two. Three by online.")
    #expect(try lab.openConflicts().count == 1)
    #expect(try lab.openConflicts() == online.openConflicts())
  }

  @Test func aResolutionTravelsAndItsUndoOpensTheConflictAgain() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO sessions (title) VALUES ('t')")
    try exchange(lab, online)
    try lab.sql("UPDATE sessions SET title = 'lab'")
    try online.sql("UPDATE sessions SET title = 'online'")
    try exchange(lab, online)
    try exchange(lab, online)
    let shownBefore = try lab.text("SELECT title FROM sessions")
    #expect(try lab.openConflicts().count == 1)
    let id = try #require(try lab.text("SELECT id FROM sync_conflicts").flatMap { ConflictID($0) })
    try online.store.write(at: online.now) { try $0.resolve(id, .keep(2)) }
    try exchange(lab, online)
    #expect(try lab.openConflicts().isEmpty)
    #expect(try lab.dump() == online.dump())
    try lab.store.write(at: lab.now) { try $0.undoResolution(of: id) }
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.openConflicts().count == 1)
    #expect(try lab.text("SELECT title FROM sessions") == shownBefore)
  }

  @Test func anEditThatHadNotSeenTheDeletionBringsTheRecordBack() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title, body, tags) VALUES ('t', 'b', '[\"x\"]')")
    try exchange(lab, online)
    try online.sql("DELETE FROM ideas")
    try lab.sql("UPDATE ideas SET title = 'edited'")
    try exchange(lab, online)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.text("SELECT title || body || tags FROM ideas") == "editedb[\"x\"]")
    #expect(try online.openConflicts().count == 1)
    #expect(try lab.openConflicts() == online.openConflicts())
    try lab.sql("DELETE FROM ideas")
    try exchange(lab, online)
    #expect(try online.count("SELECT count(*) FROM ideas") == 0)
    #expect(try online.openConflicts().isEmpty)
  }

  @Test func resolutionsCanBeUndoneAgainAndAgain() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO sessions (title) VALUES ('t')")
    try exchange(lab, online)
    try lab.sql("UPDATE sessions SET title = 'lab'")
    try online.sql("UPDATE sessions SET title = 'online'")
    try exchange(lab, online)
    let id = try #require(try lab.text("SELECT id FROM sync_conflicts").flatMap { ConflictID($0) })
    for round in 1...3 {
      try lab.store.write(at: lab.now) { try $0.resolve(id, .keep(1 + round % 2)) }
      try exchange(lab, online)
      #expect(try online.openConflicts().isEmpty)
      try online.store.write(at: online.now) { try $0.undoResolution(of: id) }
      try exchange(lab, online)
      #expect(try lab.openConflicts().count == 1)
      #expect(try lab.openConflicts() == online.openConflicts())
      #expect(try lab.dump() == online.dump())
    }
  }

  @Test func aDeletionThatWasDecidedCanBeTakenBack() throws {
    for choice in 1...2 {
      let (lab, online) = (
        try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2)
      )
      try lab.sql("INSERT INTO ideas (title) VALUES ('t')")
      try exchange(lab, online)
      try lab.sql("DELETE FROM ideas")
      try online.sql("UPDATE ideas SET title = 'edited'")
      try exchange(lab, online)
      try exchange(lab, online)
      let id = try #require(
        try lab.text("SELECT id FROM sync_conflicts").flatMap { ConflictID($0) })
      _ = try lab.store.resolveConflict(id.description, .keep(choice), at: lab.now)
      try exchange(lab, online)
      #expect(try online.count("SELECT count(*) FROM ideas") == 2 - choice)
      #expect(try online.openConflicts().isEmpty)
      #expect(throws: StoreError.self) {
        try lab.store.resolveConflict(id.description, .keep(2), at: lab.now)
      }
      _ = try lab.store.undoResolution(id.description, at: lab.now)
      try exchange(lab, online)
      #expect(try online.text("SELECT title FROM ideas") == "edited")
      #expect(try lab.openConflicts().count == 1)
      #expect(try lab.openConflicts() == online.openConflicts())
      #expect(try lab.dump() == online.dump())
    }
  }

  @Test func setsWrittenWithTheDatabasesOwnFunctionsAreSetsToo() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql(
      """
      INSERT INTO ideas (title, tags, extra)
      VALUES ('t', json_array('b', 'a'), json_object('k', 'v'))
      """)
    try lab.sql("UPDATE ideas SET tags = json_insert(tags, '$[#]', 'c')")
    try exchange(lab, online)
    #expect(try online.text("SELECT tags || extra FROM ideas") == #"["a","b","c"]{"k":"v"}"#)
    #expect(try lab.dump() == online.dump())
  }

  @Test func aDeletedRecordStaysDeletedAndCanBeInsertedAgain() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let id = "01900000-0000-7000-8000-000000000001"
    try lab.sql("INSERT INTO ideas (id, title, body) VALUES ('\(id)', 't', 'b')")
    try exchange(lab, online)
    try lab.sql("DELETE FROM ideas")
    try exchange(lab, online)
    #expect(try online.count("SELECT count(*) FROM ideas") == 0)
    try online.sql("INSERT INTO ideas (id, title) VALUES ('\(id)', 'again')")
    try exchange(lab, online)
    #expect(try lab.text("SELECT title || coalesce(body, '-') FROM ideas") == "again-")
    #expect(try lab.dump() == online.dump())
  }

  @Test func threeReplicasThatExchangeInAnyOrderAreEqual() throws {
    for seed in UInt64(1)...12 {
      var random = SplitMix64(state: seed)
      let replicas = [
        try StoreFixture(side: .online, number: 1), try StoreFixture(number: 2),
        try StoreFixture(number: 3),
      ]
      for _ in 0..<60 {
        let replica = replicas[Int.random(in: 0..<3, using: &random)]
        replica.milliseconds += Int64.random(in: -5_000...5_000, using: &random)
        try randomWrite(to: replica, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 {
          let other = replicas[Int.random(in: 0..<3, using: &random)]
          if other !== replica { try send(from: replica, to: other, rows: 3) }
        }
      }
      for _ in 0..<2 {
        try exchange(replicas[0], replicas[1])
        try exchange(replicas[0], replicas[2])
      }
      let expected = (try replicas[0].dump(), try replicas[0].openConflicts())
      for replica in replicas {
        #expect(try replica.dump() == expected.0, "seed \(seed)")
        #expect(try replica.openConflicts() == expected.1, "seed \(seed)")
        #expect(try replica.count("SELECT count(*) FROM sync_outbox") == 0)
      }
    }
  }

  private func randomWrite(
    to replica: StoreFixture, using random: inout SplitMix64
  ) throws {
    let id = "01900000-0000-7000-8000-00000000000\(Int.random(in: 0..<4, using: &random))"
    let word = ["alpha", "beta", "gamma", "delta"].randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<9, using: &random) {
    case 0, 1:
      try replica.sql(
        """
        INSERT INTO ideas (id, title, body, tags)
        VALUES ('\(id)', '\(word)', 'One. Two. Three.', '["\(word)"]') ON CONFLICT DO NOTHING
        """)
    case 2: try replica.sql("UPDATE ideas SET title = '\(word)' WHERE id = '\(id)'")
    case 3:
      try replica.sql(
        "UPDATE ideas SET body = replace(body, 'Two.', '\(word). Two.') WHERE id = '\(id)'")
    case 4:
      let state =
        ["published", "accepted", "rejected", "pilot"].randomElement(using: &random) ?? ""
      try replica.sql("UPDATE ideas SET state = '\(state)' WHERE id = '\(id)'")
    case 5:
      try replica.sql("UPDATE ideas SET tags = '[\"\(word)\",\"z\"]' WHERE id = '\(id)'")
    case 6: try replica.sql("DELETE FROM ideas WHERE id = '\(id)'")
    case 7:
      try replica.sql(
        """
        INSERT INTO supports (idea, participant, ballot, value) VALUES ('\(id)', '\(id)', '', 1)
        ON CONFLICT DO UPDATE SET value = value + 1
        """)
    default:
      try replica.sql(
        "INSERT OR REPLACE INTO ideas (id, title) VALUES ('\(id)', '\(word) replaced')")
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
