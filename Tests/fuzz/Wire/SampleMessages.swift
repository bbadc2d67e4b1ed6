import SyncCore
import SyncProtocol
import SyncWire

/// One message of every kind, and every admission.
enum SampleMessages {
  static let project = ProjectID(rawValue: UniqueID(high: 0xA0A0, low: 1))

  static func replica(_ number: UInt64) -> ReplicaID {
    ReplicaID(rawValue: UniqueID(high: 0xA0A0, low: number))
  }

  static var all: [Message] {
    [
      .hello(Hello(protocols: 1...1, introduction: introduction, projects: [digest])),
      welcome(.go, grants: grants), welcome(.comeBack(inMilliseconds: 2_000, words: "busy")),
      welcome(.pending(words: "ask")), welcome(.revoked(words: "lost")),
      welcome(.refused(words: "a copy")),
      .vectors(Vectors(project: project, vector: vector)),
      .batch(batch(SampleChanges.all.prefix(2))), .batch(batch(SampleChanges.all)),
      .receipt(Receipt(number: 12)), .acknowledgement(acknowledgement),
      .ping(Ping(number: 4, digests: [digest])), .pong(Pong(number: 4, digests: [digest])),
      .bye(Bye(.fenced, words: "a newer connection")),
      .divergence(
        Divergence(
          project: project, origin: Origin(replica: replica(2), lane: .records), sequence: 8)),
    ]
  }

  private static let digest = ProjectDigest(
    project: project, digest: Digest128(bits: UniqueID(high: 3, low: 4)))

  private static let introduction = Introduction(
    replica: replica(9), side: .lab, name: "Table 3", software: "labsync 1.0",
    schema: Digest128(bits: UniqueID(high: 5, low: 6)), clockMilliseconds: 1_456_800_000_123,
    token: SessionToken(rawValue: UniqueID(high: 7, low: 7)), creditBytes: 524_288,
    oldestUnsentAgeMilliseconds: 5_400_000)

  private static var vector: ProjectVector {
    var vector = ProjectVector()
    for (number, lane) in zip(1...3 as ClosedRange<UInt64>, Lane.allCases) {
      vector[Origin(replica: replica(number), lane: lane)] = ChainPosition(
        sequence: number * 70_000, hash: digest.digest)
    }
    return vector
  }

  private static var grants: [Grant] {
    [
      Grant(project: project, digest: digest.digest),
      Grant(project: project, digest: digest.digest, vector: vector),
    ]
  }

  private static func welcome(_ admission: Admission, grants: [Grant] = []) -> Message {
    .welcome(
      Welcome(
        protocolVersion: 1, introduction: introduction, admission: admission, grants: grants))
  }

  private static func batch(_ changes: some Sequence<Change>) -> Batch {
    let encoded = changes.map(SampleChanges.encode)
    return Batch(
      number: 12,
      changes: ChangeBatch(
        project: project, lane: .records,
        runs: [
          ChangeRun(replica: replica(1), firstSequence: 1, changes: encoded),
          ChangeRun(replica: replica(2), firstSequence: 40, changes: Array(encoded.prefix(1))),
        ]))
  }

  private static var acknowledgement: Acknowledgement {
    let dot = Dot(replica: replica(9), lane: .records, sequence: 41)
    return Acknowledgement(
      number: 12, project: project, positions: vector.positions, accepted: 998, duplicates: 2,
      exceptions: [
        Applied.Exception(dot: dot, verdict: .conflict),
        Applied.Exception(dot: dot, verdict: .parked(.unknownKind)),
      ])
  }
}
