import LivingLab
import SyncCore
import SyncWire
import Testing

@testable import SQLiteStore

@Suite struct PlainRecordTests {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func plainChangesComeToTheSameAsDecodingAndMergingThem(seed: UInt64) throws {
    var traffic = Traffic(seed: seed)
    let (direct, general) = (try StoreFixture(number: 1), try StoreFixture(number: 1))
    try general.store.onConnection { _, engine in engine.takesPlainChanges = false }
    for _ in 0..<12 {
      let batch = traffic.batch(project: direct.project)
      let applied = try sorted(direct.store.apply(batch, at: direct.now))
      #expect(try applied == sorted(general.store.apply(batch, at: general.now)))
    }
    #expect(try direct.dump() == general.dump())
    for table in ["sync_records", "sync_log", "sync_parked", "sync_conflicts", "sync_origins"] {
      #expect(try direct.content(of: table) == general.content(of: table), "\(table) differs")
    }
    #expect(try direct.count("SELECT count(*) FROM sync_records") > 50)
    #expect(try direct.count("SELECT count(*) FROM sync_parked") > 5)
  }

  /// In which order the changes of a batch are said to be no plain success is nobody's promise.
  private func sorted(_ applied: Applied) -> Applied {
    var applied = applied
    applied.exceptions.sort { ($0.dot, "\($0.verdict)") < ($1.dot, "\($1.verdict)") }
    return applied
  }

  @Test func aRecordThatIsCreatedTwiceIsMerged() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let id = "0192a4c1-7c00-7000-8000-00000000000a"
    try lab.sql("INSERT INTO sessions (id, title) VALUES ('\(id)', 'lab')")
    try online.sql("INSERT INTO sessions (id, title) VALUES ('\(id)', 'online')")
    // The one side's row is still in the outbox when the other's change arrives.
    try send(from: lab, to: online)
    try send(from: online, to: lab)
    #expect(try lab.dump() == online.dump())
    #expect(try lab.openConflicts().count == 1)
    #expect(try lab.openConflicts() == online.openConflicts())
  }
}

extension StoreFixture {
  /// Every row of one of LabSync's own tables.
  fileprivate func content(of table: String) throws -> [String] {
    try outside.read { database in
      let columns = try database.columns(in: table).map { "quote(\($0.name))" }
        .joined(separator: " || '|' || ")
      return try String.fetchAll(
        database, sql: "SELECT \(columns) AS row FROM \(table) ORDER BY row")
    }
  }
}

/// What a peer may send: mostly plain changes, and every way not to be one.
private struct Traffic: RandomNumberGenerator {
  private var state: UInt64
  private var records: [RecordID] = []
  private var sequences: [Lane: UInt64] = [:]
  private static let replica = ReplicaID(rawValue: UniqueID(high: 0xBEEF, low: 7))
  private static let kinds = ["idea", "comment", "activity", "participant", "session", "support"]

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
  }

  private mutating func happens(oneIn count: Int) -> Bool {
    Int.random(in: 0..<count, using: &self) == 0
  }

  mutating func batch(project: ProjectID) -> ChangeBatch {
    let lane: Lane = happens(oneIn: 3) ? .activity : .records
    let first = sequences[lane, default: 0] + 1
    var run = ChangeRun(replica: Self.replica, firstSequence: first, changes: [])
    for offset in 0..<UInt64.random(in: 1...30, using: &self) {
      let dot = Dot(replica: Self.replica, lane: lane, sequence: first + offset)
      run.changes.append(encoded(change(dot: dot, project: project)))
    }
    sequences[lane] = first + UInt64(run.changes.count) - 1
    return ChangeBatch(project: project, lane: lane, runs: [run])
  }

  private mutating func encoded(_ change: Change) -> EncodedChange {
    let kind = LivingLab.schema[change.kind]
    var encoded = ChangeCodec.encode(
      change, isPersonal: { kind?.field(named: $0)?.isPersonal ?? false },
      commitmentKey: [UInt8](repeating: 3, count: 16))
    if happens(oneIn: 12) {
      let index = Int.random(in: 0..<encoded.bytes.count, using: &self)
      encoded.bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    }
    if happens(oneIn: 40) {
      encoded.bytes.removeLast(Int.random(in: 0..<encoded.bytes.count, using: &self))
    }
    if happens(oneIn: 40) { encoded.bytes += [0xF8, 0x07, 0x05] }
    return encoded
  }

  private mutating func change(dot: Dot, project: ProjectID) -> Change {
    var name = dot.lane == .activity ? "activity" : Self.kinds.randomElement(using: &self) ?? "idea"
    if happens(oneIn: 40) { name = happens(oneIn: 2) ? "activity" : "of_tomorrow" }
    let key: [Value] = happens(oneIn: 40) ? [.text("k")] : []
    var change = Change(
      project: project, dot: dot, hlc: HLC(milliseconds: 1_700_000_000_000 + Int64(dot.sequence)),
      side: .online, authority: .online, channel: "online", kind: name, record: record(),
      naturalKey: key, operations: [])
    for field in LivingLab.schema[name]?.fields ?? [] where happens(oneIn: 2) {
      change.operations += operations(field, dot: dot)
    }
    if happens(oneIn: 30) { change.operations.append(change.operations.first ?? write("x", .null)) }
    if happens(oneIn: 30) { change.operations.append(write("of_tomorrow", .integer(1))) }
    if happens(oneIn: 30) { change.operations.append(write("deleted", .boolean(true))) }
    if happens(oneIn: 10) { change.operations.shuffle(using: &self) }
    return change
  }

  private mutating func record() -> RecordID {
    if happens(oneIn: 6), let known = records.randomElement(using: &self) { return known }
    let record = RecordID(rawValue: UniqueID(high: next(), low: next()))
    records.append(record)
    return record
  }

  private func write(_ field: String, _ value: Value) -> FieldOperation {
    FieldOperation(cell: CellKey(field), value: value, replaces: [])
  }

  private mutating func operations(_ field: FieldDeclaration, dot: Dot) -> [FieldOperation] {
    switch ColumnForm(field.type) {
    case .elements:
      guard happens(oneIn: 6) else { return [] }
      let isMap = if case .map = field.type { true } else { false }
      return ["a", "b"].map {
        let value: Value = isMap ? .text($0) : .boolean(!happens(oneIn: 4))
        return FieldOperation(cell: CellKey(field.name, element: $0), value: value, replaces: [])
      }
    case .boolean: return [write(field.name, odd() ?? .boolean(happens(oneIn: 2)))]
    case .integer:
      return [write(field.name, odd() ?? .integer(Int64(bitPattern: next())))]
    case .text:
      let texts = ["", "més llum", "🌱", "un carrer\u{0}", "0192a4c1-7c00-7000-8000-00000000000a"]
      var operation = write(field.name, odd() ?? .text(texts.randomElement(using: &self) ?? ""))
      if happens(oneIn: 30), dot.sequence > 1 {
        operation.replaces = [Dot(replica: dot.replica, lane: dot.lane, sequence: dot.sequence - 1)]
      }
      if happens(oneIn: 40) { operation.values.append(WrittenValue(.text("two"))) }
      return [operation]
    }
  }

  /// Now and then a value that may not fit.
  private mutating func odd() -> Value? {
    guard happens(oneIn: 25) else { return nil }
    return [.null, .integer(5), .text("5"), .boolean(true)].randomElement(using: &self)
  }
}
