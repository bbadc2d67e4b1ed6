import Foundation
import GRDB
import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Devices, invitations and what is held")
struct DeviceTests {
  private let secret: [UInt8] = Array(1...16)
  private func key(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "k", count: 40 - text.count) + text
  }

  private func fixture() throws -> StoreFixture { try StoreFixture(side: .online, number: 100) }

  private func words(_ redemption: Redemption) -> String {
    switch redemption {
    case .admitted(let device): "admitted \(device.name)"
    case .refused(let words): words
    }
  }

  @Test("What a device last said outlives a restart, in a store of the version before too")
  func reports() throws {
    let online = try fixture()
    // As a store of the version before.
    try online.sql("DROP TABLE sync_fleet; PRAGMA user_version = 4")
    try online.reopen()
    #expect(try online.store.deviceReports().isEmpty)
    var report = DeviceReport(
      at: 5_000, unsent: 30, oldestAt: 1_000, clockOffsetMilliseconds: -7, software: "labsyncd 1")
    let other = DeviceReport(
      at: 5_000, unsent: 0, oldestAt: nil, clockOffsetMilliseconds: 0, software: "labsyncd 2")
    try online.store.save(reports: [key(1): report, key(2): other], at: online.now)
    report.unsent = 12
    try online.store.save(reports: [key(1): report], at: online.now)
    try online.reopen()
    #expect(try online.store.deviceReports() == [key(1): report, key(2): other])
  }

  @Test("The oldest change that nobody else has is told from what was acknowledged")
  func oldest() throws {
    let lab = try StoreFixture(number: 1)
    #expect(try lab.store.oldestUnacknowledged(by: nil) == nil)
    let peer = ReplicaID(rawValue: UniqueID(high: 0xA000, low: 100))
    for title in ["first", "later"] {
      try lab.sql("INSERT INTO ideas (title) VALUES (?)", [title])
      try lab.capture()
      lab.milliseconds += 60_000
    }
    let start = lab.milliseconds - 120_000
    #expect(try lab.store.oldestUnacknowledged(by: peer) == start)
    let origin = Origin(replica: lab.store.replica, lane: .records)
    let hash = try #require(try lab.store.chainHash(of: origin, at: 1, in: lab.project))
    try lab.store.acknowledge(
      [origin: ChainPosition(sequence: 1, hash: hash)], in: lab.project, by: peer, at: lab.now)
    #expect(try lab.store.oldestUnacknowledged(by: peer) == start + 60_000)
    #expect(try lab.store.oldestUnacknowledged(by: nil) == start)
  }

  @Test("A secret works once, for one device, in time, and is nowhere in the file")
  func once() throws {
    let online = try fixture()
    let terms = InvitationTerms(
      name: "Table 3", projects: [online.project], role: .relay,
      expiresAt: online.milliseconds + 1_000)
    try online.store.invite(secret: secret, terms, at: online.now)
    #expect(try online.store.openInvitations(at: online.now) == [terms])
    func redeem(_ secret: [UInt8], _ number: Int) throws -> String {
      words(
        try online.store.redeem(
          secret: secret, by: key(number), calling: "laptop", at: online.now))
    }
    #expect(try redeem(Array(repeating: 0, count: 16), 1).contains("not one of this online side"))
    #expect(try redeem(secret, 1) == "admitted Table 3")
    let device = try #require(try online.store.devices().first)
    #expect(device.projects == [online.project])
    #expect(device.role == .relay)
    // An answer may be lost on its way: the same device may ask again, also later.
    online.milliseconds += 5_000
    #expect(try redeem(secret, 1) == "admitted Table 3")
    #expect(try redeem(secret, 2).contains("used already by Table 3"))
    try online.store.onConnection { database, _ in
      _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: online.store.path))
    #expect(bytes.range(of: Data(secret)) == nil)
  }

  @Test("An expired secret, and one of a revoked device, are refused")
  func refused() throws {
    let online = try fixture()
    try online.store.invite(
      secret: secret,
      InvitationTerms(projects: nil, expiresAt: online.milliseconds + 10), at: online.now)
    online.milliseconds += 10
    #expect(
      words(
        try online.store.redeem(secret: secret, by: key(1), calling: "a", at: online.now))
        == "the invitation has expired")
    let other = Array(secret.reversed())
    try online.store.invite(
      secret: other, InvitationTerms(projects: nil, expiresAt: .max), at: online.now)
    try online.store.save(
      EnrolledDevice(key: key(2), name: "b", standing: .revoked, since: 1), at: online.now)
    #expect(
      words(try online.store.redeem(secret: other, by: key(2), calling: "b", at: online.now))
        .contains("revoked"))
  }

  @Test("Two devices never have one name, and pending ones are bounded")
  func names() throws {
    let online = try fixture()
    for number in 1...3 {
      let secret = Array(repeating: UInt8(number), count: 16)
      try online.store.invite(
        secret: secret, InvitationTerms(projects: nil, expiresAt: .max), at: online.now)
      _ = try online.store.redeem(
        secret: secret, by: key(number), calling: "laptop", at: online.now)
    }
    #expect(try online.store.devices().map(\.name) == ["laptop", "laptop 2", "laptop 3"])
    for number in 10..<(20 + SQLiteStore.pendingDevices) {
      try online.store.save(
        EnrolledDevice(
          key: key(number), name: "p", standing: .pending, since: Int64(number)), at: online.now)
    }
    let pending = try online.store.devices().filter { $0.standing == .pending }
    #expect(pending.count == SQLiteStore.pendingDevices)
    #expect(pending.allSatisfy { $0.since >= 20 })
  }

  @Test("Which devices spoke is known though none is enrolled, with the name of the newest replica")
  func spoke() throws {
    let online = try fixture()
    func replica(_ number: UInt64) -> ReplicaID {
      ReplicaID(rawValue: UniqueID(high: 0xB000, low: number))
    }
    for (number, name) in [(1, "Table 3"), (2, "Table 3 again")] as [(UInt64, String)] {
      try online.store.save(PeerLedger(replica: replica(number), device: key(1)), at: online.now)
      try online.store.rememberName(of: replica(number), name, at: online.now)
    }
    try online.store.save(PeerLedger(replica: replica(3), device: key(2)), at: online.now)
    // Met through a relay: no device of its own.
    try online.store.rememberName(of: replica(4), "elsewhere", at: online.now)
    #expect(try online.store.devicesThatSpoke() == [key(1): "Table 3 again", key(2): ""])
    #expect(try online.store.devices().isEmpty)
  }

  @Test("What is held is in no table that people read, and is applied up to a moment")
  func holding() throws {
    let (lab, online) = (try StoreFixture(number: 1), try fixture())
    try lab.sql("INSERT INTO ideas (title) VALUES ('before')")
    try send(from: lab, to: online)
    try online.store.save(
      PeerLedger(replica: lab.store.replica, device: key(1)), at: online.now)
    try online.store.revoke(
      lab.store.replica, in: online.project, lastStanding: [:], reason: "lost", at: online.now)
    for (minute, title) in ["one", "two", "three"].enumerated() {
      try lab.sql("INSERT INTO ideas (title) VALUES ('\(title)')")
      lab.milliseconds += 60_000
      try lab.capture()
      let batch = try #require(
        try lab.store.changes(
          in: lab.project, lane: .records, notIn: online.store.vector(of: online.project),
          atMost: BatchBounds(bytes: 100_000, rows: 100)))
      // Handed over again and again, it is held once; what is too much is not.
      let bounds = BatchBounds(bytes: 1 << 20, rows: minute + 1)
      func hold(_ bounds: BatchBounds) throws -> Bool {
        try online.store.hold(batch, from: key(1), within: bounds, at: online.now)
      }
      #expect(try minute == 0 || !hold(BatchBounds(bytes: 1 << 20, rows: minute)))
      #expect(try minute == 0 || !hold(BatchBounds(bytes: 10, rows: 100)))
      #expect(try online.store.heldCounts()[key(1)] ?? 0 == minute)
      #expect(try hold(bounds))
      #expect(try online.store.heldCounts() == [key(1): minute + 1])
    }
    #expect(try online.count("SELECT count(*) FROM ideas") == 1)
    #expect(try online.store.vector(of: online.project).total == 2)
    let held = try online.store.held(of: key(1))
    #expect(held.map(\.kind) == ["idea", "idea", "idea"])
    let moment = try #require(held[1].writtenAt)
    #expect(try online.store.release(of: key(1), until: moment, at: online.now) >= 1)
    #expect(try online.store.release(of: key(1), until: .max, at: online.now) >= 0)
    #expect(try online.store.heldCounts().isEmpty)
    #expect(try online.count("SELECT count(*) FROM ideas") == 4)
    // A laptop that kept everything comes to the same.
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
  }

  @Test("What came under its own name while it was held is not released, and takes nothing back")
  func cameMeanwhile() throws {
    let (lab, online) = (try StoreFixture(number: 1), try fixture())
    try lab.sql("INSERT INTO ideas (title) VALUES ('before')")
    try send(from: lab, to: online)
    try online.store.save(PeerLedger(replica: lab.store.replica, device: key(1)), at: online.now)
    func revoke() throws {
      try online.store.revoke(
        lab.store.replica, in: online.project, lastStanding: [:], reason: nil, at: online.now)
    }
    try revoke()
    try lab.sql("INSERT INTO ideas (title) VALUES ('held')")
    try lab.capture()
    let batch = try #require(
      try lab.store.changes(
        in: lab.project, lane: .records, notIn: online.store.vector(of: online.project),
        atMost: BatchBounds(bytes: 100_000, rows: 100)))
    let bounds = BatchBounds(bytes: 1 << 20, rows: 100)
    #expect(try online.store.hold(batch, from: key(1), within: bounds, at: online.now))
    try online.sql("DELETE FROM revocations")
    try online.capture()
    try lab.sql("INSERT INTO ideas (title) VALUES ('after')")
    try send(from: lab, to: online)
    #expect(try online.count("SELECT count(*) FROM ideas") == 3)
    try revoke()
    #expect(try online.store.release(of: key(1), until: .max, at: online.now) == 0)
    #expect(try online.count("SELECT count(*) FROM ideas") == 3)
    #expect(try online.store.heldCounts().isEmpty)
  }

  /// Found by seed 240003374: a name that was taken back went on under the machine's own new key.
  @Test("A copy that has to make its own key goes on under a new name once its name is taken back")
  func copyIsTakenBack() throws {
    let online = try fixture()
    let replica = ReplicaID(rawValue: UniqueID(high: 0xA000, low: 9))
    let token = SessionToken(rawValue: UniqueID(high: 1, low: 1))
    for mustRenewKey in [false, true] {
      try online.store.save(
        PeerLedger(
          replica: replica, device: key(1), presented: token, mustRenewKey: mustRenewKey),
        at: online.now)
      try online.store.revoke(
        replica, in: online.project, lastStanding: [:], reason: nil, at: online.now)
      var ledger = try #require(try online.store.ledger(of: replica))
      #expect(ledger.mustRenewKey == mustRenewKey)
      ledger.move(to: key(2))
      let isGood = ledger.present(token)
      #expect(isGood != mustRenewKey)
    }
  }

  @Test("What a device brought under a new name is held no more, and is not released")
  func broughtOtherwise() throws {
    let (lab, online) = (try StoreFixture(number: 1), try fixture())
    try lab.sql("INSERT INTO ideas (title) VALUES ('before')")
    try send(from: lab, to: online)
    let former = lab.store.replica
    try online.store.save(PeerLedger(replica: former, device: key(1)), at: online.now)
    try online.store.revoke(
      former, in: online.project, lastStanding: [:], reason: "lost", at: online.now)
    try lab.sql("INSERT INTO ideas (title) VALUES ('one')")
    try lab.sql("INSERT INTO ideas (title) VALUES ('two')")
    try lab.capture()
    let batch = try #require(
      try lab.store.changes(
        in: lab.project, lane: .records, notIn: online.store.vector(of: online.project),
        atMost: BatchBounds(bytes: 100_000, rows: 100)))
    try online.store.hold(batch, from: key(1), at: online.now)
    // It has brought nothing yet under its new name.
    try online.store.forgetBrought(by: key(1), at: online.now)
    #expect(try online.store.heldCounts() == [key(1): 2])
    var points = ForkPoints()
    for lane in Lane.allCases {
      let origin = Origin(replica: former, lane: lane)
      points[lab.project, lane] = try online.store.vector(of: lab.project).sequence(of: origin)
    }
    #expect(try lab.store.fork(at: points, now: lab.now).reissued == 2)
    try online.store.save(
      PeerLedger(replica: lab.store.replica, device: key(1)), at: online.now)
    try exchange(lab, online)
    #expect(try online.store.release(of: key(1), until: .max, at: online.now) == 0)
    #expect(try online.store.heldCounts().isEmpty)
    let origin = Origin(replica: former, lane: .records)
    #expect(try online.store.vector(of: online.project).sequence(of: origin) == 1)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
  }

  @Test("What a device wrote from a moment on is taken back, on every replica")
  func takenBack() throws {
    let (lab, online) = (try StoreFixture(number: 1), try fixture())
    for title in ["good", "bad", "worse"] {
      try lab.sql("INSERT INTO ideas (title) VALUES ('\(title)')")
    }
    try send(from: lab, to: online)
    let origin = Origin(replica: lab.store.replica, lane: .records)
    let end = try online.store.lastChange(of: origin, in: online.project, before: .max)
    #expect(end == 3)
    #expect(try online.store.lastChange(of: origin, in: online.project, before: 0) == 0)
    try online.store.revoke(
      lab.store.replica, in: online.project, lastStanding: [.records: 1], reason: "lost",
      at: online.now)
    #expect(try online.text("SELECT group_concat(title) FROM ideas") == "good")
    try exchange(lab, online)
    #expect(try lab.text("SELECT group_concat(title) FROM ideas") == "good")
    #expect(try online.store.lastStanding(of: origin, in: online.project) == 1)
  }

  @Test("A project that was left is in no byte of the file, with a receipt; others stay")
  func leaving() throws {
    let lab = try StoreFixture(number: 1)
    let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))
    try lab.store.adopt(other)
    try lab.sql(
      "INSERT INTO ideas (title, project) VALUES ('zebra-leaves', ?)",
      [lab.project.description])
    try lab.sql(
      "INSERT INTO ideas (title, project) VALUES ('stays', ?)", [other.description])
    try lab.capture()
    let removal = try lab.store.leave(
      lab.project, confirmed: lab.store.vector(of: lab.project), at: lab.now)
    let departure = removal.departure
    #expect(departure.changes == 1)
    #expect(removal.writes == 0)
    #expect(lab.store.projects == [other])
    #expect(try lab.text("SELECT group_concat(title) FROM ideas") == "stays")
    #expect(try lab.store.untoldDepartures() == [departure])
    for end in ["", "-wal"] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: lab.store.path + end))
      #expect(bytes.range(of: Data("zebra-leaves".utf8)) == nil)
    }
    try lab.reopen()
    #expect(lab.store.projects == [other])
    try lab.sql(
      "INSERT INTO ideas (title, project) VALUES ('more', ?)", [other.description])
    #expect(try lab.capture().changes == 1)
    try lab.store.settleOwnDepartures(at: lab.now)
    #expect(try lab.store.untoldDepartures().isEmpty)
  }

  @Test("A project that was written to after both sides were compared stays whole")
  func writtenMeanwhile() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title) VALUES ('compared')")
    try lab.capture()
    let confirmed = try lab.store.vector(of: lab.project)
    func leave(_ confirmed: ProjectVector?) throws -> ProjectRemoval {
      try lab.store.leave(lab.project, confirmed: confirmed, at: lab.now)
    }
    // A write that is no change yet, then one that is.
    try lab.sql("INSERT INTO ideas (title) VALUES ('meanwhile')")
    #expect(throws: ProjectMoved(writes: 1)) { try leave(confirmed) }
    try lab.capture()
    #expect(throws: ProjectMoved(writes: 0)) { try leave(confirmed) }
    #expect(lab.store.projects == [lab.project])
    #expect(try lab.count("SELECT count(*) FROM ideas") == 2)
    #expect(try lab.store.vector(of: lab.project).total == 2)
    #expect(try lab.store.untoldDepartures().isEmpty)
    // Whoever wants the loss is told how much it is.
    try lab.sql("UPDATE ideas SET title = 'once more' WHERE title = 'meanwhile'")
    let removal = try leave(nil)
    #expect(removal.departure.changes == 2)
    #expect(removal.writes == 1)
    #expect(lab.store.projects.isEmpty)
  }
}
