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
    let departure = try lab.store.leave(lab.project, at: lab.now)
    #expect(departure.changes == 1)
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
}
