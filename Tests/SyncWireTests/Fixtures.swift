import SyncCore
import SyncProtocol

@testable import SyncWire

func uniqueID(_ number: UInt64) -> UniqueID { UniqueID(high: 0xA0A0, low: number) }

func replicaID(_ number: UInt64) -> ReplicaID { ReplicaID(rawValue: uniqueID(number)) }

let project = ProjectID(rawValue: uniqueID(1))

func digest(_ number: UInt64) -> Digest128 { Digest128(bits: UniqueID(high: 0xD1, low: number)) }

let personalFields: Set<String> = ["display_name", "contact"]

func isPersonal(_ field: String) -> Bool { personalFields.contains(field) }

let key = [UInt8](repeating: 7, count: 16)

struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
  }

  mutating func value() -> Value {
    switch Int.random(in: 0..<6, using: &self) {
    case 0: .null
    case 1: .boolean(Bool.random(using: &self))
    case 2: .integer(Int64(bitPattern: next()))
    case 3: .integer(Int64.random(in: -3...3, using: &self))
    case 4: .text("")
    default: .text(text())
    }
  }

  mutating func text() -> String {
    let words = ["un pati", "més llum", "una plaça", "日本", "🌱", "e\u{301}", "carrer \u{0}"]
    let count = Int.random(in: 1...40, using: &self)
    return (0..<count).map { _ in words.randomElement(using: &self) ?? "" }
      .joined(separator: " ")
  }

  mutating func dot(near dot: Dot) -> Dot {
    var other = dot
    if Bool.random(using: &self) { other.replica = replicaID(next() % 4) }
    if Int.random(in: 0..<8, using: &self) == 0 { other.lane = .activity }
    other.sequence =
      Bool.random(using: &self) ? next() >> 2 : UInt64.random(in: 0...300, using: &self)
    return other
  }

  mutating func operation(at dot: Dot) -> FieldOperation {
    let fields = ["title", "tags", "display_name", "contact", "deleted", ""]
    let field = fields.randomElement(using: &self) ?? ""
    let values = (0..<Int.random(in: 0...3, using: &self)).map { _ in
      WrittenValue(value(), restores: Bool.random(using: &self) ? self.dot(near: dot) : nil)
    }
    return FieldOperation(
      cell: CellKey(field, element: Bool.random(using: &self) ? text() : nil), values: values,
      replaces: (0..<Int.random(in: 0...4, using: &self)).map { _ in self.dot(near: dot) })
  }

  mutating func change() -> Change {
    let dot = Dot(replica: replicaID(next() % 4), lane: .records, sequence: next() >> 2)
    return Change(
      project: project, dot: dot, hlc: HLC(rawValue: next()),
      side: Bool.random(using: &self) ? .lab : .online,
      authority: Authority(rawValue: UInt8.random(in: 0...255, using: &self)),
      changedBy: Bool.random(using: &self) ? RecordID(rawValue: uniqueID(next())) : nil,
      changedFor: Bool.random(using: &self) ? RecordID(rawValue: UniqueID(high: 0, low: 0)) : nil,
      channel: Bool.random(using: &self) ? "paper" : "", kind: "idea",
      record: RecordID(rawValue: UniqueID(high: next(), low: next())),
      naturalKey: (0..<Int.random(in: 0...3, using: &self)).map { _ in value() },
      operations: (0..<Int.random(in: 0...6, using: &self)).map { _ in operation(at: dot) })
  }
}

func encode(_ change: Change) -> EncodedChange {
  ChangeCodec.encode(change, isPersonal: isPersonal, commitmentKey: key)
}

let introduction = Introduction(
  replica: replicaID(9), side: .lab, name: "lab-07", software: "labsync 1.0", schema: digest(5),
  clockMilliseconds: 1_456_800_000_123, token: SessionToken(rawValue: uniqueID(77)),
  creditBytes: 524_288)

let vector: ProjectVector = {
  var vector = ProjectVector()
  vector[Origin(replica: replicaID(9), lane: .rights)] = ChainPosition(sequence: 3, hash: digest(1))
  vector[Origin(replica: replicaID(2), lane: .activity)] = ChainPosition(
    sequence: 70_000, hash: digest(2))
  return vector
}()

/// One message of every kind, and every admission.
let messages: [Message] = {
  let dot = Dot(replica: replicaID(9), lane: .records, sequence: 41)
  var late = introduction
  late.oldestUnsentAgeMilliseconds = 5_400_000
  func welcome(_ admission: Admission) -> Message {
    .welcome(Welcome(protocolVersion: 1, introduction: introduction, admission: admission))
  }
  return [
    .hello(
      Hello(
        protocols: 1...3, introduction: introduction,
        projects: [ProjectDigest(project: project, digest: digest(8))])),
    .welcome(
      Welcome(
        protocolVersion: 1, introduction: introduction, admission: .go,
        grants: [
          Grant(project: project, digest: digest(8)),
          Grant(project: ProjectID(rawValue: uniqueID(2)), digest: digest(9), vector: vector),
          Grant(
            project: ProjectID(rawValue: uniqueID(3)), digest: digest(9), vector: ProjectVector()),
        ])),
    welcome(.comeBack(inMilliseconds: 2_000, words: "busy")),
    welcome(.pending(words: "ask the office")), welcome(.revoked(words: "lost in a taxi")),
    welcome(.refused(words: "a copy")),
    .vectors(Vectors(project: project, vector: vector)),
    .batch(
      Batch(
        number: 12,
        changes: ChangeBatch(
          project: project, lane: .records,
          runs: [
            ChangeRun(
              replica: replicaID(9), firstSequence: 40,
              changes: [
                EncodedChange(bytes: [9, 8, 7], personal: [6]), EncodedChange(bytes: [5]),
              ]),
            ChangeRun(
              replica: replicaID(2), firstSequence: 1,
              changes: [EncodedChange(bytes: [1, 2, 3], personal: [4])]),
          ]))),
    .receipt(Receipt(number: 12)),
    .acknowledgement(
      Acknowledgement(
        number: 12, project: project, positions: vector.positions, accepted: 998, duplicates: 2,
        exceptions: [
          Applied.Exception(dot: dot, verdict: .conflict),
          Applied.Exception(dot: dot, verdict: .parked(.unknownKind)),
        ])),
    .ping(Ping(number: 4, digests: [ProjectDigest(project: project, digest: digest(8))])),
    .pong(Pong(number: 4)),
    .bye(Bye(.fenced, words: "a newer connection")),
    .divergence(
      Divergence(
        project: project, origin: Origin(replica: replicaID(2), lane: .records), sequence: 8)),
    .hello(Hello(protocols: 1...3, introduction: late, projects: [])),
  ]
}()

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
