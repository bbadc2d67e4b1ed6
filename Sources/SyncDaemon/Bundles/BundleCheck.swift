import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire

/// Looks a whole bundle over before anything of it is applied. What it throws refuses all of it.
struct BundleCheck {
  private var records: BundleRecords
  private(set) var sender: Introduction?
  private var projects: Set<ProjectID> = []
  private var chains = CarriedChains()
  /// How far the bundle goes in the projects of the store, as it says and its changes give.
  private(set) var stated: [ProjectID: ProjectVector] = [:]
  /// The projects of which it has said so.
  private var ended: Set<ProjectID> = []
  private(set) var changes = 0
  private var lastNumber: UInt64 = 0

  /// What is looked at in one turn, before the record that passes it: no more work than a batch to
  /// commit. A row is a record, a run, a change, or a part of a vector.
  private static let perTurn = ProtocolLimits.batch

  init(of file: SpoolFile) throws {
    records = try BundleRecords(byteCount: file.byteCount, read: file.read)
  }

  /// Looks at the next records. Whether that was all.
  mutating func goOn(_ file: SpoolFile, store: SQLiteStore) throws -> Bool {
    var (rows, bytes) = (0, 0)
    while rows < Self.perTurn.rows, bytes < Self.perTurn.bytes {
      guard let message = try records.next(read: file.read) else {
        try finish()
        return true
      }
      try take(message, store: store)
      rows += message.rows
      if case .batch(let batch) = message { bytes += batch.changes.byteCount }
    }
    return false
  }

  private mutating func take(_ message: Message, store: SQLiteStore) throws {
    switch message {
    case .hello(let hello) where sender == nil:
      sender = hello.introduction
      projects = Set(hello.projects.map(\.project))
      guard hello.introduction.replica != store.replica else {
        throw ControlFailure(
          what: "the bundle was not taken", why: "this machine made it itself",
          remedy: "carry it to the other side", exit: .usage)
      }
      if store.side == .lab, hello.introduction.side == .lab { throw Self.betweenLaptops }
    case .batch(let batch) where sender != nil && ended.isEmpty:
      guard batch.number == lastNumber + 1 else {
        throw BundleError.malformed("a batch is missing")
      }
      lastNumber = batch.number
      try look(at: batch.changes, store: store)
    case .vectors(let vectors)
    where projects.contains(vectors.project) && !ended.contains(vectors.project):
      ended.insert(vectors.project)
      if store.projects.contains(vectors.project) { try compare(vectors) }
    case .hello, .batch, .vectors, .welcome, .receipt, .acknowledgement, .ping, .pong, .bye,
      .divergence, .probe, .probed:
      throw BundleError.malformed("a \(message.name) stands where none may")
    }
  }

  private mutating func look(at batch: ChangeBatch, store: SQLiteStore) throws {
    guard projects.contains(batch.project) else {
      throw BundleError.malformed("it has changes of a project that it does not name")
    }
    changes += batch.count
    guard store.projects.contains(batch.project) else { return }
    for run in batch.runs {
      do {
        let isEqual = try chains.follow(run, lane: batch.lane, of: batch.project, in: store)
        guard run.replica == store.replica else { continue }
        let last = run.firstSequence + UInt64(run.changes.count) - 1
        let origin = SyncCore.Origin(replica: run.replica, lane: batch.lane)
        let own = try store.vector(of: batch.project).sequence(of: origin)
        if !isEqual || last > own { throw Self.older(store.side) }
      } catch let gap as CarriedChains.Gap {
        throw Self.failure(gap, names: ReplicaNames(try store.replicaNames()))
      }
    }
  }

  private mutating func compare(_ said: Vectors) throws {
    guard said.vector == chains.vectors[said.project] ?? ProjectVector() else {
      throw ControlFailure(
        what: "the bundle was not taken",
        why: "its changes do not give the hashes that it states, so nothing of it is certain",
        remedy: "labctl verify on the machine that made it, then another bundle")
    }
    stated[said.project] = said.vector
  }

  private func finish() throws {
    guard sender != nil, ended == projects else {
      throw BundleError.malformed("it does not say how far it goes")
    }
  }
}

extension SyncProtocol.Message {
  fileprivate var rows: Int {
    switch self {
    case .batch(let batch): 1 + batch.changes.runs.count + batch.changes.count
    case .vectors(let vectors): 1 + vectors.vector.positions.count
    default: 1
    }
  }
}

extension BundleCheck {
  /// A laptop that only captures could never hand on what others wrote: it would not be in sync again.
  private static let betweenLaptops = ControlFailure(
    what: "the bundle was not taken",
    why: "it was made on another laptop, and a laptop takes bundles of the online side alone",
    remedy: "carry it to the online side, and bring a bundle from there", exit: .usage)

  /// Sequences that this store does not have would be used a second time.
  private static func older(_ side: Side) -> ControlFailure {
    let remedy =
      switch side {
      case .lab: "connect this laptop once: it then goes on under a new name"
      case .online: "start this labsyncd once with --restored, then the same again"
      }
    return ControlFailure(
      what: "the bundle was not taken",
      why:
        "it has changes of this very machine that are not here: this store is an older copy, put "
        + "back from a backup, or a copy of another machine's disk",
      remedy: remedy)
  }

  static func failure(_ gap: CarriedChains.Gap, names: ReplicaNames) -> ControlFailure {
    let missing =
      gap.missing.count == 1
      ? "change \(gap.missing.lowerBound)"
      : "changes \(gap.missing.lowerBound) to \(gap.missing.upperBound)"
    let whose = "of \(names[gap.origin.replica]) in lane \(gap.origin.lane.rawValue)"
    return ControlFailure(
      what: "the bundle was not taken",
      why: gap.isInside
        ? "it lacks \(missing) \(whose)" : "\(missing) \(whose) are neither here nor in it",
      remedy: gap.isInside
        ? "make another bundle" : "import the bundle that has them first")
  }
}
