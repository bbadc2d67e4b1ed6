import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("Replicas converge")
struct ConvergenceTests {
  @Test(
    "Two laptops and the online side, writing all the while", arguments: 0..<40 as Range<UInt64>)
  func live(seed: UInt64) throws {
    var simulation = simulation(labs: 2, seed: seed, adopted: true)
    var generator = SplitMix64(seed: seed)
    for lab in 0..<2 { simulation.tell(lab, .start) }
    for _ in 0..<60 {
      try writeSomething(&simulation, using: &generator)
      for _ in 0..<Int.random(in: 0...6, using: &generator) { _ = simulation.step() }
    }
    settle(&simulation)
    #expect(try isConverged(simulation))
    for lab in simulation.labs { #expect(lab.worker.session?.inSyncSince != nil) }
  }

  @Test("Written offline, then connected", arguments: 0..<10 as Range<UInt64>)
  func offline(seed: UInt64) throws {
    var simulation = simulation(labs: 3, seed: seed)
    var generator = SplitMix64(seed: seed)
    for _ in 0..<150 { try writeSomething(&simulation, using: &generator) }
    for lab in 0..<3 { simulation.tell(lab, .start) }
    settle(&simulation)
    #expect(try isConverged(simulation))
    let counts = simulation.deliveries.reduce(into: [:]) { $0[$1.message.name, default: 0] += 1 }
    #expect(counts["batch", default: 0] > 0)
    #expect(counts["batch"] == counts["receipt"])
    #expect(counts["batch"] == counts["acknowledgement"])
  }

  @Test("Cut after any number of messages, and connected again")
  func cuts() throws {
    var total = 1
    var cut = 0
    while cut < total {
      var simulation = simulation(labs: 2, seed: 5)
      var generator = SplitMix64(seed: 99)
      for _ in 0..<60 { try writeSomething(&simulation, using: &generator) }
      for lab in 0..<2 { simulation.tell(lab, .start) }
      while simulation.deliveries.count < cut, simulation.step() {}
      simulation.cut(0)
      #expect(acknowledgedOnly(simulation))
      settle(&simulation)
      simulation.advance(milliseconds: 3_000)
      #expect(try isConverged(simulation), "after a cut at message \(cut)")
      #expect(acknowledgedOnly(simulation))
      total = max(total, simulation.deliveries.count)
      cut += 1
    }
    #expect(total > 20)
  }

  @Test(
    "The store fails at any of its calls: nothing is acknowledged that is not in it",
    arguments: [true, false])
  func storeFailures(online: Bool) throws {
    var failing = 1
    while true {
      var simulation = simulation(labs: 2, seed: 6)
      var generator = SplitMix64(seed: 7)
      for _ in 0..<40 { try writeSomething(&simulation, using: &generator) }
      let plan = online ? simulation.store.faults : simulation.labs[0].store.faults
      plan.failingCall = plan.calls + failing
      for lab in 0..<2 { simulation.tell(lab, .start) }
      settle(&simulation)
      #expect(acknowledgedOnly(simulation))
      let wasReached = plan.calls >= (plan.failingCall ?? 0)
      simulation.advance(milliseconds: 3_000)
      #expect(try isConverged(simulation), "after the failure of call \(failing)")
      #expect(acknowledgedOnly(simulation))
      if !wasReached { break }
      failing += 1
    }
    #expect(failing > 20)
  }

  @Test("A laptop that knows no project adopts what it is granted")
  func adoption() throws {
    var simulation = simulation(labs: 1, adopted: false)
    try simulation.writeOnline("idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    simulation.tell(0, .start)
    settle(&simulation)
    #expect(try isConverged(simulation))
  }

  @Test("A project that appears online during a session is adopted in it")
  func adoptionLive() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    let second = ProjectID(rawValue: uniqueID(2))
    try simulation.store.adopt(second)
    try simulation.writeOnline("idea", recordID(1), [CellKey("title"): .text("a")], in: second)
    settle(&simulation)
    let here = simulation.labs[0].store
    #expect(try here.canonicalRecords(of: second) == simulation.store.canonicalRecords(of: second))
    #expect(here.position(of: second).total == 1)
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("A reconnect with nothing new is a hello and a welcome, of less than 600 bytes")
  func noOperation() throws {
    var simulation = simulation(labs: 1)
    var generator = SplitMix64(seed: 3)
    for _ in 0..<200 { try writeSomething(&simulation, using: &generator) }
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.cut(0)
    let before = simulation.deliveries.count
    simulation.advance(milliseconds: 1_000)
    let new = simulation.deliveries.dropFirst(before)
    #expect(new.map(\.message.name) == ["hello", "welcome"])
    #expect(new.reduce(0) { $0 + $1.byteCount } < 600)
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
    #expect(simulation.worker.sessions.first?.session.inSyncSince != nil)
  }

  @Test("Kinds and fields that a side does not know are kept, parked and passed on")
  func unknown() throws {
    var simulation = simulation(labs: 2)
    var newer = schema.kinds
    newer.append(
      KindDeclaration("robot", table: "robots", fields: [FieldDeclaration("name", .text, .latest)]))
    simulation.change(0) { $0.store.schema = Schema(kinds: newer) }
    simulation.change(1) { $0.store.schema = Schema(kinds: newer) }
    for lab in 0..<2 { simulation.tell(lab, .start) }
    try simulation.write(at: 0, "robot", recordID(50), [CellKey("name"): .text("R")], in: project)
    try simulation.write(
      at: 0, "idea", recordID(51), [CellKey("colour"): .text("red")], in: project)
    settle(&simulation)
    let dots = simulation.store.parked(in: project)
    #expect(Set(dots.values) == [.unknownKind, .unknownField])
    let there = simulation.labs[1].store
    #expect(
      try there.canonicalRecords(of: project)
        == simulation.labs[0].store.canonicalRecords(of: project))
    for dot in dots.keys {
      #expect(there.encoded(dot, in: project) == simulation.labs[0].store.encoded(dot, in: project))
    }
  }

  @Test("Bytes that are no change are kept and passed on, and nothing waits behind them")
  func undecodable() throws {
    var simulation = simulation(labs: 2)
    simulation.change(0) { lab in
      do {
        try lab.store.append(raw: EncodedChange(bytes: [0xFF, 0xFF]), in: project, lane: .records)
        try lab.store.write(
          "idea", recordID(1), [CellKey("title"): .text("a")], in: project, at: start)
      } catch { Issue.record(error) }
    }
    for lab in 0..<2 { simulation.tell(lab, .start) }
    settle(&simulation)
    #expect(try isConverged(simulation))
    #expect(Array(simulation.labs[1].store.parked(in: project).values) == [.undecodable])
  }

  @Test("The credit is never exceeded, and lower lanes go first")
  func creditAndLanes() throws {
    var limits = SessionLimits()
    limits.creditBytes = 4_000
    limits.batch = BatchBounds(bytes: 1_000, rows: 50)
    limits.batchesInFlight = 6
    var simulation = simulation(labs: 1, seed: 8, session: limits)
    for number in 0..<200 as Range<UInt64> {
      let kind = ["activity", "idea", "consent"][Int(number % 3)]
      let field = ["value", "title", "state"][Int(number % 3)]
      let size = number == 100 ? 9_000 : 60
      try simulation.write(
        at: 0, kind, recordID(number),
        [CellKey(field): .text(String(repeating: "x", count: size))], in: project)
    }
    simulation.tell(0, .start)
    var outstanding: [Int] = []
    var lanes: [Lane] = []
    var seen = 0
    while simulation.step() {
      for delivery in simulation.deliveries.dropFirst(seen) {
        if case .batch(let batch) = delivery.message, delivery.isToOnline {
          outstanding.append(batch.changes.byteCount)
          lanes.append(batch.changes.lane)
        }
        if case .acknowledgement = delivery.message, !delivery.isToOnline {
          outstanding.removeFirst()
        }
        #expect(outstanding.count <= 6)
        #expect(outstanding.count <= 1 || outstanding.reduce(0, +) <= 4_000)
      }
      seen = simulation.deliveries.count
    }
    #expect(lanes == lanes.sorted())
    #expect(Set(lanes).count == 3)
    #expect(lanes.count > 10)
    #expect(try isConverged(simulation))
  }

  @Test("The same seed gives the same run")
  func deterministic() throws {
    func run() throws -> [Message] {
      var simulation = simulation(labs: 3, seed: 12)
      var generator = SplitMix64(seed: 4)
      for _ in 0..<80 { try writeSomething(&simulation, using: &generator) }
      for lab in 0..<3 { simulation.tell(lab, .start) }
      _ = simulation.settle()
      return simulation.deliveries.map(\.message)
    }
    #expect(try run() == run())
  }
}
