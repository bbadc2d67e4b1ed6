import DeveloperRig
import SyncCore
import SyncWire

/// The store of a played laptop: its own changes, and of everybody else's no more than how far they
/// have come and their chain, so that a thousand stores fit into one process.
struct PlayedStore: ChangeStore {
  let replica: ReplicaID
  let side = Side.lab
  private let project: ProjectID
  private var own: [EncodedChange] = []
  private var ownHashes: [Digest128] = []
  private var current = ProjectVector()
  private var online: [ReplicaID: ProjectVector] = [:]
  /// Own changes that the online side has on disk.
  private(set) var durable = 0
  /// Changes of others.
  private(set) var received = 0

  init(replica: ReplicaID, project: ProjectID) {
    self.replica = replica
    self.project = project
  }

  private var ownOrigin: Origin { Origin(replica: replica, lane: .records) }
  var ownCount: Int { own.count }

  /// A new idea of this replica.
  mutating func addIdea(_ id: RecordID, title: String, body: String, milliseconds: Int64) {
    let dot = Dot(replica: replica, lane: .records, sequence: UInt64(own.count + 1))
    let operations = [("body", body), ("title", title)].map { field, text in
      FieldOperation(cell: CellKey(field), value: .text(text), replaces: [])
    }
    let change = Change(
      project: project, dot: dot, hlc: HLC(milliseconds: milliseconds), side: side,
      authority: .lab, channel: side.name, kind: "idea", record: id, operations: operations)
    let encoded = ChangeCodec.encode(change, isPersonal: { _ in false }, commitmentKey: [])
    let hash = ChainHash.next(
      after: ownHashes.last ?? .zero, dot: dot, bytes: encoded.bytes)
    own.append(encoded)
    ownHashes.append(hash)
    current.advance(ownOrigin, to: ChainPosition(sequence: dot.sequence, hash: hash))
  }

  var projects: [ProjectID] { [project] }

  func vector(of project: ProjectID) -> ProjectVector { current }

  func digest(of project: ProjectID) -> Digest128 { VectorDigest.of(current) }

  func chainHash(of origin: Origin, at sequence: UInt64, in project: ProjectID) -> Digest128? {
    guard origin == ownOrigin else {
      return current[origin].flatMap { $0.sequence == sequence ? $0.hash : nil }
    }
    return ownHashes.indices.contains(Int(sequence) - 1) ? ownHashes[Int(sequence) - 1] : nil
  }

  /// There is nothing to capture: ideas are changes from the beginning.
  mutating func capture(atMost limit: Int, at now: SyncCore.Instant) -> Captured { Captured() }

  mutating func apply(_ batch: ChangeBatch, at now: SyncCore.Instant) -> Applied {
    var applied = Applied()
    for run in batch.runs {
      let origin = Origin(replica: run.replica, lane: batch.lane)
      var position = current[origin] ?? ChainPosition(sequence: 0, hash: .zero)
      guard run.firstSequence <= position.sequence + 1 else {
        applied.violations.append(
          .gap(origin, expected: position.sequence + 1, found: run.firstSequence))
        continue
      }
      for (offset, change) in run.changes.enumerated() {
        let dot = Dot(
          replica: run.replica, lane: batch.lane, sequence: run.firstSequence + UInt64(offset))
        guard dot.sequence > position.sequence else {
          applied.duplicates += 1
          continue
        }
        position = ChainPosition(
          sequence: dot.sequence,
          hash: ChainHash.next(after: position.hash, dot: dot, bytes: change.bytes))
        applied.accepted += 1
      }
      current.advance(origin, to: position)
      applied.positions[origin] = position
    }
    received += applied.accepted
    return applied
  }

  func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) -> ChangeBatch? {
    guard lane == .records else { return nil }
    let first = Int(known.sequence(of: ownOrigin))
    guard first < own.count else { return nil }
    var bytes = 0
    let changes = own[first...].prefix(bounds.rows).prefix { change in
      bytes += change.bytes.count
      return bytes <= bounds.bytes || bytes == change.bytes.count
    }
    let run = ChangeRun(
      replica: replica, firstSequence: UInt64(first + 1), changes: Array(changes))
    return ChangeBatch(project: project, lane: lane, runs: [run])
  }

  mutating func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: SyncCore.Instant
  ) {
    for (origin, position) in positions {
      online[peer, default: ProjectVector()].advance(origin, to: position)
    }
    durable = max(durable, Int(positions[ownOrigin]?.sequence ?? 0))
  }

  func acknowledged(in project: ProjectID, by peer: ReplicaID) -> ProjectVector {
    online[peer] ?? ProjectVector()
  }

  mutating func adopt(_ project: ProjectID) {}

  private(set) var token: SessionToken?
  mutating func keep(_ token: SessionToken) { self.token = token }

  /// Nobody dials a played laptop.
  func ledger(of replica: ReplicaID) -> PeerLedger? { nil }
  func ledgers(ofDevice key: String) -> [PeerLedger] { [] }
  mutating func save(_ ledger: PeerLedger, at now: SyncCore.Instant) {}

  /// A played laptop is nobody's copy.
  var formerReplicas: [ReplicaID] { [] }
  mutating func fork(at points: ForkPoints, now: SyncCore.Instant) throws -> Fork {
    throw RigError("a played laptop was taken for a copy")
  }

  mutating func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: SyncCore.Instant
  ) throws {
    throw RigError("a played laptop was told to forget what it has")
  }
}
