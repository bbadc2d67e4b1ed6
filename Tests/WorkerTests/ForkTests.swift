import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("Older copies of a store")
struct ForkTests {
  private let title = CellKey("title")

  private func forks(_ simulation: Simulation, lab: Int) -> [Fork] {
    simulation.labs[lab].events.compactMap { event in
      if case .session(.forked(let fork)) = event { fork } else { nil }
    }
  }

  private func write(_ simulation: inout Simulation, lab: Int = 0, _ numbers: ClosedRange<UInt64>)
    throws
  {
    for number in numbers {
      try simulation.write(
        at: lab, "idea", recordID(number), [title: .text("lab \(lab), \(number)")], in: project)
    }
  }

  private func shown(_ simulation: Simulation, _ number: UInt64) throws -> [String] {
    try simulation.store.canonicalRecords(of: project).filter {
      $0.contains("\(recordID(number)) title")
    }
  }

  @Test("A restored backup gets back what it had lost, and what only it had is kept")
  func restoredBackup() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    try write(&simulation, 1...3)
    settle(&simulation)
    let backup = simulation.labs[0].store
    try write(&simulation, 4...6)
    settle(&simulation)
    simulation.cut(0)
    simulation.change(0) { $0.store = backup }
    try write(&simulation, 11...12)
    simulation.advance(milliseconds: 120_000)
    let fork = try #require(forks(simulation, lab: 0).first)
    #expect(forks(simulation, lab: 0).count == 1)
    #expect(fork.former == replicaID(1))
    #expect(fork.reissued == 2)
    #expect(simulation.labs[0].store.replica == fork.current)
    #expect(try isConverged(simulation))
    for number in [1, 2, 3, 4, 5, 6, 11, 12] as [UInt64] {
      #expect(try shown(simulation, number).count == 1)
    }
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("A restored backup in which nobody wrote is noticed by its token alone")
  func idleBackup() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    try write(&simulation, 1...1)
    settle(&simulation)
    let backup = simulation.labs[0].store
    for _ in 1...2 {
      simulation.cut(0)
      simulation.advance(milliseconds: 120_000)
    }
    simulation.cut(0)
    simulation.change(0) { $0.store = backup }
    simulation.advance(milliseconds: 120_000)
    #expect(forks(simulation, lab: 0).map(\.reissued) == [0])
    #expect(try isConverged(simulation))
  }

  @Test("An increment that both copies hold counts once")
  func sharedIncrement() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    let before = simulation.labs[0].store
    try write(&simulation, 1...2)
    let backup = simulation.labs[0].store
    settle(&simulation)
    try write(&simulation, 3...3)
    settle(&simulation)
    #expect(before.position(of: project) != backup.position(of: project))
    simulation.cut(0)
    simulation.change(0) { $0.store = backup }
    try write(&simulation, 4...4)
    simulation.advance(milliseconds: 120_000)
    // The first two are at the online side already: only the last is made anew.
    #expect(forks(simulation, lab: 0).map(\.reissued) == [1])
    #expect(try isConverged(simulation))
  }

  @Test("A copied disk becomes a machine of its own, with a key of its own")
  func copiedDisk() throws {
    var simulation = simulation(labs: 2)
    simulation.tell(0, .start)
    try write(&simulation, 1...2)
    settle(&simulation)
    simulation.cut(0)
    let image = simulation.labs[0].store
    simulation.change(1) { lab in
      lab.store = image
      lab.store.reseed(99)
      lab.device.key = "key-1"
    }
    try write(&simulation, lab: 0, 10...11)
    try write(&simulation, lab: 1, 20...22)
    simulation.tell(1, .start)
    simulation.advance(milliseconds: 200_000)
    let all = forks(simulation, lab: 0) + forks(simulation, lab: 1)
    // Where both have spoken since, both take a new name: what counts is that none is shared.
    #expect((1...2).contains(all.count))
    #expect(simulation.labs[0].store.replica != simulation.labs[1].store.replica)
    let shared = (0...1).filter { lab in
      simulation.labs[lab].events.contains { event in
        if case .keyShared = event { true } else { false }
      }
    }
    let copy = try #require(shared.first)
    #expect(shared.count == 1)
    #expect(
      simulation.labs[copy].worker.connectionWords(at: simulation.now).contains("copy of another's")
    )
    simulation.change(copy) { $0.device.key = "key-of-its-own" }
    simulation.advance(milliseconds: 200_000)
    #expect(try isConverged(simulation))
    for number in [1, 2, 10, 11, 20, 21, 22] as [UInt64] {
      #expect(try shown(simulation, number).count == 1)
    }
  }

  @Test("A copy finds out where it parts, though the other machine dials whenever it is fenced")
  func searchIsNotCutShort() throws {
    var simulation = simulation(labs: 2)
    simulation.tell(0, .start)
    try write(&simulation, 1...40)
    settle(&simulation)
    let image = simulation.labs[0].store
    try write(&simulation, 41...60)
    settle(&simulation)
    simulation.change(1) { lab in
      lab.store = image
      lab.store.reseed(99)
      lab.device.key = "key-1"
    }
    for number in 100...130 as ClosedRange<UInt64> {
      try simulation.write(
        at: 1, "idea", recordID(number), [title: .text("copy")], in: project)
    }
    simulation.tell(1, .start)
    // The other machine comes back at once, every time.
    for _ in 0..<2_000 where forks(simulation, lab: 1).isEmpty {
      simulation.tell(0, .wake(.linkReturned))
      for _ in 0..<6 { _ = simulation.step() }
      if forks(simulation, lab: 1).isEmpty { simulation.advance(milliseconds: 20) }
    }
    #expect(forks(simulation, lab: 1).map(\.reissued) == [31])
  }

  @Test("A welcome that is lost makes nobody a copy")
  func lostWelcomes() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    for _ in 1...30 {
      simulation.tamper = { delivery in
        if case .welcome = delivery.message { return nil }
        return delivery.message
      }
      simulation.cut(0)
      simulation.advance(milliseconds: 100_000)
      simulation.tamper = nil
    }
    simulation.advance(milliseconds: 200_000)
    #expect(forks(simulation, lab: 0).isEmpty)
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("A foreign chain that differs is fetched anew from where it parts")
  func repair() throws {
    var simulation = simulation(labs: 2)
    for lab in 0...1 { simulation.tell(lab, .start) }
    try write(&simulation, lab: 1, 1...5)
    settle(&simulation)
    // The first laptop's copy of what the second wrote is another from the fourth change on.
    let origin = Origin(replica: replicaID(2), lane: .records)
    simulation.cut(0)
    var forged = MemoryStore(
      replica: replicaID(2), side: .lab, schema: schema, projects: [project], seed: 77)
    for number in 4...5 as ClosedRange<UInt64> {
      try forged.write("idea", recordID(number), [title: .text("another")], in: project, at: start)
    }
    let changes = try (1...2).map { sequence in
      try #require(
        forged.encoded(
          Dot(replica: replicaID(2), lane: .records, sequence: UInt64(sequence)), in: project))
    }
    let batch = ChangeBatch(
      project: project, lane: .records,
      runs: [ChangeRun(replica: replicaID(2), firstSequence: 4, changes: changes)])
    var store = simulation.labs[0].store
    try store.truncate(origin, after: 3, in: project, now: start)
    _ = try store.apply(batch, at: start)
    simulation.change(0) { $0.store = store }
    simulation.advance(milliseconds: 120_000)
    let truncated = simulation.labs[0].events.contains {
      $0 == .session(.truncated(project, origin, after: 3))
    }
    #expect(truncated)
    #expect(try isConverged(simulation))
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("An online side that was restored gets everything back, and nobody else forks")
  func restoredOnline() throws {
    var simulation = simulation(labs: 2)
    for lab in 0...1 { simulation.tell(lab, .start) }
    try write(&simulation, lab: 0, 1...3)
    try simulation.writeOnline("idea", recordID(30), [title: .text("o")], in: project)
    settle(&simulation)
    let backup = simulation.store
    try write(&simulation, lab: 0, 4...5)
    try write(&simulation, lab: 1, 6...7)
    try simulation.writeOnline("idea", recordID(30), [title: .text("lost")], in: project)
    try simulation.writeOnline("idea", recordID(31), [title: .text("lost too")], in: project)
    settle(&simulation)
    for lab in 0...1 { simulation.cut(lab) }
    var restored = backup
    restored.reseed(4_242)
    let fork = try restored.fork(at: ForkPoints(), now: simulation.now)
    simulation.store = restored
    simulation.restartOnline()
    try simulation.writeOnline("idea", recordID(32), [title: .text("after")], in: project)
    simulation.advance(milliseconds: 200_000)
    #expect(fork.reissued == 0)
    #expect(forks(simulation, lab: 0).isEmpty && forks(simulation, lab: 1).isEmpty)
    #expect(try isConverged(simulation))
    for number in [1, 2, 3, 4, 5, 6, 7, 30, 31, 32] as [UInt64] {
      #expect(try shown(simulation, number).count == 1)
    }
    #expect(try shown(simulation, 30).first?.contains("lost") == true)
  }
}
