import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

private func uniqueID(_ number: UInt64) -> UniqueID { UniqueID(high: 0xA0A0, low: number) }
private let project = ProjectID(rawValue: uniqueID(1))
private let now = Instant(monotonicMilliseconds: 5_000, wallMilliseconds: 1_456_800_000_000)
private let schema = Schema(kinds: [
  KindDeclaration("idea", table: "ideas", fields: [FieldDeclaration("title", .text, .register)])
])

@Suite("A repair that a fork overtakes")
struct OvertakenRepairTests {
  private func store(_ number: UInt64, writing count: Int) throws -> MemoryStore {
    var store = MemoryStore(
      replica: ReplicaID(rawValue: uniqueID(number)), side: .lab, schema: schema,
      projects: [project], seed: number)
    for change in 0..<count {
      try store.write(
        "idea", RecordID(rawValue: uniqueID(50 + number)),
        [CellKey("title"): .text("\(change)")], in: project, at: now)
    }
    return store
  }

  @Test("Its answer is not taken for one about the own chain")
  func answer() throws {
    var lab = try store(2, writing: 5)
    let other = try store(3, writing: 9)
    let bounds = BatchBounds(bytes: 1 << 20, rows: 100)
    let foreign = Origin(replica: other.replica, lane: .records)
    _ = try lab.apply(
      try #require(
        try other.changes(in: project, lane: .records, notIn: ProjectVector(), atMost: bounds)),
      at: now)

    var session = Session(SessionConfiguration(name: "lab", software: "test", schema: .zero))
    _ = try session.handle(.start, at: now, store: &lab)
    let welcome = Welcome(
      protocolVersion: 1,
      introduction: Introduction(
        replica: ReplicaID(rawValue: uniqueID(4)), side: .online, name: "hub", software: "test",
        schema: .zero, clockMilliseconds: now.wallMilliseconds, creditBytes: 1 << 20),
      admission: .go,
      grants: [Grant(project: project, digest: .zero, vector: ProjectVector())],
      isSuperseded: false)
    _ = try session.handle(.received(.welcome(welcome)), at: now, store: &lab)
    let repair = Divergence(project: project, origin: foreign, sequence: 9)
    let asked = try session.handle(.received(.divergence(repair)), at: now, store: &lab)
    let probe = Probe(project: project, origin: foreign, sequence: 9)
    #expect(asked.contains(.send(.probe(probe))))

    let own = Origin(replica: lab.replica, lane: .records)
    let fork = Divergence(project: project, origin: own, sequence: 2)
    _ = try session.handle(.received(.divergence(fork)), at: now, store: &lab)
    let hash = try lab.chainHash(of: foreign, at: 9, in: project)
    let next = try session.handle(
      .received(.probed(Probed(probe, hash: hash))), at: now, store: &lab)
    let expected = Probe(project: project, origin: own, sequence: 2)
    #expect(next.contains(.send(.probe(expected))))
  }
}
