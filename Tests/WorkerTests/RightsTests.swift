import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import SyncWire
import Testing

@Suite("Rights of a device")
struct RightsTests {
  private func batch(_ changes: [EncodedChange], of replica: ReplicaID) -> ChangeBatch {
    ChangeBatch(
      project: project, lane: .records,
      runs: [ChangeRun(replica: replica, firstSequence: 1, changes: changes)])
  }

  /// One change as a store of this side writes it.
  private func change(side: Side, title: String) throws -> EncodedChange {
    var store = MemoryStore(
      replica: replicaID(1), side: side, schema: schema, projects: [project])
    try store.write("idea", recordID(9), [CellKey("title"): .text(title)], in: project, at: start)
    let batch = try store.changes(
      in: project, lane: .records, notIn: ProjectVector(),
      atMost: BatchBounds(bytes: 10_000, rows: 10))
    return try #require(batch?.runs.first?.changes.first)
  }

  @Test("A change's stamp is read without decoding it, and the last of a field counts")
  func stamp() throws {
    let lab = try change(side: .lab, title: "a")
    #expect(ChangeStamp(of: lab.bytes)?.side == 1)
    #expect(ChangeStamp(of: lab.bytes)?.authority == 1)
    let online = try change(side: .online, title: "b")
    #expect(ChangeStamp(of: online.bytes)?.side == 2)
    let disguised = lab.bytes + [2 << 3, 2]
    #expect(ChangeStamp(of: disguised)?.side == 2)
    let decoded = try ChangeCodec.decode(
      EncodedChange(bytes: disguised), project: project,
      dot: Dot(replica: replicaID(1), lane: .records, sequence: 1))
    #expect(decoded.side == .online)
    for end in 1..<lab.bytes.count {
      let cut = ChangeStamp(of: Array(lab.bytes[..<end]))
      if cut == nil { continue }
      #expect(cut?.authority ?? 0 <= 1)
    }
  }

  @Test(
    "A change that claims another side is dropped with what follows; the rest of the session goes on"
  )
  func forgedSide() throws {
    var simulation = simulation(labs: 2)
    let forger = simulation.labs[0].store.replica
    let (good, bad) = try (change(side: .lab, title: "good"), change(side: .online, title: "bad"))
    let forged = batch([good, bad, good], of: forger)
    simulation.change(0) { lab in
      do { _ = try lab.store.apply(forged, at: start) } catch { Issue.record(error) }
      do {
        try lab.store.write(
          "activity", recordID(2_001), [CellKey("value"): .text("honest")], in: project, at: start)
      } catch { Issue.record(error) }
    }
    simulation.tell(0, .start)
    settle(&simulation)
    let vector = simulation.store.position(of: project)
    #expect(vector.sequence(of: Origin(replica: forger, lane: .records)) == 1)
    #expect(vector.sequence(of: Origin(replica: forger, lane: .activity)) == 1)
    #expect(simulation.worker.sessions.count == 1)
    let counted = simulation.events.count { event in
      if case .violation(_, device: "lab-1", .forged) = event { true } else { false }
    }
    #expect(counted == 1)
    let told = simulation.labs[0].events.contains { event in
      if case .session(.refused(project, 2, let words)) = event {
        words.contains("side")
      } else {
        false
      }
    }
    #expect(told)
  }

  @Test("A device that only reads gets everything and brings nothing, and is told why")
  func readOnly() throws {
    var simulation = simulation(labs: 2)
    simulation.change(0) { $0.device.role = .readOnly }
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    try simulation.write(at: 1, "idea", recordID(2), [CellKey("title"): .text("b")], in: project)
    for lab in 0...1 { simulation.tell(lab, .start) }
    settle(&simulation)
    #expect(simulation.store.position(of: project).total == 1)
    #expect(simulation.labs[0].store.position(of: project).total == 2)
    let told = simulation.labs[0].events.contains { event in
      if case .session(.refused(project, 1, let words)) = event {
        words.contains("may read")
      } else {
        false
      }
    }
    #expect(told)
  }

  @Test("A device brings what others wrote only while the online side recovers from a restore")
  func recovering() throws {
    for (days, expected) in [(31, 0), (29, 1)] as [(Int64, UInt64)] {
      let restored = start.wallMilliseconds - days * 86_400_000
      var simulation = simulation(labs: 1, restored: restored)
      let others = replicaID(7)
      let lost = batch([try change(side: .lab, title: "a")], of: others)
      simulation.change(0) { lab in
        do { _ = try lab.store.apply(lost, at: start) } catch { Issue.record(error) }
      }
      simulation.tell(0, .start)
      settle(&simulation)
      #expect(
        simulation.store.position(of: project).sequence(
          of: Origin(replica: others, lane: .records)) == expected)
    }
  }

  @Test("What the online side writes now is taken from nobody, a relay included")
  func ownReplica() throws {
    for (role, side) in [(DeviceRole.capture, Side.online), (.relay, .online), (.relay, .lab)] {
      var simulation = simulation(labs: 1, restored: start.wallMilliseconds)
      simulation.change(0) { $0.device.role = role }
      let forged = batch([try change(side: side, title: "a")], of: onlineReplica)
      simulation.change(0) { lab in
        do { _ = try lab.store.apply(forged, at: start) } catch { Issue.record(error) }
      }
      simulation.tell(0, .start)
      settle(&simulation)
      #expect(simulation.store.position(of: project).total == 0)
    }
  }

  /// Found by seed 70002453: a session in which a laptop only hands over went on after it was let in.
  @Test("A device that is let in again while it hands over comes again at once")
  func lettingIn() throws {
    var simulation = simulation(labs: 1)
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    simulation.change(0) { $0.device.standing = .revoked(words: "lost in a taxi") }
    simulation.tell(0, .start)
    // Until the online side has said hello, and nothing was handed over.
    while simulation.worker.sessions.isEmpty {
      let isGoingOn = simulation.step()
      try #require(isGoingOn)
    }
    simulation.change(0) { $0.device.standing = .admitted }
    simulation.tellOnline(.rightsChanged(key: "key-1"))
    settle(&simulation)
    simulation.advance(milliseconds: 5_000)
    #expect(simulation.store.position(of: project).total == 1)
    #expect(simulation.labs[0].worker.session?.inSyncSince != nil)
  }

  /// Found by seed 70002453: what differed was forgotten when the vectors came, and waited for.
  @Test("A revoked device whose disk is an older copy is told so, and the session ends")
  func handingOverOfCopy() throws {
    var simulation = simulation(labs: 1)
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    let copy = simulation.labs[0].store
    try simulation.write(at: 0, "idea", recordID(2), [CellKey("title"): .text("b")], in: project)
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.change(0) {
      $0.store = copy
      $0.device.standing = .revoked(words: "lost in a taxi")
    }
    for number in UInt64(3)...5 {
      try simulation.write(
        at: 0, "idea", recordID(number), [CellKey("title"): .text("c")], in: project)
    }
    simulation.tellOnline(.revoked(key: "key-1", words: "lost in a taxi"))
    settle(&simulation)
    simulation.advance(milliseconds: 61_000)
    settle(&simulation)
    #expect(simulation.worker.sessions.isEmpty)
    #expect(
      simulation.labs[0].worker.connectionWords(at: simulation.now)
        == "not let in: lost in a taxi")
  }

  @Test("A revoked device hands over what it has, gets nothing, and is asked once")
  func handingOver() throws {
    var simulation = simulation(labs: 1)
    try simulation.write(at: 0, "idea", recordID(1), [CellKey("title"): .text("a")], in: project)
    simulation.tell(0, .start)
    settle(&simulation)
    let before = simulation.store.position(of: project)
    simulation.change(0) { $0.device.standing = .revoked(words: "lost in a taxi") }
    simulation.tellOnline(.revoked(key: "key-1", words: "lost in a taxi"))
    settle(&simulation)
    try simulation.write(at: 0, "idea", recordID(2), [CellKey("title"): .text("b")], in: project)
    try simulation.writeOnline("idea", recordID(3), [CellKey("title"): .text("c")], in: project)
    for _ in 0..<3 {
      simulation.advance(milliseconds: 61_000)
      settle(&simulation)
    }
    let held = simulation.events.compactMap { event in
      if case .held(let batch, "key-1") = event { batch.count } else { nil }
    }
    #expect(held == [1])
    #expect(simulation.store.position(of: project).total == before.total + 1)
    #expect(simulation.labs[0].store.position(of: project).total == before.total + 1)
    let durable = simulation.labs[0].store.durable(at: onlineReplica, of: project)
    #expect(durable.sequence(of: Origin(replica: replicaID(1), lane: .records)) == 1)
    #expect(
      simulation.labs[0].worker.connectionWords(at: simulation.now)
        == "not let in: lost in a taxi")
  }
}
