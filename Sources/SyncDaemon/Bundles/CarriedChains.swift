import SQLiteStore
import SyncCore
import SyncProtocol
import SyncWire

/// The chains of a bundle, computed from its bytes as they are read, and compared with the store's.
struct CarriedChains {
  /// How far the bundle goes so far.
  private(set) var vectors: [ProjectID: ProjectVector] = [:]

  /// Changes of an origin are missing, in the bundle or between the store and the bundle.
  struct Gap: Error {
    var project: ProjectID
    var origin: SyncCore.Origin
    /// The first and the last that are missing.
    var missing: ClosedRange<UInt64>
    /// Whether it is the bundle itself that lacks them.
    var isInside: Bool
  }

  /// Goes on with a run. Whether the store, which has the project, holds the same changes as far as both
  /// go. Cost: a hash over each change, and at most two look-ups.
  mutating func follow(
    _ run: ChangeRun, lane: Lane, of project: ProjectID, in store: SQLiteStore
  ) throws -> Bool {
    let origin = SyncCore.Origin(replica: run.replica, lane: lane)
    let own = try store.vector(of: project)[origin] ?? .start
    var position = try start(of: run, origin, project, own: own, store)
    var isEqual = true
    for change in run.changes {
      position = position.after(change, of: origin)
      if position.sequence == own.sequence { isEqual = position.hash == own.hash }
    }
    if position.sequence < own.sequence {
      isEqual =
        try store.chainHash(of: origin, at: position.sequence, in: project) == position.hash
    }
    vectors[project, default: ProjectVector()].advance(origin, to: position)
    return isEqual
  }

  private func start(
    of run: ChangeRun, _ origin: SyncCore.Origin, _ project: ProjectID, own: ChainPosition,
    _ store: SQLiteStore
  ) throws -> ChainPosition {
    let before = run.firstSequence - 1
    if let known = vectors[project]?[origin] {
      guard known.sequence == before else {
        throw Gap(
          project: project, origin: origin,
          missing: (known.sequence + 1)...max(before, known.sequence + 1), isInside: true)
      }
      return known
    }
    // Not only at the end: each is kept until then.
    guard vectors[project]?.positions.count ?? 0 < ProtocolLimits.origins else {
      throw BundleError.malformed("a project has more origins than one may have")
    }
    if before == 0 { return .start }
    guard before <= own.sequence,
      let hash = try store.chainHash(of: origin, at: before, in: project)
    else {
      throw Gap(
        project: project, origin: origin,
        missing: (min(own.sequence, before - 1) + 1)...before, isInside: false)
    }
    return ChainPosition(sequence: before, hash: hash)
  }
}
