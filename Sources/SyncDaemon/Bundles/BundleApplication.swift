import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire

/// Applies a bundle that was looked over, batch by batch, as a session's batches are applied: what its
/// writers may not bring is left out and counted.
struct BundleApplication {
  let sender: Introduction
  private var records: BundleRecords
  private var chains = CarriedChains()
  /// Why nothing more of an origin is taken.
  private var stopped: [Place: String] = [:]
  private var counts = BundleCounts()
  private(set) var done = 0

  private static let differing =
    "what it wrote differs here and there: its store is an older copy, put back from a backup, or a copy "
    + "of its disk. That laptop has to connect once: it then goes on under a new name"

  private struct Place: Hashable {
    var project: ProjectID
    var origin: SyncCore.Origin
  }

  init(of file: SpoolFile, from sender: Introduction) throws {
    self.sender = sender
    records = try BundleRecords(byteCount: file.byteCount, read: file.read)
  }

  /// Applies one batch. False where none is left.
  mutating func goOn(
    _ file: SpoolFile, at now: Instant, store: inout SQLiteStore, link: any SideLink,
    telemetry: Telemetry
  ) throws -> Bool {
    while let message = try records.next(read: file.read) {
      guard case .batch(let batch) = message else { continue }
      try apply(batch.changes, at: now, store: &store, link: link, telemetry: telemetry)
      done += batch.changes.count
      return true
    }
    return false
  }

  func result(words: String, names: ReplicaNames) -> BundleResult {
    counts.result(from: sender, words: words, names: names)
  }

  private mutating func apply(
    _ batch: ChangeBatch, at now: Instant, store: inout SQLiteStore, link: any SideLink,
    telemetry: Telemetry
  ) throws {
    guard store.projects.contains(batch.project) else {
      return counts.passOver(batch)
    }
    var taken = ChangeBatch(project: batch.project, lane: batch.lane, runs: [])
    var held: [String: ChangeBatch] = [:]
    var rulings: [ReplicaID: CarriedRuling] = [:]
    for run in batch.runs {
      guard let rest = try fresh(run, of: batch, store: store) else { continue }
      let ruling =
        try rulings[run.replica]
        ?? link.ruling(on: run.replica, in: batch.project, from: sender, at: now, store: store)
      rulings[run.replica] = ruling
      switch ruling {
      case .refused(let words):
        counts.refuse(rest.changes.count, of: run.replica, in: batch.project, words)
      case .taken(let rights):
        if let run = permitted(rest, of: batch, rights) { taken.runs.append(run) }
      case .held(let key, let rights):
        guard let run = permitted(rest, of: batch, rights),
          let run = try holdable(run, of: batch, store: store)
        else { continue }
        held[key, default: ChangeBatch(project: batch.project, lane: batch.lane, runs: [])]
          .runs.append(run)
      }
    }
    for (key, batch) in held.sorted(by: { $0.key < $1.key }) {
      try hold(batch, of: key, at: now, store: store, telemetry: telemetry)
    }
    guard !taken.runs.isEmpty else { return }
    let applied = try store.apply(taken, at: now)
    telemetry.note(.applied(batch.project, applied), device: "a bundle of \(sender.name)")
    counts.add(applied)
    guard applied.violations.isEmpty else {
      throw BundleFailure.inPart(why: "the log was changed meanwhile")
    }
  }

  /// What the store does not have of a run, and may get; `nil` where that is nothing.
  private mutating func fresh(
    _ run: ChangeRun, of batch: ChangeBatch, store: SQLiteStore
  ) throws -> ChangeRun? {
    let origin = SyncCore.Origin(replica: run.replica, lane: batch.lane)
    let place = Place(project: batch.project, origin: origin)
    if try !chains.follow(run, lane: batch.lane, of: batch.project, in: store),
      stopped[place] == nil
    {
      stopped[place] = Self.differing
    }
    if let words = stopped[place] {
      counts.refuse(run.changes.count, of: run.replica, in: batch.project, words)
      return nil
    }
    let here = try store.vector(of: batch.project).sequence(of: origin)
    let known = here < run.firstSequence ? 0 : here - run.firstSequence + 1
    let count = Int(min(known, UInt64(run.changes.count)))
    counts.duplicates += count
    guard count < run.changes.count else { return nil }
    return ChangeRun(
      replica: run.replica, firstSequence: run.firstSequence + UInt64(count),
      changes: Array(run.changes.dropFirst(count)))
  }

  /// The run as far as its writer may bring it. Behind a change that is refused nothing of its origin
  /// can follow.
  private mutating func permitted(
    _ run: ChangeRun, of batch: ChangeBatch, _ rights: ChangeRights
  ) -> ChangeRun? {
    guard let (place, words) = rights.objection(to: run) else { return run }
    return cut(run, of: batch, at: place, words)
  }

  /// The run as far as nothing else is held in its place already: that stays, whatever comes later.
  private mutating func holdable(
    _ run: ChangeRun, of batch: ChangeBatch, store: SQLiteStore
  ) throws -> ChangeRun? {
    let place = try store.heldOtherwise(run, lane: batch.lane, in: batch.project)
    guard let place else { return run }
    return cut(
      run, of: batch, at: place,
      "it was shut out, and another change of the same number is held already: that one stays")
  }

  private mutating func cut(
    _ run: ChangeRun, of batch: ChangeBatch, at place: Int, _ words: String
  ) -> ChangeRun? {
    let origin = SyncCore.Origin(replica: run.replica, lane: batch.lane)
    counts.refuse(run.changes.count - place, of: run.replica, in: batch.project, words)
    stopped[Place(project: batch.project, origin: origin)] = words
    var run = run
    run.changes.removeSubrange(place...)
    return run.changes.isEmpty ? nil : run
  }

  /// What a machine that was shut out wrote goes into no log and moves no vector.
  private mutating func hold(
    _ batch: ChangeBatch, of key: String, at now: Instant, store: SQLiteStore,
    telemetry: Telemetry
  ) throws {
    let isKept = try store.hold(batch, from: key, within: GateLimits.held, at: now)
    for run in batch.runs {
      if isKept {
        counts.hold(run.changes.count, of: run.replica, in: batch.project)
      } else {
        counts.refuse(
          run.changes.count, of: run.replica, in: batch.project,
          "it was shut out, and as much as is ever kept of one machine is held already")
      }
    }
    if isKept { telemetry.tell(.changesHeld, ["changes": .integer(Int64(batch.count))]) }
  }
}
