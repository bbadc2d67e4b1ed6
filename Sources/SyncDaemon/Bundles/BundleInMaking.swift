import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire

/// One bundle on its way out: everything that the log held at one moment, in the order in which a
/// session sends it. Its bytes are made when they are asked for.
struct BundleInMaking {
  private let moment: LogMoment
  private let projects: [ProjectID]
  private var writer = BundleWriter()
  /// Made, and not yet handed over.
  private var waiting: [UInt8]
  /// What is in the bundle, or left out of it for good.
  private var passed: [ProjectID: ProjectVector] = [:]
  /// What is in the bundle, with the hashes that its bytes give.
  private var contained: [ProjectID: ProjectVector] = [:]
  /// Changes that are not in it.
  private var leftOut = 0
  private var number: UInt64 = 0
  private var stage: Stage

  private enum Stage {
    case batches(Lane, place: Int)
    case ended
  }

  private(set) var done = 0
  let total: Int

  /// - Parameter project: the only one that is wanted; `nil` is all.
  init(
    of project: ProjectID?, asOf moment: LogMoment, schema: Digest128, at now: Instant
  ) throws {
    self.moment = moment
    projects = project.map { [$0] } ?? moment.projects
    guard projects.allSatisfy(moment.projects.contains) else {
      throw ControlFailure(
        what: "no bundle was made", why: "this store does not have that project",
        remedy: "take the id from labctl status", exit: .usage)
    }
    guard !projects.isEmpty, projects.count <= ProtocolLimits.projects else {
      throw ControlFailure(
        what: "no bundle was made",
        why: projects.isEmpty
          ? "this store has no project yet"
          : "a bundle holds at most \(ProtocolLimits.projects) projects",
        remedy: projects.isEmpty ? "labctl join, or labsyncd init" : "say which with --project",
        exit: .usage)
    }
    total = Int(clamping: saturatingSum(try projects.map { try moment.vector(of: $0).total }))
    stage = .batches(.rights, place: 0)
    let hello = Hello(
      protocols: ProtocolLimits.versions,
      introduction: Introduction(
        replica: moment.replica, side: moment.side, name: moment.name, software: Daemon.software,
        schema: schema, clockMilliseconds: now.wallMilliseconds,
        creditBytes: UInt32(ProtocolLimits.creditBytes)),
      projects: try projects.map {
        ProjectDigest(project: $0, digest: VectorDigest.of(try moment.vector(of: $0)))
      })
    waiting = writer.head()
    waiting += writer.record(.hello(hello))
  }

  /// What the bundle holds; known when all is handed over.
  var contents: BundleContents {
    BundleContents(
      side: Status.Side(moment.side), projects: projects.map(\.description), changes: done,
      leftOut: leftOut)
  }

  /// The next bytes, and whether they are the last.
  mutating func next(
    atMost limit: Int, from reader: StoreReader
  ) throws -> (bytes: [UInt8], isLast: Bool) {
    while waiting.count < limit, case .batches(let lane, let place) = stage {
      try goOn(lane, place, reader)
    }
    let bytes = Array(waiting.prefix(limit))
    waiting.removeFirst(bytes.count)
    guard case .ended = stage else { return (bytes, false) }
    return (bytes, waiting.isEmpty)
  }

  private mutating func goOn(_ lane: Lane, _ place: Int, _ reader: StoreReader) throws {
    let project = projects[place]
    let batch = try reader.changes(
      in: project, lane: lane, notIn: passed[project] ?? ProjectVector(), asOf: moment,
      atMost: ProtocolLimits.batch)
    if let batch, !batch.runs.isEmpty { return try add(batch) }
    if place + 1 < projects.count {
      stage = .batches(lane, place: place + 1)
    } else if let next = Lane(rawValue: lane.rawValue + 1) {
      stage = .batches(next, place: 0)
    } else {
      try end()
    }
  }

  private mutating func add(_ batch: ChangeBatch) throws {
    // Capture makes no such change; a log of an earlier version may have one.
    let isTooLarge = batch.byteCount > Limits.changeBytes
    for run in batch.runs {
      let origin = SyncCore.Origin(replica: run.replica, lane: batch.lane)
      guard !isTooLarge else {
        try leave(origin, of: batch.project)
        continue
      }
      var position = contained[batch.project]?[origin] ?? .start
      for change in run.changes { position = position.after(change, of: origin) }
      contained[batch.project, default: ProjectVector()].advance(origin, to: position)
      passed[batch.project, default: ProjectVector()].advance(origin, to: position)
    }
    guard !isTooLarge else { return }
    number += 1
    done += batch.count
    waiting += writer.record(.batch(Batch(number: number, changes: batch)))
  }

  /// Nothing of an origin can follow a change that is left out.
  private mutating func leave(_ origin: SyncCore.Origin, of project: ProjectID) throws {
    passed[project, default: ProjectVector()].advance(
      origin, to: ChainPosition(sequence: UInt64(Int64.max), hash: .zero))
    let inside = contained[project]?.sequence(of: origin) ?? 0
    leftOut += Int(clamping: try moment.vector(of: project).sequence(of: origin) - inside)
  }

  /// The log may be damaged: what its bytes give has to be what was stored with them.
  private mutating func end() throws {
    for project in projects {
      let inside = contained[project] ?? ProjectVector()
      let stated = try moment.vector(of: project)
      for origin in inside.origins {
        guard let position = inside[origin],
          position.sequence != stated.sequence(of: origin) || position == stated[origin]
        else {
          throw ControlFailure(
            what: "no bundle was made", why: "this machine's log is damaged",
            remedy: "labctl verify")
        }
      }
      waiting += writer.record(.vectors(Vectors(project: project, vector: inside)))
    }
    waiting += writer.end()
    stage = .ended
  }
}
