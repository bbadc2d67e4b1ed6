import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

private func uniqueID(_ number: UInt64) -> UniqueID { UniqueID(high: 0xA0A0, low: number) }
private let project = ProjectID(rawValue: uniqueID(1))
private let lab = ReplicaID(rawValue: uniqueID(2))
private let online = ReplicaID(rawValue: uniqueID(3))
private let now = Instant(monotonicMilliseconds: 5_000, wallMilliseconds: 1_456_800_000_000)
private let schema = Schema(kinds: [
  KindDeclaration("idea", table: "ideas", fields: [FieldDeclaration("title", .text, .register)])
])

@Suite("A session")
struct SessionTests {
  var store = MemoryStore(replica: online, side: .online, schema: schema, projects: [project])
  let configuration = SessionConfiguration(name: "hub", software: "test", schema: .zero)

  private func hello(
    protocols: ClosedRange<UInt8> = 1...1, replica: ReplicaID = lab, digest: Digest128? = nil
  ) -> Hello {
    Hello(
      protocols: protocols,
      introduction: Introduction(
        replica: replica, side: .lab, name: "lab", software: "test", schema: .zero,
        clockMilliseconds: now.wallMilliseconds, creditBytes: 1 << 20),
      projects: digest.map { [ProjectDigest(project: project, digest: $0)] } ?? [])
  }

  private mutating func opened() throws -> Session {
    let digest = try store.digest(of: project)
    let (session, outputs) = try Session.accepting(
      hello(digest: digest), admission: .go, configuration, at: now, store: &store)
    #expect(outputs.contains(.event(.inSync(project, at: now))))
    return session
  }

  private func batch(_ number: UInt64, first: UInt64, count: Int = 1, bytes: Int = 10) -> Batch {
    let change = EncodedChange(bytes: [UInt8](repeating: 1, count: bytes))
    return Batch(
      number: number,
      changes: ChangeBatch(
        project: project, lane: .records,
        runs: [
          ChangeRun(
            replica: lab, firstSequence: first, changes: Array(repeating: change, count: count))
        ]))
  }

  @Test(
    "Versions that do not meet are refused in words",
    arguments: [7...9, 0...0] as [ClosedRange<UInt8>])
  mutating func version(_ protocols: ClosedRange<UInt8>) throws {
    let (session, outputs) = try Session.accepting(
      hello(protocols: protocols), admission: .go, configuration, at: now, store: &store)
    #expect(session.isEnded)
    guard case .send(.welcome(let welcome)) = outputs.first,
      case .refused(let words) = welcome.admission
    else {
      Issue.record("no refusal")
      return
    }
    let older = protocols.upperBound < 1 ? "this laptop" : "the online side"
    #expect(words.hasPrefix("the LabSync of \(older) is too old"))
    #expect(words.contains("version 1 of the protocol") || words.contains("the online side 1"))
    #expect(welcome.grants.isEmpty)
  }

  @Test(
    "A peer says how old its oldest change is, by its own clock, and is believed no nonsense",
    arguments: [
      (0, 60_000, -60_000), (7_200_000, 60_000, -60_000), (-7_200_000, 0, 0),
      (Int64.min, 5, nil), (0, UInt64.max, nil), (0, nil, nil),
    ] as [(Int64, UInt64?, Int64?)])
  mutating func oldestUnsent(_ clock: Int64, _ age: UInt64?, _ expected: Int64?) throws {
    var hello = hello()
    hello.introduction.clockMilliseconds = clock == .min ? .min : now.wallMilliseconds + clock
    hello.introduction.oldestUnsentAgeMilliseconds = age
    let (session, _) = try Session.accepting(
      hello, admission: .go, configuration, at: now, store: &store)
    #expect(session.peerOldestUnsentAt == expected.map { now.wallMilliseconds + $0 })
  }

  @Test("A hello tells the age of the oldest change that the other side is not known to have")
  mutating func tellsOldestUnsent() throws {
    for (oldest, age) in [
      (now.wallMilliseconds - 90_000, 90_000), (now.wallMilliseconds + 5, 0), (nil, nil),
      (Int64.min, 0),
    ] as [(Int64?, UInt64?)] {
      var configuration = configuration
      configuration.enrolment.oldestUnsentAt = oldest
      var session = Session(configuration)
      guard
        case .send(.hello(let hello)) = try session.handle(.start, at: now, store: &store).first
      else {
        Issue.record("no hello")
        return
      }
      #expect(hello.introduction.oldestUnsentAgeMilliseconds == age)
    }
  }

  @Test("A peer that says to be this very replica is refused")
  mutating func sameReplica() throws {
    let (session, _) = try Session.accepting(
      hello(replica: online), admission: .go, configuration, at: now, store: &store)
    #expect(session.isEnded)
  }

  @Test("A peer that says to have more changes than can be counted has the greatest number of them")
  mutating func boast() throws {
    let second = ProjectID(rawValue: uniqueID(9))
    store = MemoryStore(
      replica: online, side: .online, schema: schema, projects: [project, second])
    var hello = hello()
    hello.projects = [project, second].map { ProjectDigest(project: $0, digest: .zero) }
    var (session, _) = try Session.accepting(
      hello, admission: .go, configuration, at: now, store: &store)
    var vector = ProjectVector()
    for lane in Lane.allCases {
      vector.advance(
        Origin(replica: lab, lane: lane),
        to: ChainPosition(sequence: ProtocolLimits.sequence, hash: .zero))
    }
    for project in [project, second] {
      let message = Message.vectors(Vectors(project: project, vector: vector))
      _ = try session.handle(.received(message), at: now, store: &store)
    }
    #expect(try session.peerUnsent(in: store) == .max)
    #expect(try session.toCome(in: store) == .max)
  }

  @Test("A batch is received before it is committed, and acknowledged after")
  mutating func receipt() throws {
    var session = try opened()
    let received = try session.handle(.received(.batch(batch(1, first: 1))), at: now, store: &store)
    #expect(received == [.send(.receipt(Receipt(number: 1)))])
    #expect(store.position(of: project).total == 0)
    #expect(session.hasWork)
    let worked = try session.handle(.work, at: now, store: &store)
    guard case .send(.acknowledgement(let acknowledgement)) = worked.first else {
      Issue.record("no acknowledgement")
      return
    }
    #expect(acknowledgement.positions == store.position(of: project).positions)
    #expect(store.position(of: project).total == 1)
  }

  @Test("A store that fails to commit leaves nothing acknowledged")
  mutating func failedCommit() throws {
    var session = try opened()
    _ = try session.handle(.received(.batch(batch(1, first: 1))), at: now, store: &store)
    store.faults.failingCall = store.faults.calls + 1
    #expect(throws: StoreFault.self) { try session.handle(.work, at: now, store: &store) }
    #expect(store.position(of: project).total == 0)
  }

  @Test("Changes that came already are acknowledged as duplicates, with their positions")
  mutating func duplicates() throws {
    var session = try opened()
    for number in 1...2 as ClosedRange<UInt64> {
      _ = try session.handle(
        .received(.batch(batch(number, first: 1, count: 3))), at: now, store: &store)
      let worked = try session.handle(.work, at: now, store: &store)
      guard case .send(.acknowledgement(let acknowledgement)) = worked.first else {
        Issue.record("no acknowledgement")
        return
      }
      #expect(acknowledgement.duplicates == (number == 1 ? 0 : 3))
      #expect(acknowledgement.positions == store.position(of: project).positions)
    }
    #expect(store.position(of: project).total == 3)
  }

  @Test("More than the credit, another number, a gap and a foreign project close the session")
  mutating func violations() throws {
    let other = ProjectID(rawValue: uniqueID(9))
    var foreign = batch(1, first: 1)
    foreign.changes.project = other
    let cases: [([Batch], String)] = [
      ([batch(1, first: 1, count: 3, bytes: 400 << 10)], "over credit"),
      ((1...9).map { batch($0, first: $0) }, "over credit"),
      ([batch(2, first: 1)], "batch number"),
      ([batch(1, first: 1), batch(1, first: 1)], "batch number"),
      ([batch(1, first: 7)], "gap"),
      ([foreign], "project not shared"),
    ]
    for (batches, expected) in cases {
      var session = try opened()
      var outputs: [SessionOutput] = []
      for batch in batches {
        outputs += try session.handle(.received(.batch(batch)), at: now, store: &store)
      }
      if !session.isEnded { outputs += try session.handle(.work, at: now, store: &store) }
      guard case .ended(.violation(let violation)) = outputs.last else {
        Issue.record("\(expected) was let through")
        continue
      }
      #expect(violation.name == expected)
      #expect(outputs.contains(.send(.bye(Bye(.violation, words: "\(violation)")))))
      #expect(session.isEnded)
      let after = try session.handle(.work, at: now, store: &store)
      #expect(after.isEmpty)
    }
  }

  @Test("Answers to what was never sent close the session")
  mutating func strayAnswers() throws {
    let strays: [Message] = [
      .receipt(Receipt(number: 1)), .pong(Pong(number: 5)), .hello(hello()),
      .vectors(Vectors(project: project, vector: ProjectVector())),
      .acknowledgement(
        Acknowledgement(
          number: 1, project: project, positions: [:], accepted: 0, duplicates: 0)),
    ]
    for stray in strays {
      var session = try opened()
      _ = try session.handle(.received(stray), at: now, store: &store)
      #expect(session.isEnded, "\(stray.name)")
    }
  }

  @Test("Own chains that differ are told, nothing moves, and the side that dialed forks")
  mutating func chainMismatch() throws {
    let origin = Origin(replica: lab, lane: .records)
    var copy = MemoryStore(replica: lab, side: .lab, schema: schema, projects: [project], seed: 1)
    var other = MemoryStore(replica: lab, side: .lab, schema: schema, projects: [project], seed: 2)
    let record = RecordID(rawValue: uniqueID(50))
    for number in 0..<5 {
      try copy.write("idea", record, [CellKey("title"): .text("a\(number)")], in: project, at: now)
      try other.write("idea", record, [CellKey("title"): .text("b\(number)")], in: project, at: now)
    }
    let bounds = BatchBounds(bytes: 1 << 20, rows: 100)
    let all = try #require(
      try other.changes(in: project, lane: .records, notIn: ProjectVector(), atMost: bounds))
    _ = try store.apply(all, at: now)
    try copy.write("idea", record, [CellKey("title"): .text("a5")], in: project, at: now)

    var labSession = Session(configuration)
    guard
      case .send(.hello(let hello))? = try labSession.handle(.start, at: now, store: &copy).first
    else {
      Issue.record("no hello")
      return
    }
    var (onlineSession, said) = try Session.accepting(
      hello, admission: .go, configuration, at: now, store: &store)
    var toLab = said
    var toOnline: [SessionOutput] = []
    var mismatches: Set<Bool> = []
    for _ in 0..<30 {
      for output in toLab {
        if case .event(.chainMismatch(let found)) = output, found.origin == origin {
          mismatches.insert(true)
        }
        guard case .send(let message) = output else { continue }
        toOnline += try labSession.handle(.received(message), at: now, store: &copy)
      }
      toLab = []
      toOnline += try labSession.handle(.work, at: now, store: &copy)
      for output in toOnline {
        if case .event(.chainMismatch(let found)) = output, found.origin == origin {
          mismatches.insert(false)
        }
        guard case .send(let message) = output else { continue }
        toLab += try onlineSession.handle(.received(message), at: now, store: &store)
      }
      toOnline = []
      toLab += try onlineSession.handle(.work, at: now, store: &store)
    }
    #expect(mismatches == [true, false])
    #expect(store.position(of: project).total == 5)
    #expect(copy.replica != origin.replica)
    let renamed = Origin(replica: copy.replica, lane: .records)
    #expect(copy.position(of: project).sequence(of: renamed) == 6)
    #expect(copy.position(of: project).total == 6)
    #expect(labSession.isEnded && onlineSession.isEnded)
  }

  @Test("A change larger than the credit goes alone")
  mutating func largeChange() throws {
    let record = RecordID(rawValue: uniqueID(50))
    var small = hello(digest: try store.digest(of: project))
    small.introduction.creditBytes = 200
    var (session, _) = try Session.accepting(
      small, admission: .go, configuration, at: now, store: &store)
    for size in [10, 5_000, 10] {
      let text = String(repeating: "x", count: size)
      try store.write("idea", record, [CellKey("title"): .text(text)], in: project, at: now)
    }
    _ = try session.handle(.storeChanged, at: now, store: &store)
    var sizes: [Int] = []
    for _ in 0..<20 {
      for output in try session.handle(.work, at: now, store: &store) {
        guard case .send(.batch(let batch)) = output else { continue }
        sizes.append(batch.changes.count)
        #expect(!session.hasWork || batch.changes.byteCount < 200)
        let acknowledgement = Acknowledgement(
          number: batch.number, project: project, positions: [:], accepted: 1, duplicates: 0)
        _ = try session.handle(
          .received(.acknowledgement(acknowledgement)), at: now, store: &store)
      }
    }
    #expect(sizes.reduce(0, +) == 3)
  }

  @Test("A change of an earlier version that no message holds stays, and is called what it is")
  mutating func unsendable() throws {
    let record = RecordID(rawValue: uniqueID(50))
    var (session, _) = try Session.accepting(
      hello(digest: try store.digest(of: project)), admission: .go, configuration, at: now,
      store: &store)
    for size in [Limits.changeBytes + 1, 10] {
      let text = String(repeating: "x", count: size)
      try store.write("idea", record, [CellKey("title"): .text(text)], in: project, at: now)
    }
    _ = try session.handle(.storeChanged, at: now, store: &store)
    var outputs: [SessionOutput] = []
    for _ in 0..<5 { outputs += try session.handle(.work, at: now, store: &store) }
    #expect(outputs.contains { if case .event(.tooLarge) = $0 { true } else { false } })
    #expect(!outputs.contains { if case .send(.batch) = $0 { true } else { false } })
    #expect(session.unsendableOrigins == 1 && session.differingOrigins == 0)
    #expect(session.unsendableWords?.contains("larger than a message may be") == true)
    #expect(session.inSyncSince == nil)
  }

  @Test("A change that could not be passed on is not taken")
  mutating func unsendableReceived() throws {
    var session = try opened()
    let large = batch(1, first: 1, bytes: Limits.changeBytes + 1)
    _ = try session.handle(.received(.batch(large)), at: now, store: &store)
    let outputs = try session.handle(.work, at: now, store: &store)
    #expect(store.position(of: project).total == 0)
    let isRefused = outputs.contains {
      guard case .send(.acknowledgement(let acknowledgement)) = $0 else { return false }
      return acknowledgement.refused == 1
        && acknowledgement.refusal == "it is larger than a change may be"
    }
    #expect(isRefused)
  }
}
