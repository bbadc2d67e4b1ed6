import LivingLab
import SQLiteStore
import SyncCore
import SyncProtocol
import Testing

@testable import SyncDaemon

@Suite("What laptops said of themselves")
struct FleetMemoryTests {
  private let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))
  private let laptop = Origin(
    replica: ReplicaID(rawValue: UniqueID(high: 0xF00D, low: 2)), lane: .records)
  private let key = String(repeating: "k", count: 40)

  private func at(_ seconds: Int64) -> Instant {
    Instant(
      monotonicMilliseconds: 5_000 + seconds * 1_000,
      wallMilliseconds: 1_700_000_000_000 + seconds * 1_000)
  }

  /// A laptop that came with so many changes, the oldest an hour old.
  private func session(_ unsent: UInt64, _ store: inout SQLiteStore) throws -> Session {
    let hello = Hello(
      protocols: ProtocolLimits.versions,
      introduction: Introduction(
        replica: laptop.replica, side: .lab, name: "Table 3", software: "labsyncd 9",
        schema: .zero, clockMilliseconds: at(0).wallMilliseconds - 7_000, creditBytes: 65_536,
        oldestUnsentAgeMilliseconds: 3_600_000), projects: [])
    var (session, _) = try Session.accepting(
      hello, admission: .go, SessionConfiguration(name: "hub", software: "test", schema: .zero),
      at: at(0), store: &store)
    var vector = ProjectVector()
    vector[laptop] = ChainPosition(sequence: unsent, hash: .zero)
    _ = try session.handle(
      .received(.vectors(Vectors(project: project, vector: vector))), at: at(0), store: &store)
    return session
  }

  @Test(
    "are kept when they change, every few seconds at the most, and at once when one is gone")
  func saving() throws {
    let folder = try TemporaryFolder()
    var store = try SQLiteStore.create(
      at: "\(folder.path)/store.db", side: .online, name: "hub", schema: LivingLab.schema,
      replica: ReplicaID(rawValue: .random()))
    try store.adopt(project)
    let session = try session(30, &store)
    var memory = FleetMemory()
    func kept(_ seconds: Int64, connected: Bool = true) throws -> (unsent: Int?, seconds: Int64?) {
      memory.note(connected ? [(key, session)] : [], store, at: at(seconds))
      try memory.save(to: store, at: at(seconds), connected: connected ? [key] : [])
      let report = try store.deviceReports()[key]
      return (report?.unsent, report.map { ($0.at - at(0).wallMilliseconds) / 1_000 })
    }
    #expect(try kept(0) == (30, 0))
    // A later time alone is news once a minute.
    #expect(try kept(6) == (30, 0))
    #expect(try kept(61) == (30, 61))
    let batch = ChangeBatch(
      project: project, lane: laptop.lane,
      runs: [
        ChangeRun(
          replica: laptop.replica, firstSequence: 1, changes: [EncodedChange(bytes: [1])])
      ])
    _ = try store.apply(batch, at: at(62))
    #expect(try kept(62) == (30, 61))
    #expect(try kept(66) == (29, 66))
    #expect(try kept(67) == (29, 66))
    #expect(try kept(68, connected: false) == (29, 67))

    var restarted = FleetMemory()
    try restarted.load(from: store, at: at(90))
    let report = try #require(restarted.report(of: key))
    #expect(report.at == at(67).wallMilliseconds)
    #expect(report.unsent == 29)
    #expect(report.oldestAgeSeconds == 3_667)
    let machine = restarted.machine(
      key, .init(name: "Table 3", isConnected: false, words: "", lastContact: nil))
    #expect(machine.software == "labsyncd 9")
    #expect(machine.clockOffsetMilliseconds == -7_000)
  }
}
