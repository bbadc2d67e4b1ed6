import GRDB
import LivingLab
import SyncCore
import SyncWire
import Testing

@testable import SQLiteStore

@Suite struct QueriesRetryTests {
  /// A store of an older software, filled from `sender` and then opened by today's.
  private func upgraded(
    from older: Schema, number: UInt64 = 9, filledBy sender: StoreFixture,
    then check: (_ store: SQLiteStore) throws -> Void
  ) throws -> SQLiteStore {
    let path = sender.folder.appendingPathComponent("older-\(number).db").path
    do {
      let old = try SQLiteStore.create(
        at: path, side: .lab, name: "older", schema: older,
        replica: ReplicaID(rawValue: UniqueID(high: 0xB000, low: number)))
      try old.adopt(sender.project)
      try fill(old, from: sender)
      try check(old)
    }
    return try SQLiteStore(opening: path, side: .lab, schema: LivingLab.schema)
  }

  private func fill(_ store: SQLiteStore, from sender: StoreFixture) throws {
    try sender.capture()
    for lane in Lane.allCases {
      let batch = try sender.store.changes(
        in: sender.project, lane: lane, notIn: store.vector(of: sender.project),
        atMost: BatchBounds(bytes: 1_000_000, rows: 1_000))
      if let batch { _ = try store.apply(batch, at: sender.now) }
    }
  }

  private func export(_ store: SQLiteStore, at now: Instant) throws -> [String] {
    let reader = try StoreReader(opening: store.path, schema: LivingLab.schema)
    return try reader.export(ExportSelection(isCanonical: true), at: now).lines
  }

  private func parked(_ store: SQLiteStore) throws -> StoredParkedPage {
    try StoreReader(opening: store.path, schema: LivingLab.schema).parked(limit: 10)
  }

  private func sender() throws -> StoreFixture {
    let sender = try StoreFixture(number: 1)
    try sender.sql("INSERT INTO ideas (title, stage) VALUES ('one', 'launch')")
    try sender.sql("INSERT INTO comments (idea, body) SELECT id, 'c' FROM ideas")
    try sender.sql("UPDATE ideas SET title = 'two', stage = 'maturity'")
    return sender
  }

  @Test func aKindThatTheOlderSoftwareDidNotKnowIsShownAfterTheUpgrade() throws {
    let sender = try sender()
    let older = Schema(kinds: LivingLab.schema.kinds.filter { $0.name != "idea" })
    let store = try upgraded(from: older, filledBy: sender) { old in
      let page = try parked(old)
      #expect(page.parked.map(\.reason) == [.unknownKind, .unknownKind])
      #expect(page.parked.first?.kind == "idea" && page.parked.first?.detail == "idea")
      #expect(try old.retryParked(at: sender.now).stillParked == 2)
    }
    #expect(try parked(store).parked.isEmpty)
    #expect(try export(store, at: sender.now) == export(sender.store, at: sender.now))
  }

  @Test func aFieldThatTheOlderSoftwareDidNotKnowIsShownAfterTheUpgrade() throws {
    let sender = try sender()
    let kinds = LivingLab.schema.kinds.map { kind in
      // Fields are appended: the older software lacks the last two of the kind's own.
      let missing = ["stage", "willingness_to_pay"]
      return kind.name == "idea" ? kind.without { missing.contains($0.name) } : kind
    }
    let store = try upgraded(from: Schema(kinds: kinds), filledBy: sender) { old in
      let page = try parked(old)
      #expect(page.parked.map(\.reason) == [.unknownField, .unknownField])
      #expect(page.parked.first?.detail == "stage")
    }
    #expect(try parked(store).parked.isEmpty)
    #expect(try export(store, at: sender.now) == export(sender.store, at: sender.now))
    let exported = try export(store, at: sender.now)
    #expect(exported.contains { $0.contains(#""stage":"maturity""#) })
  }

  @Test func whatCouldNotBeReadIsMergedAndLinkedAfterTheUpgrade() throws {
    let sender = try sender()
    let kinds = LivingLab.schema.kinds.map { kind in
      var kind = kind
      if kind.name == "idea" { kind.lane = .activity }
      return kind
    }
    let store = try upgraded(from: Schema(kinds: kinds), filledBy: sender) { old in
      let page = try parked(old)
      #expect(page.parked.map(\.reason) == [.undecodable, .undecodable])
      let dot = try #require(page.parked.first?.dot)
      let reader = try StoreReader(opening: old.path, schema: LivingLab.schema)
      #expect(try reader.parked(dot.description).bytes.isEmpty == false)
      #expect(try old.retryParked(dot.description, at: sender.now).stillParked == 1)
    }
    #expect(try parked(store).parked.isEmpty)
    #expect(try export(store, at: sender.now) == export(sender.store, at: sender.now))
    let reader = try StoreReader(opening: store.path, schema: LivingLab.schema)
    let id = try #require(try reader.list(RecordQuery(kind: "idea")).records.first?.id.description)
    let story = try reader.explain("idea", id: id)
    #expect(
      story.writes.filter { $0.cell.field == "title" }.map(\.value) == [.text("one"), .text("two")])
    let kept = try store.add("idea", fields: ["title": .text("new")], at: sender.now)
    #expect(kept.isChanged)
  }

  /// Found by seed 8002125: the upgraded store counted what the organisation had taken back.
  @Test func whatIsVoidIsVoidAfterTheUpgradeOfASoftwareThatDidNotKnowVoids() throws {
    let (lab, online) = (
      try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2)
    )
    try lab.sql("INSERT INTO ideas (title) VALUES ('first')")
    try lab.sql("INSERT INTO ideas (title) VALUES ('second')")
    try exchange(lab, online)
    try online.sql(
      "INSERT INTO voids (replica, lane, sequence, state) VALUES (?, 1, 2, 'void')",
      [lab.store.replica.description])
    let older = Schema(kinds: LivingLab.schema.kinds.filter { $0.role == .record })
    let store = try upgraded(from: older, filledBy: online) { old in
      let retried = try old.retryParked(at: online.now)
      #expect(retried.stillParked == 1)
    }
    #expect(try parked(store).parked.isEmpty)
    let exported = try export(store, at: online.now)
    #expect(exported.count { $0.contains(#""kind":"idea""#) } == 1)
    #expect(try exported == export(online.store, at: online.now))
  }

  /// What an older software merged without being able to tell, the newer takes out again.
  @Test func aChangeThatIsNotWhatItSaysIsLeftOutAfterTheUpgrade() throws {
    let sender = try sender()
    try sender.capture()
    let idea = try #require(try sender.text("SELECT id FROM ideas"))
    let forged = Change(
      project: sender.project,
      dot: Dot(
        replica: ReplicaID(rawValue: UniqueID(high: 0xBAD, low: 1)), lane: .activity, sequence: 1),
      hlc: HLC(rawValue: 1), side: .lab, authority: .lab, channel: "lab", kind: "idea",
      record: try #require(RecordID(idea)),
      operations: [FieldOperation(cell: CellKey("title"), value: .text("forged"), replaces: [])])
    let encoded = ChangeCodec.encode(
      forged, isPersonal: { _ in false }, commitmentKey: Array(repeating: 0, count: 16))
    let run = ChangeRun(replica: forged.dot.replica, firstSequence: 1, changes: [encoded])
    _ = try sender.store.apply(
      ChangeBatch(project: sender.project, lane: .activity, runs: [run]), at: sender.now)
    #expect(try parked(sender.store).parked.map(\.reason) == [.undecodable])
    let older = Schema(kinds: LivingLab.schema.kinds.filter { $0.name != "idea" })
    let store = try upgraded(from: older, filledBy: sender) { old in
      let reasons = try parked(old).parked.map(\.reason)
      #expect(reasons == Array(repeating: .unknownKind, count: 3))
    }
    #expect(try parked(store).parked.map(\.reason) == [.undecodable])
    #expect(try export(store, at: sender.now) == export(sender.store, at: sender.now))
  }

  /// A person's deletion waits while records are projected anew.
  @Test func aDeletionThatWaitsIsCapturedBeforeParkedChangesAreTriedAgain() throws {
    let sender = try sender()
    let kinds = LivingLab.schema.kinds.map { kind in
      kind.name == "idea" ? kind.without { $0.name == "stage" } : kind
    }
    let store = try upgraded(from: Schema(kinds: kinds), filledBy: sender) { old in
      let outside = try DatabaseQueue(path: old.path)
      try outside.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM ideas") }
    }
    _ = try store.capture(atMost: 10, at: sender.now)
    let exported = try export(store, at: sender.now)
    #expect(!exported.contains { $0.contains(#""kind":"idea""#) })
  }

  @Test func figuresCountWhatWaits() throws {
    let sender = try sender()
    let before = try sender.reader().figures(acknowledged: [:])
    #expect(before.outboxWaiting == 3 && before.changes == 0)
    try sender.capture()
    let figures = try sender.reader().figures(acknowledged: [:])
    #expect(figures.outboxWaiting == 0 && figures.changes == 3 && figures.storeBytes > 0)
    #expect(figures.oldestUnacknowledgedAt == sender.milliseconds)
    let vector = try sender.store.vector(of: sender.project)
    #expect(
      try sender.reader().figures(acknowledged: [sender.project: vector]).oldestUnacknowledgedAt
        == nil)
  }
}
