import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import Testing

@testable import SyncDaemon

@Suite("Who may bring what in a bundle")
struct BundleRightsTests {
  private let lab: BundleSide
  private let hub: BundleSide

  init() throws {
    lab = try BundleSide("Table 3", number: 1)
    hub = try BundleSide("hub", .online, number: 2)
    try lab.addIdeas(5)
  }

  private func nothingIsThere() throws -> Bool { try hub.vector().origins.isEmpty }

  @Test("What a machine wrote that nobody let in is refused, counted and named")
  func stranger() throws {
    let result = try hub.take(lab.bundle())
    #expect(result.applied == 0 && result.refused == 5)
    let refusal = try #require(result.refusals.first)
    #expect(refusal.changes == 5 && refusal.name == "Table 3")
    #expect(refusal.replica == lab.replica.description)
    #expect(refusal.reason.contains("no machine that was let in"))
    #expect(try nothingIsThere())
    #expect(try hub.store.replicaNames()[lab.replica] == nil)
  }

  @Test("A laptop that never connected is taken when whoever imports names it, and then always")
  func vouched() throws {
    let key = try hub.enrol("Table 3", key: "a")
    try hub.enrol("Table 4", key: "b")
    #expect(try hub.take(lab.bundle()).refused == 5)
    #expect(try hub.refusal(of: lab.bundle(), device: "Table 9")?.exit == .usage)
    #expect(try nothingIsThere())
    #expect(try hub.take(lab.bundle(), device: "Table 3").applied == 5)
    #expect(try hub.store.ledger(of: lab.replica)?.device == key)
    try lab.addIdeas(1)
    #expect(try hub.take(lab.bundle()).applied == 1)
    // It is bound: nobody makes it another's by a word.
    let other = try #require(try hub.refusal(of: lab.bundle(), device: "Table 4"))
    #expect(other.why.contains("of another machine"))
    #expect(try hub.store.ledger(of: lab.replica)?.device == key)
    #expect(try lab.refusal(of: hub.bundle(), device: "Table 3")?.exit == .usage)
  }

  @Test("What a machine wrote that was shut out is held outside the log")
  func revoked() throws {
    let key = try hub.enrol("Table 3", key: "a", as: [lab.replica], standing: .revoked)
    let bundle = try lab.bundle()
    let result = try hub.take(bundle)
    #expect(result.held == 5 && result.applied == 0 && result.refused == 0)
    #expect(result.refusals.first?.reason.contains("was shut out") == true)
    #expect(try hub.store.heldCounts() == [key: 5])
    #expect(try nothingIsThere())
    try hub.take(bundle)
    #expect(try hub.store.heldCounts() == [key: 5])
    #expect(try hub.refusal(of: bundle, device: "Table 3") != nil)
  }

  @Test("What is held stays, and another change of the same number is not said to be held")
  func heldOtherwise() throws {
    let key = try hub.enrol("Table 3", key: "a", as: [lab.replica], standing: .revoked)
    #expect(try hub.take(lab.bundle()).held == 5)
    let held = try hub.store.held(of: key)
    let copy = try BundleSide("copy", number: 1)
    try copy.addIdeas(7)
    let other = try hub.take(copy.bundle())
    #expect(other.held == 0 && other.refused == 7)
    #expect(other.refusals.first?.reason.contains("of the same number is held already") == true)
    #expect(try hub.store.held(of: key) == held)
    // The same again is held as it was, and so is what follows it.
    try lab.addIdeas(1)
    #expect(try hub.take(lab.bundle()).held == 6)
    #expect(try hub.store.heldCounts() == [key: 6])
  }

  @Test("A machine that is let in again brings nothing under the name that was shut out")
  func letInAgain() throws {
    let key = try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try hub.take(lab.bundle())
    let before = try hub.vector()
    let revocation = PeerRevokeRequest(peer: "Table 3", reason: "lost")
    let gate = try #require(hub.link as? OnlineLink)
    _ = try gate.administer(.revoke(revocation), at: hub.now, store: &hub.store)
    _ = try gate.administer(
      .approve(PeerApproveRequest(peer: key, role: "capture")), at: hub.now, store: &hub.store)
    try lab.addIdeas(2)
    let result = try hub.take(lab.bundle())
    #expect(result.applied == 0 && result.refused == 2 && result.duplicates == 5)
    #expect(result.refusals.first?.reason.contains("takes a new one when it connects") == true)
    let origin = Origin(replica: lab.replica, lane: .records)
    #expect(try hub.vector()[origin] == before[origin])
  }

  @Test("A name that was shut out in one project brings nothing into another")
  func shutOutElsewhere() throws {
    let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))
    try hub.store.adopt(other)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try hub.store.revoke(lab.replica, in: other, lastStanding: [:], reason: nil, at: hub.now)
    let result = try hub.take(lab.bundle())
    #expect(result.applied == 0 && result.refused == 5)
    #expect(result.refusals.first?.reason.contains("was shut out under this name") == true)
  }

  @Test("A copied disk's replica brings nothing before it has a key of its own")
  func copied() throws {
    let key = try hub.enrol("Table 3", key: "a")
    try hub.store.save(
      PeerLedger(replica: lab.replica, device: key, mustRenewKey: true), at: hub.now)
    let result = try hub.take(lab.bundle())
    #expect(
      result.refused == 5 && result.refusals.first?.reason.contains("a copy of another") == true)
    #expect(try nothingIsThere())
  }

  @Test("A machine that may only read, or has no right to the project, brings nothing")
  func rights() throws {
    try hub.enrol("Table 3", key: "a", as: [lab.replica], role: .readOnly)
    let reader = try hub.take(lab.bundle())
    #expect(reader.refused == 5 && reader.refusals.first?.reason.contains("may read") == true)
    try hub.enrol("Table 3", key: "a", projects: [])
    let elsewhere = try hub.take(lab.bundle())
    #expect(elsewhere.refused == 5 && elsewhere.refusals.first?.reason.contains("no right") == true)
    try hub.enrol("Table 3", key: "a", standing: .pending)
    #expect(try hub.take(lab.bundle()).refused == 5)
    #expect(try nothingIsThere())
    try hub.enrol("Table 3", key: "a")
    #expect(try hub.take(lab.bundle()).applied == 5)
  }

  @Test("What others wrote counts by their own rights, whoever carries it")
  func carried() throws {
    let carrier = try BundleSide("Table 4", number: 3)
    try carrier.addIdeas(2)
    try carrier.relay(lab)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    let stranger = try hub.take(carrier.bundle())
    #expect(stranger.applied == 5 && stranger.refused == 2)
    #expect(stranger.refusals.map(\.replica) == [carrier.replica.description])
    // One that is let in brings what is its own, and no replica that nobody spoke as.
    let third = try BundleSide("Table 5", number: 4)
    try third.addIdeas(1)
    try carrier.relay(third)
    try hub.enrol("Table 4", key: "b", as: [carrier.replica])
    let known = try hub.take(carrier.bundle())
    #expect(known.applied == 2 && known.refused == 1 && known.duplicates == 5)
    try hub.enrol("Table 4", key: "b", role: .relay)
    #expect(try hub.take(carrier.bundle()).applied == 1)
  }

  @Test("A laptop's replica does not claim the online side, in a bundle either")
  func forgedSide() throws {
    let forger = try BundleSide("forger", .online, number: 7)
    try forger.addIdeas(2)
    try hub.enrol("forger", key: "f", as: [forger.replica])
    let result = try hub.take(forger.bundle())
    #expect(result.refused == 2 && result.applied == 0)
    #expect(result.refusals.first?.reason.contains("a side that its sender is not") == true)
    // A laptop takes it: an online side is not asked what it may write.
    #expect(try BundleSide("Table 4", number: 3).take(forger.bundle()).applied == 2)
  }

  @Test("A laptop refuses the bundle of another laptop whole")
  func betweenLaptops() throws {
    let other = try BundleSide("Table 4", number: 3)
    try other.relay(hub)
    let failure = try #require(try other.refusal(of: lab.bundle()))
    #expect(failure.why.contains("made on another laptop") && failure.exit == .usage)
    #expect(failure.remedy == "carry it to the online side, and bring a bundle from there")
    #expect(try other.vector().origins.isEmpty)
    #expect(try other.store.replicaNames()[lab.replica] == nil)
    // By way of the online side it has all.
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try hub.take(lab.bundle())
    #expect(try other.take(hub.bundle()).applied == 5)
  }

  @Test("What a machine wrote that differs from what is here is left out, and the rest is taken")
  func differing() throws {
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try hub.take(lab.bundle())
    let copy = try BundleSide("copy", number: 1)
    try copy.addIdeas(7)
    let friend = try BundleSide("friend", number: 8)
    try friend.addIdeas(2)
    try hub.enrol("friend", key: "c", as: [friend.replica])
    try copy.relay(friend)
    let digest = try hub.vector()[Origin(replica: lab.replica, lane: .records)]
    let result = try hub.take(copy.bundle())
    #expect(result.applied == 2 && result.refused == 7)
    let reason = try #require(result.refusals.first?.reason)
    #expect(reason.contains("differs here and there") && reason.contains("has to connect once"))
    #expect(try hub.vector()[Origin(replica: lab.replica, lane: .records)] == digest)
  }

  @Test("A store that is an older copy takes nothing, and its own bundle says nothing to a machine")
  func olderCopy() throws {
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try hub.take(lab.bundle())
    let older = try BundleSide("Table 3", number: 1)
    let failure = try #require(try older.refusal(of: hub.bundle()))
    #expect(failure.why.contains("this store is an older copy"))
    #expect(try older.vector().origins.isEmpty)
    #expect(try lab.refusal(of: lab.bundle())?.why == "this machine made it itself")
  }

  @Test("One import at a time, and one that stands still is let go")
  func oneAtATime() throws {
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    let first = BundleUploadRequest(cursor: nil, bytes: .init([1]), isLast: false)
    _ = try hub.imports.take(first, beside: hub.store.path, at: hub.now)
    #expect(try hub.refusal(of: lab.bundle())?.why == "another one is under way")
    hub.imports.dropIdle(at: hub.now.monotonicMilliseconds + 59_999)
    #expect(try hub.refusal(of: lab.bundle()) != nil)
    hub.imports.dropIdle(at: hub.now.monotonicMilliseconds + 60_000)
    #expect(try hub.take(lab.bundle()).applied == 5)
  }
}
