import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import Testing

@testable import SyncDaemon

@Suite("A bundle")
struct BundleTests {
  @Test("there and back makes both sides equal, and tells the laptop what is online")
  func roundTrip() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(300)
    try hub.addIdeas(20)
    let there = try hub.take(lab.bundle())
    #expect(there.applied == 300 && there.refused == 0 && there.refusals.isEmpty)
    #expect(there.words.contains("The laptop does not know that"))
    let known = try lab.store.acknowledged(in: BundleSide.project, by: hub.replica)
    #expect(known.origins.isEmpty)
    let back = try lab.take(hub.bundle())
    #expect(back.applied == 20 && back.duplicates == 300)
    #expect(try lab.canonical() == hub.canonical())
    #expect(try lab.canonical().count == 320)
    #expect(try lab.digest() == hub.digest())
    let acknowledged = try lab.store.acknowledged(in: BundleSide.project, by: hub.replica)
    let own = Origin(replica: lab.replica, lane: .records)
    #expect(acknowledged[own] == (try lab.vector()[own]))
    // All is online, and it was not seen in a session of this moment.
    let check = try #require(try lab.link.leaveCheck(uncaptured: 0, only: nil, store: lab.store))
    #expect(check.notDurable == 0 && check.reasons == [.notProven])
  }

  @Test("that was only made makes nothing durable, and the laptop not safe to leave")
  func exported() throws {
    let lab = try BundleSide("Table 3", number: 1)
    try lab.addIdeas(3)
    _ = try lab.bundle()
    let check = try #require(try lab.link.leaveCheck(uncaptured: 0, only: nil, store: lab.store))
    #expect(check.notDurable == 3 && !check.isSafe)
  }

  @Test("imported again changes nothing")
  func twice() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(30)
    let bundle = try lab.bundle()
    try hub.take(bundle)
    let (digest, export) = (try hub.digest(), try hub.canonical())
    let again = try hub.take(bundle)
    #expect(again.applied == 0 && again.duplicates == 30 && again.refused == 0)
    #expect(try hub.digest() == digest)
    #expect(try hub.canonical() == export)
    // An older one brings nothing that is not here.
    try lab.addIdeas(5)
    try hub.take(lab.bundle())
    #expect(try hub.take(bundle).applied == 0)
  }

  @Test("that was cut or changed is refused whole, before anything is applied")
  func damage() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(40)
    let bundle = try lab.bundle()
    for count in stride(from: 0, to: bundle.count, by: 97) {
      let failure = try hub.refusal(of: Array(bundle.prefix(count)))
      #expect(failure?.what == "the bundle was not taken, and nothing was changed")
    }
    for index in stride(from: 0, to: bundle.count, by: 41) + [bundle.count - 1] {
      var changed = bundle
      changed[index] ^= 1
      #expect(try hub.refusal(of: changed) != nil)
    }
    let failure = try hub.refusal(of: Array(bundle.dropLast()))
    #expect(failure?.why.contains("it was cut, or a byte of it was changed") == true)
    #expect(try hub.vector().origins.isEmpty)
    #expect(try hub.take(bundle).applied == 40)
  }

  @Test("that does not give the hashes that it states is refused whole")
  func hashes() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(3)
    let changed = try BundleSide.messages(of: lab.bundle()).map { message in
      guard case .batch(var batch) = message else { return message }
      batch.changes.runs[0].changes[1].bytes[4] ^= 1
      return Message.batch(batch)
    }
    let failure = try hub.refusal(of: BundleSide.bundle(of: changed))
    #expect(failure?.why.contains("do not give the hashes that it states") == true)
    #expect(try hub.vector().origins.isEmpty)
  }

  @Test("that goes on behind what is missing is refused, and says what is missing")
  func gap() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(5)
    let all = try lab.bundle()
    let later = try BundleSide.messages(of: all).map { message in
      guard case .batch(var batch) = message else { return message }
      batch.changes.runs[0].firstSequence = 4
      batch.changes.runs[0].changes.removeFirst(3)
      return Message.batch(batch)
    }
    let failure = try #require(try hub.refusal(of: BundleSide.bundle(of: later)))
    #expect(failure.why.contains("changes 1 to 3 of"), "\(failure)")
    #expect(failure.why.contains("in lane 1 are neither here nor in it"))
    #expect(try hub.vector().origins.isEmpty)
    // With what was missing it is as good as any.
    try hub.take(all)
    #expect(try hub.take(BundleSide.bundle(of: later)).duplicates == 2)
  }

  @Test("has consent and erasures before everything else")
  func order() throws {
    let lab = try BundleSide("Table 3", number: 1)
    try lab.addIdeas(3)
    try lab.add("participant", ["display_name": .text("Ada")])
    let ada = try #require(
      try lab.reader.list(RecordQuery(kind: "participant")).records.first?.id.description)
    _ = try lab.store.erase(ada, at: lab.now)
    let lanes = try BundleSide.messages(of: lab.bundle()).compactMap { message -> Lane? in
      if case .batch(let batch) = message { batch.changes.lane } else { nil }
    }
    #expect(lanes == lanes.sorted() && lanes.first == .rights)
  }

  @Test("carries an erasure, which is done and answered with a receipt, there and back")
  func erasure() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.add("participant", ["display_name": .text("Anastasia")])
    let before = try lab.bundle()
    try hub.take(before)
    #expect(try hub.canonical().contains { $0.contains("Anastasia") })
    let ana = try #require(
      try lab.reader.list(RecordQuery(kind: "participant")).records.first?.id.description)
    _ = try lab.store.erase(ana, at: lab.now)
    try hub.take(lab.bundle())
    #expect(try !hub.canonical().contains { $0.contains("Anastasia") })
    try lab.take(hub.bundle())
    let erasure = try lab.reader.erasure(of: ana, project: nil)
    #expect(Set(erasure.receipts.map(\.replica)) == [lab.replica, hub.replica])
    // A stick from before brings nobody back.
    try hub.take(before)
    #expect(try !hub.canonical().contains { $0.contains("Anastasia") })
    #expect(try lab.canonical() == hub.canonical())
  }

  @Test("holds one project where one is asked for, and another side's projects are passed over")
  func projects() throws {
    let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))
    let lab = try BundleSide("Table 3", number: 1, projects: [BundleSide.project, other])
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.add("idea", ["title": .text("here")], in: BundleSide.project)
    try lab.add("idea", ["title": .text("there")], in: other)
    let all = try hub.take(lab.bundle())
    #expect(all.applied == 1 && all.elsewhere == 1)
    #expect(all.projectsElsewhere == [other.description])
    let one = try hub.take(lab.bundle(of: BundleSide.project.description))
    #expect(one.duplicates == 1 && one.elsewhere == 0)
    #expect(throws: ControlFailure.self) { try hub.bundle(of: other.description) }
  }

  @Test("is applied batch by batch, and what was applied stays once when it is broken off")
  func brokenOff() throws {
    let lab = try BundleSide("Table 3", number: 1)
    let hub = try BundleSide("hub", .online, number: 2)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    try lab.addIdeas(30)
    let bundle = try BundleSide.split(lab.bundle(), by: 3)
    let upload = BundleUploadRequest(cursor: nil, bytes: .init(bundle), isLast: true)
    var cursor = try hub.imports.take(upload, beside: hub.store.path, at: hub.now).cursor
    var applied = 0
    while applied < 4 {
      let progress = try hub.imports.goOn(
        BundleImportRequest(cursor: cursor), at: hub.now, store: &hub.store, link: hub.link)
      cursor = try #require(progress.cursor)
      if progress.phase == .applying { applied += 1 }
      #expect(try hub.vector().total == UInt64(3 * applied))
      #expect(progress.phase == .checking || progress.done == 3 * applied)
    }
    hub.imports.dropIdle(at: hub.now.monotonicMilliseconds + 60_000)
    let again = try hub.take(bundle)
    #expect(again.applied == 18 && again.duplicates == 12)
    #expect(try hub.canonical() == lab.canonical())
  }
}
