import LabWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("A lab's worker")
struct LabWorkerTests {
  var store = MemoryStore(replica: replicaID(1), side: .lab, schema: schema, projects: [project])
  var worker = LabWorker(labConfiguration(1), seed: 5)
  var now = start

  mutating func tell(_ input: LabInput) -> [LabOutput] {
    worker.handle(input, at: now, store: &store)
  }

  mutating func pass(milliseconds: Int64) {
    now.monotonicMilliseconds += milliseconds
    now.wallMilliseconds += milliseconds
  }

  @Test("It dials, moves to the next endpoint when that fails, and waits longer each time")
  mutating func backoff() {
    var dialed: [Int] = []
    var longest: Int64 = 0
    var outputs = tell(.start)
    for attempt in 0..<200 {
      for case .dial(let endpoint) in outputs { dialed.append(endpoint) }
      let failed = tell(.transportFailed(words: "nothing answers"))
      #expect(failed.first == .hangUp)
      guard case .event(.waiting(let wait, "nothing answers")) = failed.last else {
        Issue.record("no wait after a failure")
        return
      }
      #expect(wait <= min(500 << Int64(min(attempt, 8)), 60_000))
      longest = max(longest, wait)
      pass(milliseconds: wait)
      #expect(worker.nextDeadline == now.monotonicMilliseconds)
      outputs = tell(.tick)
    }
    #expect(dialed == (0..<200).map { $0 % 2 })
    #expect(longest > 50_000)
  }

  @Test("A wake, a resume and a wish to sync dial at once")
  mutating func wake() {
    for input in [LabInput.wake(.linkReturned), .syncNow(SyncRequest(rawValue: 1))] {
      _ = tell(.start)
      _ = tell(.transportFailed(words: "nothing answers"))
      let outputs = tell(input)
      #expect(dials(outputs))
    }
    let paused = tell(.pause)
    #expect(paused.first == .hangUp)
    let woken = tell(.wake(.linkReturned))
    #expect(woken == [])
    let resumed = tell(.resume)
    #expect(dials(resumed))
  }

  private func dials(_ outputs: [LabOutput]) -> Bool {
    outputs.contains { if case .dial = $0 { true } else { false } }
  }

  @Test("A connection that does not stand in time is given up")
  mutating func slowDial() {
    _ = tell(.start)
    pass(milliseconds: 10_000)
    let outputs = tell(.tick)
    #expect(outputs.first == .hangUp)
    #expect(worker.connectionWords(at: now).contains("nothing answers at tcp://hub:7700"))
  }

  @Test("What the transport says about an older connection changes nothing")
  mutating func lateNews() {
    _ = tell(.start)
    _ = tell(.transportFailed(words: "nothing answers"))
    let outputs = tell(.disconnected(words: "late")) + tell(.transportConnected)
    #expect(outputs == [])
  }

  @Test("A wish to sync now is answered in every case")
  mutating func answered() {
    let wish = LabInput.syncNow(SyncRequest(rawValue: 9))
    let bye = Message.bye(Bye(.stopping, words: "bye"))
    // Each wish, and the input that answers it where it is not answered at once.
    let cases: [(before: [LabInput], answer: LabInput?)] = [
      ([], nil),
      ([.start], .transportFailed(words: "nothing answers")),
      ([], .disconnected(words: "gone")),
      ([], .pause),
      ([], nil),
      ([.resume, .transportConnected], .message(bye)),
      ([], .stop),
      ([], nil),
    ]
    for (index, (before, answer)) in cases.enumerated() {
      for input in before { _ = tell(input) }
      var outputs = tell(wish)
      if let answer {
        #expect(answers(outputs) == 0, "case \(index)")
        outputs = tell(answer)
      }
      #expect(answers(outputs) == 1, "case \(index)")
    }
  }

  private func answers(_ outputs: [LabOutput]) -> Int {
    outputs.count { output in
      if case .event(.answered(SyncRequest(rawValue: 9), _)) = output { true } else { false }
    }
  }

  @Test("A wish during a session is answered when both sides are proven equal after it")
  func answeredInSync() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.advance(milliseconds: 1_500)
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    simulation.tell(0, .syncNow(SyncRequest(rawValue: 3)))
    settle(&simulation)
    let answers = simulation.labs[0].events.compactMap { event -> SyncAnswer? in
      if case .answered(_, let answer) = event { answer } else { nil }
    }
    #expect(answers == [.inSync(at: simulation.now)])
    #expect(simulation.store.position(of: project).total == 1)
  }

  @Test("A wish where no project is shared is answered at once, and not as a difference")
  func answeredWithoutProjects() throws {
    var simulation = simulation(labs: 1)
    simulation.change(0) { $0.device.projects = .only([]) }
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.tell(0, .syncNow(SyncRequest(rawValue: 3)))
    settle(&simulation)
    let answers = simulation.labs[0].events.compactMap { event -> SyncAnswer? in
      if case .answered(_, let answer) = event { answer } else { nil }
    }
    #expect(answers == [.nothingShared])
  }

  @Test("Silence ends the session, and the next one finds everything")
  func silence() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.tamper = { $0.isToOnline ? $0.message : nil }
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    simulation.advance(milliseconds: 9_000)
    #expect(simulation.labs[0].worker.session != nil)
    simulation.advance(milliseconds: 1_000)
    let isSilent = simulation.labs[0].events.contains { event in
      if case .sessionEnded(.silence) = event { true } else { false }
    }
    #expect(isSilent)
    simulation.tamper = nil
    simulation.advance(milliseconds: 30_000)
    #expect(try isConverged(simulation))
  }

  @Test("An idle session stays alive by pings alone")
  func idle() {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    let before = simulation.deliveries.count
    simulation.advance(milliseconds: 60_000)
    let names = Set(simulation.deliveries.dropFirst(before).map(\.message.name))
    #expect(names == ["ping", "pong"])
    #expect(simulation.deliveries.count - before == 30)
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  @Test("Its words say how the connection stands")
  func words() throws {
    var simulation = simulation(labs: 1)
    func words() -> String { simulation.labs[0].worker.connectionWords(at: simulation.now) }
    #expect(words() == "not started")
    simulation.tell(0, .start)
    #expect(words() == "connecting to tcp://hub:7700")
    settle(&simulation)
    simulation.advance(milliseconds: 3_000)
    #expect(words() == "connected to hub for 3 s, in sync")
    simulation.tell(0, .pause)
    #expect(words().hasPrefix("paused"))
  }

  @Test("Progress tells queued, received, durable and confirmed apart")
  func progress() throws {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    settle(&simulation)
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    var stages: [Progress] = []
    repeat {
      let lab = simulation.labs[0]
      guard let progress = try lab.worker.session?.progress(of: project, in: lab.store)
      else { continue }
      if stages.last != progress { stages.append(progress) }
    } while simulation.step()
    #expect(stages.map(\.queued) == [1, 0, 0])
    #expect(stages.map(\.received) == [0, 1, 0])
    #expect(stages.map(\.durable) == [0, 0, 1])
    #expect(stages.map(\.confirmed) == [0, 0, 1])
    #expect(stages.map(\.outstanding) == [1, 1, 0])
  }

  @Test("A clock that is far off is measured and flagged")
  mutating func clock() throws {
    _ = tell(.start)
    _ = tell(.transportConnected)
    pass(milliseconds: 200)
    let introduction = Introduction(
      replica: onlineReplica, side: .online, name: "hub", software: "x", schema: .zero,
      clockMilliseconds: now.wallMilliseconds + 90_000, creditBytes: 1_000)
    let outputs = tell(
      .message(
        .welcome(Welcome(protocolVersion: 1, introduction: introduction, admission: .go))))
    #expect(outputs.contains(.event(.session(.clock(offsetMilliseconds: 90_100, isSuspect: true)))))
  }
}
