import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("The online side's worker")
struct OnlineWorkerTests {
  private func endings(_ simulation: Simulation, lab: Int) -> [SessionEnding] {
    simulation.labs[lab].events.compactMap { event in
      if case .sessionEnded(let ending) = event { ending } else { nil }
    }
  }

  @Test("The newer session of a device fences the older")
  func fencing() {
    var simulation = simulation(labs: 2)
    simulation.change(1) { $0.device.key = "key-1" }
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.tell(1, .start)
    while endings(simulation, lab: 0).isEmpty, simulation.step() {}
    guard case .closedByPeer(let bye) = endings(simulation, lab: 0).first else {
      Issue.record("the older session was not ended")
      return
    }
    #expect(bye.reason == .fenced)
  }

  @Test("A replica that belongs to another device is a copy, and takes a name of its own")
  func copiedStore() throws {
    var simulation = simulation(labs: 2)
    simulation.change(1) { lab in
      lab.store = MemoryStore(
        replica: replicaID(1), side: .lab, schema: schema, projects: [project])
    }
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.tell(1, .start)
    settle(&simulation)
    #expect(simulation.labs[1].store.replica != replicaID(1))
    #expect(simulation.labs[0].store.replica == replicaID(1))
    #expect(simulation.worker.sessions.count == 2)
    #expect(try isConverged(simulation))
  }

  @Test(
    "A device that is pending or revoked is told so",
    arguments: [
      Device.Standing.pending(words: "ask the office"), .revoked(words: "lost in a taxi"),
    ])
  func standing(_ standing: Device.Standing) {
    var simulation = simulation(labs: 1)
    simulation.change(0) { $0.device.standing = standing }
    simulation.tell(0, .start)
    settle(&simulation)
    let words = simulation.labs[0].worker.connectionWords(at: simulation.now)
    #expect(words == "not let in: ask the office" || words == "not let in: lost in a taxi")
    #expect(simulation.worker.sessions.isEmpty)
  }

  @Test("A revocation ends the live session at once")
  func revocation() {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.tellOnline(.revoked(key: "key-1", words: "lost in a taxi"))
    #expect(simulation.worker.sessions.isEmpty)
    settle(&simulation)
    #expect(
      simulation.labs[0].worker.connectionWords(at: simulation.now)
        == "not let in: lost in a taxi")
  }

  @Test(
    "What a device brings of other replicas is dropped unless it may relay",
    arguments: [true, false])
  func relay(mayRelay: Bool) throws {
    var simulation = simulation(labs: 1)
    simulation.change(0) { lab in
      lab.device.role = mayRelay ? .relay : .capture
      do {
        var other = MemoryStore(
          replica: replicaID(2), side: .lab, schema: schema, projects: [project])
        try other.write("idea", recordID(1), [CellKey("title"): .text("a")], in: project, at: start)
        if let batch = try other.changes(
          in: project, lane: .records, notIn: ProjectVector(),
          atMost: BatchBounds(bytes: 1_000, rows: 10))
        {
          _ = try lab.store.apply(batch, at: start)
        }
      } catch { Issue.record(error) }
    }
    try simulation.write(at: 0, "idea", recordID(2), [CellKey("title"): .text("b")], in: project)
    simulation.tell(0, .start)
    settle(&simulation)
    #expect(simulation.store.position(of: project).total == (mayRelay ? 2 : 1))
    let forged = simulation.events.count { event in
      if case .violation(_, device: "lab-1", .forged) = event { true } else { false }
    }
    #expect(forged == (mayRelay ? 0 : 1))
    #expect(simulation.worker.sessions.count == 1)
    #expect((simulation.labs[0].worker.session?.inSyncSince != nil) == mayRelay)
  }

  @Test("Too many at once are told when to come back, and all get their turn")
  func comeBack() throws {
    var limits = OnlineLimits()
    limits.catchingUp = 2
    var simulation = simulation(labs: 8, seed: 4, limits: limits)
    for lab in 0..<8 {
      try simulation.write(
        at: lab, "idea", recordID(UInt64(lab)), [CellKey("title"): .text("\(lab)")], in: project)
      simulation.tell(lab, .start)
    }
    settle(&simulation)
    simulation.advance(milliseconds: 20_000)
    #expect(try isConverged(simulation))
    let isTold = (0..<8).contains { lab in
      endings(simulation, lab: lab).contains { ending in
        if case .notAdmitted(.comeBack) = ending { true } else { false }
      }
    }
    #expect(isTold)
  }

  @Test("A laptop whose online side started anew says hello again")
  func restart() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.restartOnline()
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    settle(&simulation)
    simulation.advance(milliseconds: 2_000)
    #expect(try isConverged(simulation))
  }

  @Test("Frames that are no message end the session and nothing else")
  func undecodable() throws {
    var simulation = simulation(labs: 2)
    for lab in 0..<2 { simulation.tell(lab, .start) }
    settle(&simulation)
    let first = try #require(simulation.worker.sessions.first)
    simulation.tellOnline(.undecodable(first.handle, first.device, words: "no protobuf"))
    #expect(simulation.worker.sessions.count == 1)
    settle(&simulation)
    simulation.advance(milliseconds: 2_000)
    #expect(simulation.worker.sessions.count == 2)
  }

  @Test("What came into the store unseen, by another worker on it, is found at the next question")
  func unseenChange() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    try simulation.store.write(
      "idea", recordID(1), [CellKey("title"): .text("t")], in: project, at: simulation.now)
    #expect(try !isConverged(simulation))
    simulation.advance(milliseconds: 10_000)
    #expect(try isConverged(simulation))
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("The more laptops bring something at once, the less each may have underway")
  func credit() throws {
    var store = MemoryStore(
      replica: onlineReplica, side: .online, schema: schema, projects: [project])
    var limits = OnlineLimits()
    limits.creditBytes = 400_000
    var worker = OnlineWorker(
      OnlineConfiguration(session: sessionConfiguration("hub"), limits: limits), seed: 1)
    var granted: [UInt32] = []
    for number in 1...8 as ClosedRange<UInt64> {
      let introduction = Introduction(
        replica: replicaID(number), side: .lab, name: "lab", software: "test", schema: .zero,
        clockMilliseconds: start.wallMilliseconds, creditBytes: 1_000)
      let hello = Hello(protocols: 1...1, introduction: introduction, projects: [])
      let outputs = worker.handle(
        .message(PeerHandle(rawValue: number), device(number), .hello(hello)), at: start,
        store: &store)
      for case .send(_, .welcome(let welcome)) in outputs {
        granted.append(welcome.introduction.creditBytes)
      }
    }
    let least = UInt32(ProtocolLimits.firstBatchBytes)
    #expect(granted == [400_000, 200_000, 133_333, 100_000, 80_000, 66_666, least, least])
  }

  @Test("One unit of work serves one peer, in turn, and one send follows a round of commits")
  func fairness() throws {
    var store = MemoryStore(
      replica: onlineReplica, side: .online, schema: schema, projects: [project])
    var worker = OnlineWorker(OnlineConfiguration(session: sessionConfiguration("hub")), seed: 1)
    let digests = [ProjectDigest(project: project, digest: try store.digest(of: project))]
    for number in 1...3 as ClosedRange<UInt64> {
      let introduction = Introduction(
        replica: replicaID(number), side: .lab, name: "lab", software: "test", schema: .zero,
        clockMilliseconds: start.wallMilliseconds, creditBytes: 1_000)
      let hello = Hello(protocols: 1...1, introduction: introduction, projects: digests)
      let handle = PeerHandle(rawValue: number)
      _ = worker.handle(
        .message(handle, device(number), .hello(hello)), at: start, store: &store)
      for sequence in 1...2 as ClosedRange<UInt64> {
        let run = ChangeRun(
          replica: replicaID(number), firstSequence: sequence,
          changes: [EncodedChange(bytes: [UInt8(number)])])
        let changes = ChangeBatch(project: project, lane: .records, runs: [run])
        let outputs = worker.handle(
          .message(handle, device(number), .batch(Batch(number: sequence, changes: changes))),
          at: start, store: &store)
        #expect(outputs.contains(.requestWork))
      }
    }
    var served: [UInt64] = []
    var passedOn: [UInt64] = []
    for unit in 0..<9 {
      for output in worker.handle(.work, at: start, store: &store) {
        if case .event(.session(let handle, _, .applied)) = output {
          served.append(handle.rawValue)
        }
        if case .send(let handle, .batch) = output { passedOn.append(handle.rawValue) }
      }
      // After a commit for each peer that brings something, one is sent something.
      if unit == 5 { #expect(passedOn.count == 2) }
    }
    #expect(served == [1, 2, 3, 1, 2, 3])
    #expect(passedOn.sorted() == [1, 2, 3])
    #expect(store.position(of: project).total == 6)
  }
}
