import Foundation
import GRDB
import LivingLab
import SyncCore
import SyncWire
import Testing

@testable import SQLiteStore

@Suite("Erasing a person")
struct ErasureTests {
  let lab: StoreFixture
  let online: StoreFixture

  init() throws {
    lab = try StoreFixture(number: 1)
    online = try StoreFixture(side: .online, number: 2)
  }

  static let ana = "00000000-0000-7000-8000-00000000a0a0"
  /// Words that stand nowhere else.
  static let words = [
    "Anastasia Qwertzuiop", "ana.qwertz@example.org", "aged 71-73", "Bertran Yxcvb",
  ]

  private func insertAna(_ fixture: StoreFixture) throws {
    try fixture.sql(
      """
      INSERT INTO participants (id, code, display_name, contact, birth_band, guardian, locale)
      VALUES (?, 'SL-0042', ?, ?, ?, ?, 'ca')
      """, [Self.ana, Self.words[0], Self.words[1], Self.words[2], Self.words[3]])
  }

  private func erase(_ fixture: StoreFixture) throws {
    try fixture.sql("INSERT INTO erasures (participant) VALUES (?)", [Self.ana])
    try fixture.capture()
  }

  private func receipts(_ fixture: StoreFixture) throws -> Int {
    try fixture.count("SELECT count(*) FROM erasure_receipts")
  }

  private func expectClean(
    _ fixtures: StoreFixture..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for fixture in fixtures {
      for word in Self.words {
        #expect(try fixture.filesHolding(word) == [], sourceLocation: sourceLocation)
      }
      let row = try fixture.text(
        "SELECT display_name || contact || birth_band || guardian FROM participants")
      #expect(row == nil, sourceLocation: sourceLocation)
      let verification = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
        .verify()
      #expect(verification.damages.isEmpty, sourceLocation: sourceLocation)
    }
  }

  @Test("No byte of the values is left in any file, the chains stay whole, and there are receipts")
  func bytes() throws {
    try insertAna(lab)
    try lab.sql("INSERT INTO ideas (title, authors) VALUES ('A garden', json_array(?))", [Self.ana])
    try lab.sql(
      "INSERT INTO supports (idea, participant, value) SELECT id, ?, 1 FROM ideas", [Self.ana])
    try exchange(lab, online)
    #expect(try online.filesHolding(Self.words[0]) != [])
    try erase(lab)
    try exchange(lab, online)
    try exchange(lab, online)
    try expectClean(lab, online)
    #expect(try lab.store.digest(of: lab.project) == online.store.digest(of: lab.project))
    #expect(try lab.dump() == online.dump())
    #expect(try receipts(lab) == 2)
    // The person's code, idea and vote stand.
    #expect(try online.text("SELECT code || locale FROM participants") == "SL-0042ca")
    #expect(try online.text("SELECT authors FROM ideas") == "[\"\(Self.ana)\"]")
    #expect(try online.count("SELECT sum(value) FROM supports") == 1)
  }

  @Test(
    "The same state, whether the person or the erasure is heard of first", arguments: [true, false])
  func order(erasureFirst: Bool) throws {
    let (one, other) = (try StoreFixture(number: 3), try StoreFixture(number: 4))
    try insertAna(one)
    try one.capture()
    try erase(other)
    let hearing = erasureFirst ? [other, one] : [one, other]
    for fixture in hearing { try send(from: fixture, to: online) }
    for _ in 1...3 {
      for fixture in [one, other, lab] { try exchange(fixture, online) }
    }
    try expectClean(one, other, lab, online)
    for fixture in [one, other, lab] { #expect(try fixture.dump() == online.dump()) }
    #expect(try receipts(lab) == 4)
  }

  @Test("Edits of a laptop that had not heard of it count as null, and open no conflict")
  func lateEdits() throws {
    try insertAna(online)
    try exchange(lab, online)
    try erase(online)
    try lab.sql("UPDATE participants SET display_name = ?, locale = 'es'", [Self.words[0] + "!"])
    try lab.sql("UPDATE participants SET contact = ?", [Self.words[1]])
    try lab.capture()
    try exchange(lab, online)
    try exchange(lab, online)
    try expectClean(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.text("SELECT locale FROM participants") == "es")
    #expect(try online.openConflicts().isEmpty)
  }

  @Test("A store from an older backup brings nothing back, under its old name or a new one")
  func backup() throws {
    try insertAna(lab)
    try exchange(lab, online)
    let backup = try lab.backup()
    try erase(online)
    try exchange(lab, online)
    try exchange(lab, online)
    try backup.sql("UPDATE participants SET display_name = ?", [Self.words[0]])
    try backup.sql("UPDATE participants SET guardian = 'Bertran Yxcvb the younger'")
    try backup.capture()
    var points = ForkPoints()
    for lane in Lane.allCases { points[lab.project, lane] = 0 }
    _ = try backup.store.fork(at: points, now: backup.now)
    try exchange(backup, online)
    try exchange(backup, online)
    try exchange(lab, online)
    try expectClean(lab, online, backup)
    #expect(try backup.dump() == online.dump())
    #expect(try lab.dump() == online.dump())
    // The laptop, the online side, and the copy under its new name.
    #expect(try receipts(online) == 3)
  }

  @Test("A former name of a machine has erased with it, and an unknown one stays outstanding")
  func formerNames() throws {
    func replica(_ low: UInt64) -> ReplicaID { ReplicaID(rawValue: UniqueID(high: 7, low: low)) }
    // A laptop under three names, one that has not erased, and one that lent its key to nobody.
    let present = lab.store.replica
    for (replica, key) in [
      (replica(1), "a"), (replica(2), "a"), (present, "a"), (replica(3), "b"), (replica(4), "b"),
      (replica(5), "c"),
    ] { try online.store.save(PeerLedger(replica: replica, device: key), at: online.now) }
    let before = online.store.replica
    try insertAna(online)
    try exchange(lab, online)
    _ = try online.store.fork(at: ForkPoints(), now: online.now)
    try erase(online)
    try exchange(lab, online)
    try exchange(lab, online)
    let erasure = try online.reader().erasure(of: Self.ana)
    let erased = Dictionary(
      erasure.receipts.map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(Set(erased.keys) == [replica(1), replica(2), present, before, online.store.replica])
    #expect(erased[replica(1)]?.present == present && erased[replica(2)]?.present == present)
    #expect(erased[replica(1)]?.erasedAt == erased[present]?.erasedAt)
    #expect(erased[before]?.present == online.store.replica && erased[present]?.present == nil)
    #expect(erasure.outstanding.map(\.replica) == [replica(3), replica(4), replica(5)])
    #expect(erasure.outstanding.map(\.present) == [replica(4), nil, nil])
  }

  @Test("A machine that shares another's key has erased for itself alone")
  func sharedKey() throws {
    let first = ReplicaID(rawValue: UniqueID(high: 7, low: 1))
    let copy = lab.store.replica
    try online.store.save(PeerLedger(replica: first, device: "a"), at: online.now)
    try online.store.save(
      PeerLedger(replica: copy, device: "a", mustRenewKey: true), at: online.now)
    try insertAna(online)
    try exchange(lab, online)
    try erase(online)
    try exchange(lab, online)
    try exchange(lab, online)
    let erasure = try online.reader().erasure(of: Self.ana)
    #expect(erasure.receipts.map(\.replica).contains(copy))
    #expect(erasure.outstanding.map(\.replica) == [first])
  }

  @Test("A laptop knows what its online side called itself, and of nobody else")
  func formerNamesOnALaptop() throws {
    func replica(_ low: UInt64) -> ReplicaID { ReplicaID(rawValue: UniqueID(high: 7, low: low)) }
    let present = online.store.replica
    for (number, met) in [
      (replica(1), "hub"), (replica(2), "other"), (replica(3), ""), (replica(4), ""),
      (present, "hub"),
    ].enumerated() {
      try lab.store.rememberName(of: met.0, met.1, at: lab.now)
      try lab.sql(
        "INSERT INTO sync_acknowledged (peer, origin, sequence, hash, at) VALUES (?, 1, 1, x'', ?)",
        [met.0.description, number])
    }
    try insertAna(lab)
    try erase(lab)
    try exchange(lab, online)
    try exchange(lab, online)
    let erasure = try lab.reader().erasure(of: Self.ana)
    #expect(
      erasure.receipts.filter { $0.present != nil }.map(\.replica) == [replica(1)])
    #expect(erasure.outstanding.map(\.replica) == [replica(2), replica(3), replica(4)])
    #expect(erasure.outstanding.map(\.present) == [nil, nil, nil])
  }

  @Test("A part of a chain that is fetched anew comes without it, and a fork after it too")
  func repair() throws {
    try insertAna(online)
    let other = try StoreFixture(number: 5)
    try exchange(lab, online)
    // The other one has it whole until it hears of the erasure.
    try exchange(other, online)
    try erase(lab)
    try lab.store.truncate(
      Origin(replica: online.store.replica, lane: .records), after: 0, in: lab.project,
      now: lab.now)
    try exchange(other, lab)
    try exchange(other, lab)
    var points = ForkPoints()
    for lane in Lane.allCases { points[lab.project, lane] = 0 }
    let fork = try lab.store.fork(at: points, now: lab.now)
    // Found by seed 70004375: nobody writes afterwards, and the new name owes a receipt all the same.
    #expect(
      try lab.text("SELECT replica FROM erasure_receipts WHERE replica = '\(fork.current)'") != nil)
    for _ in 1...2 {
      for fixture in [lab, other] { try exchange(fixture, online) }
    }
    try exchange(lab, online)
    try expectClean(lab, online, other)
    #expect(try lab.dump() == online.dump())
  }

  @Test("Parked changes, rows that wait and resolved conflicts lose the values too")
  func beside() throws {
    try insertAna(lab)
    try exchange(lab, online)
    // An open conflict that somebody resolves.
    try lab.sql("UPDATE participants SET display_name = 'Bertran Yxcvb'")
    try online.sql("UPDATE participants SET display_name = 'Anastasia Qwertzuiop II'")
    try exchange(lab, online)
    let conflict = try #require(try online.text("SELECT id FROM sync_conflicts"))
    _ = try online.store.resolveConflict(conflict, .keep(1), at: online.now)
    // A change that can be read no further than whose it is.
    try park("Anastasia Qwertzuiop, stray", in: online)
    // A row that was set aside.
    try online.outside.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          INSERT INTO sync_outbox (kind, operation, written_at, new, failure) VALUES
          ('participant', 'update', 0,
           json_object('id', ?, 'display_name', 'Anastasia Qwertzuiop', 'locale', 'fr'), 'why')
          """, arguments: [Self.ana])
    }
    try erase(online)
    #expect(try online.text("SELECT new FROM sync_outbox")?.contains("\"locale\":\"fr\"") == true)
    #expect(
      try online.count("SELECT count(*) FROM sync_log WHERE personal IS NOT NULL") == 0)
    for word in Self.words { #expect(try online.filesHolding(word) == []) }
    try exchange(lab, online)
    try exchange(lab, online)
    for word in Self.words { #expect(try lab.filesHolding(word) == []) }
  }

  @Test("What a revoked device handed over loses the values, held before the erasure or after it")
  func held() throws {
    try insertAna(lab)
    try exchange(lab, online)
    func handOver(_ name: String) throws {
      try lab.sql("UPDATE participants SET display_name = ?", [name])
      try lab.capture()
      let batch = try lab.store.changes(
        in: lab.project, lane: .records, notIn: online.store.vector(of: online.project),
        atMost: BatchBounds(bytes: 100_000, rows: 100))
      try online.store.hold(try #require(batch), from: "a device", at: online.now)
    }
    try handOver("Anastasia Qwertzuiop, held")
    let personal = "SELECT count(*) FROM sync_held WHERE personal IS NOT NULL"
    #expect(try online.count(personal) == 1)
    try erase(online)
    #expect(try online.count(personal) == 0)
    try handOver("Anastasia Qwertzuiop, later")
    #expect(try online.store.heldCounts() == ["a device": 2])
    #expect(try online.count(personal) == 0)
    for word in Self.words { #expect(try online.filesHolding(word) == []) }
  }

  /// A participant's change in a lane where none belongs.
  private func park(_ name: String, in fixture: StoreFixture) throws {
    let stranger = ReplicaID(rawValue: UniqueID(high: 0xB000, low: 9))
    let dot = Dot(replica: stranger, lane: .activity, sequence: 1)
    let change = Change(
      project: fixture.project, dot: dot, hlc: HLC(rawValue: 1), side: .lab, authority: .lab,
      channel: "lab", kind: "participant", record: try #require(RecordID(Self.ana)),
      operations: [
        FieldOperation(cell: CellKey("display_name"), value: .text(name), replaces: [])
      ])
    let encoded = ChangeCodec.encode(
      change, isPersonal: { $0 == "display_name" },
      commitmentKey: Array(repeating: 7, count: 16))
    let batch = ChangeBatch(
      project: fixture.project, lane: .activity,
      runs: [ChangeRun(replica: stranger, firstSequence: 1, changes: [encoded])])
    let applied = try fixture.store.apply(batch, at: fixture.now)
    #expect(applied.exceptions.map(\.verdict) == [.parked(.undecodable)])
  }

  @Test("Whoever is erased gets no name again, by SQL, by command or by an import")
  func refusals() throws {
    try insertAna(lab)
    try lab.sql("INSERT INTO erasures (participant) VALUES (?)", [Self.ana])
    // Also while the daemon has not looked yet.
    #expect(throws: DatabaseError.self) {
      try lab.sql("UPDATE participants SET display_name = 'Ana'")
    }
    try lab.capture()
    #expect(throws: DatabaseError.self) {
      try lab.sql("UPDATE participants SET contact = 'Ana'")
    }
    #expect(throws: DatabaseError.self) { try lab.sql("DELETE FROM erasures") }
    #expect(throws: DatabaseError.self) {
      try lab.sql(
        "INSERT INTO erasure_receipts (participant, replica) VALUES (?, 'x')", [Self.ana])
    }
    #expect(throws: StoreError.self) {
      try lab.store.set(
        "participant", id: Self.ana, RecordEdit(fields: ["guardian": .text("Ana")]), at: lab.now)
    }
    let line =
      "{\"kind\":\"participant\",\"id\":\"\(Self.ana)\",\"fields\":{\"display_name\":\"Ana Again\"}}"
    let outcome = try lab.store.importLines(
      [Array(line.utf8)], firstLine: 1, project: lab.project, at: lab.now)
    #expect(outcome.refused.first?.reason.contains("erased") == true)
    try lab.sql("UPDATE participants SET locale = 'es', display_name = NULL")
    try lab.capture()
    #expect(try lab.text("SELECT locale FROM participants") == "es")
    #expect(try lab.filesHolding("Ana Again") == [])
  }

  @Test("The log takes nothing but this clearing")
  func appendOnly() throws {
    try insertAna(lab)
    try lab.capture()
    for change in ["personal = x'01'", "bytes = x''", "hash = zeroblob(16)", "sequence = 9"] {
      #expect(throws: DatabaseError.self) { try lab.sql("UPDATE sync_log SET \(change)") }
    }
    #expect(throws: DatabaseError.self) { try lab.sql("DELETE FROM sync_log") }
  }

  @Test("An erasure that is taken back brings nothing back, on whichever replica")
  func voided() throws {
    try insertAna(lab)
    try erase(lab)
    try exchange(lab, online)
    try online.sql(
      "INSERT INTO voids (replica, lane, sequence, state) VALUES (?, 0, 1, 'void')",
      [lab.store.replica.description])
    try exchange(lab, online)
    try exchange(lab, online)
    try insertLate()
    try expectClean(lab, online)
    #expect(try lab.dump() == online.dump())
  }

  private func insertLate() throws {
    let late = try StoreFixture(number: 6)
    try insertAna(late)
    try exchange(late, online)
    try exchange(lab, online)
  }

  @Test("What a reader holds open is waited for: the receipt comes when the bytes are gone")
  func heldOpen() throws {
    try insertAna(lab)
    try lab.capture()
    try lab.outside.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN")
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM participants")
    }
    let other = try DatabaseQueue(path: lab.store.path)
    try other.writeWithoutTransaction {
      try $0.execute(sql: "INSERT INTO erasures (participant) VALUES (?)", arguments: [Self.ana])
    }
    try lab.capture()
    func receiptCount() throws -> Int {
      try other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM erasure_receipts") ?? -1 }
    }
    #expect(try receiptCount() == 0)
    try lab.outside.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
    // A restart finds it due as well.
    try lab.reopen()
    #expect(try lab.capture().changes == 1)
    #expect(try receiptCount() == 1)
    try expectClean(lab)
  }
}
