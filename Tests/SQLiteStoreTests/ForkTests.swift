import SyncCore
import Testing

@testable import SQLiteStore

@Suite("A store that takes a new identity")
struct StoreForkTests {
  private func points(_ fixture: StoreFixture, _ lane: Lane, _ sequence: UInt64) -> ForkPoints {
    var points = ForkPoints()
    points[fixture.project, lane] = sequence
    return points
  }

  @Test("What only this copy had comes back under the new name, with everything it said")
  func rescue() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title, body, tags) VALUES ('shared', 'One. Two.', '[\"a\"]')")
    try lab.capture()
    try lab.sql("UPDATE ideas SET body = 'One. Three.', tags = '[\"a\",\"b\"]'")
    try lab.sql("INSERT INTO ideas (title) VALUES ('mine')")
    try lab.sql("INSERT INTO participants (code, display_name) VALUES ('SL-1', 'Mercè')")
    try lab.sql("UPDATE participants SET display_name = 'Mercè V.'")
    try lab.sql("DELETE FROM ideas WHERE title = 'mine'")
    try lab.capture()
    let (before, former) = (try lab.dump(revisions: false), lab.store.replica)
    let fork = try lab.store.fork(at: points(lab, .records, 1), now: lab.now)
    #expect(fork.former == former)
    #expect(fork.reissued == 5)
    #expect(lab.store.replica == fork.current)
    #expect(try lab.dump(revisions: false) == before)
    let vector = try lab.store.vector(of: lab.project)
    #expect(vector.sequence(of: Origin(replica: former, lane: .records)) == 1)
    #expect(vector.sequence(of: Origin(replica: fork.current, lane: .records)) == 5)
    #expect(try lab.store.token == nil)
    // The same after a restart, and another machine that gets both chains shows the same.
    try lab.reopen()
    #expect(lab.store.replica == fork.current)
    #expect(try lab.store.vector(of: lab.project) == vector)
    let online = try StoreFixture(side: .online, number: 2)
    try exchange(lab, online)
    #expect(try online.dump() == lab.dump())
    #expect(try online.openConflicts().isEmpty)
  }

  /// Found by seed 300003100: no log row with personal values could be linked anew, so that the store forked
  /// never.
  @Test("What others wrote about a person behind it stays, linked to what came before")
  func people() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try online.sql("INSERT INTO participants (code, display_name) VALUES ('SL-1', 'Mercè')")
    try exchange(online, lab)
    try lab.sql("UPDATE participants SET display_name = 'Mercè V.', seen = revision")
    try lab.capture()
    try online.sql("UPDATE participants SET display_name = 'M.', seen = revision")
    try send(from: online, to: lab)
    let before = try lab.dump(revisions: false)
    let fork = try lab.store.fork(at: points(lab, .records, 0), now: lab.now)
    #expect(fork.reissued == 1)
    #expect(try lab.dump(revisions: false) == before)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try lab.count("SELECT count(*) FROM sync_log WHERE personal IS NOT NULL") == 3)
  }

  @Test("A copy that went on and one that was restored end in the same state")
  func bothCopies() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO sessions (title, venue) VALUES ('t', 'v')")
    try exchange(lab, online)
    let shared = try lab.store.vector(of: lab.project).sequence(
      of: Origin(replica: lab.store.replica, lane: .records))
    // What the other copy sent meanwhile.
    let other = try StoreFixture(number: 1)
    try exchange(online, other)
    try other.sql("UPDATE sessions SET title = 'by the one'")
    try exchange(other, online)
    try lab.sql("UPDATE sessions SET title = 'by the other'")
    try lab.capture()
    _ = try lab.store.fork(at: points(lab, .records, shared), now: lab.now)
    try exchange(lab, online)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.openConflicts().count == 1)
    #expect(try lab.openConflicts() == online.openConflicts())
  }

  /// Found by seed 8002775: the row stood again, and nothing wrote it any more.
  @Test("A row that was removed and not captured yet stays removed, and its removal comes along")
  func waitingDeletion() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title) VALUES ('t')")
    try lab.sql("INSERT INTO activities (activity_kind) VALUES ('visit')")
    try lab.capture()
    try lab.sql("DELETE FROM ideas")
    try lab.sql("INSERT INTO activities (activity_kind) VALUES ('vote')")
    let former = lab.store.replica
    let fork = try lab.store.fork(at: points(lab, .records, 0), now: lab.now)
    #expect(fork.reissued == 3)
    #expect(try lab.count("SELECT count(*) FROM ideas") == 0)
    // The lane that was shared whole keeps its place; what was captured on the way has the new name.
    let vector = try lab.store.vector(of: lab.project)
    #expect(vector.sequence(of: Origin(replica: former, lane: .activity)) == 1)
    #expect(vector.sequence(of: Origin(replica: fork.current, lane: .activity)) == 1)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.count("SELECT count(*) FROM ideas") == 0)
    #expect(try online.count("SELECT count(*) FROM activities") == 2)
  }

  @Test("A fork that fails changes nothing")
  func failure() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title) VALUES ('t')")
    try lab.capture()
    let (before, replica) = (try lab.dump(), lab.store.replica)
    try lab.sql("DROP TABLE sync_forks")
    #expect(throws: (any Error).self) {
      try lab.store.fork(at: points(lab, .records, 0), now: lab.now)
    }
    #expect(lab.store.replica == replica)
    #expect(try lab.dump() == before)
    #expect(
      try lab.store.vector(of: lab.project).sequence(
        of: Origin(replica: replica, lane: .records)) == 1)
  }

  @Test("A part of a foreign chain that is taken off leaves no trace, and comes back whole")
  func truncation() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try online.sql("INSERT INTO ideas (title, body) VALUES ('t', 'b')")
    try exchange(lab, online)
    let early = try lab.dump()
    try online.sql("UPDATE ideas SET title = 'later'")
    try online.sql("INSERT INTO ideas (title) VALUES ('new')")
    try exchange(lab, online)
    let late = try lab.dump()
    try lab.store.truncate(
      Origin(replica: online.store.replica, lane: .records), after: 1, in: lab.project,
      now: lab.now)
    #expect(try lab.dump() == early)
    #expect(try lab.count("SELECT count(*) FROM ideas") == 1)
    try exchange(lab, online)
    #expect(try lab.dump() == late)
    #expect(try lab.dump() == online.dump())
  }

  @Test("What was written under a former name is not fetched anew, but kept under the present one")
  func formerName() throws {
    let lab = try StoreFixture(number: 1)
    let former = lab.store.replica
    try lab.sql("INSERT INTO ideas (title) VALUES ('shared'), ('mine')")
    try lab.capture()
    // A fork in which this project was not shared: the chain stays under the former name.
    let fork = try lab.store.fork(at: ForkPoints(), now: lab.now)
    try lab.sql("INSERT INTO ideas (title) VALUES ('since')")
    try lab.capture()
    let before = try lab.dump(revisions: false)
    try lab.store.truncate(
      Origin(replica: former, lane: .records), after: 1, in: lab.project, now: lab.now)
    #expect(try lab.dump(revisions: false) == before)
    let vector = try lab.store.vector(of: lab.project)
    #expect(vector.sequence(of: Origin(replica: former, lane: .records)) == 1)
    #expect(vector.sequence(of: Origin(replica: fork.current, lane: .records)) == 2)
  }

  @Test("Nobody else can take a row off the log")
  func appendOnly() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title) VALUES ('t')")
    try lab.capture()
    #expect(throws: (any Error).self) { try lab.sql("DELETE FROM sync_log") }
  }

  @Test("Tokens and ledgers are kept")
  func ledgers() throws {
    let online = try StoreFixture(side: .online, number: 2)
    let (first, second) = (UniqueID(high: 5, low: 1), UniqueID(high: 5, low: 2))
    var ledger = PeerLedger(replica: ReplicaID(rawValue: first), device: "key")
    for number in 1...3 as ClosedRange<UInt64> {
      ledger.issue(SessionToken(rawValue: UniqueID(high: 9, low: number)))
    }
    _ = ledger.present(SessionToken(rawValue: UniqueID(high: 9, low: 3)))
    ledger.issue(SessionToken(rawValue: UniqueID(high: 9, low: 4)))
    try online.store.save(ledger, at: online.now)
    try online.store.save(
      PeerLedger(replica: ReplicaID(rawValue: second), device: "key"), at: online.now)
    try online.store.keep(SessionToken(rawValue: first))
    try online.reopen()
    #expect(try online.store.ledger(of: ledger.replica) == ledger)
    #expect(
      try online.store.ledgers(ofDevice: "key").map(\.replica.rawValue) == [first, second])
    #expect(try online.store.token == SessionToken(rawValue: first))
    ledger.demandNewKey()
    try online.store.save(ledger, at: online.now)
    #expect(try online.store.ledger(of: ledger.replica)?.mustRenewKey == true)
  }
}
