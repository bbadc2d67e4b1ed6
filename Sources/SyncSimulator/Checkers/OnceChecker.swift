import SyncCore

/// A change is applied once: whatever came before is a duplicate, and is called one.
public struct OnceChecker: Checker {
  public let claim = "no change is applied twice"

  public init() {}

  public mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World
  ) throws {
    guard applied.violations.isEmpty else { return }
    var news = 0
    for run in batch.runs {
      let here = before.sequence(of: Origin(replica: run.replica, lane: batch.lane))
      let last = run.firstSequence + UInt64(run.changes.count) - 1
      if last > here { news += Int(last - max(here, run.firstSequence - 1)) }
    }
    let applied = applied.accepted + applied.exceptions.count
    if applied != news {
      world.report(
        claim, "\(machine.name) applied \(applied) changes where \(news) of the batch were new")
    }
  }

  public mutating func conclude(_ world: World) throws {
    for machine in world.remaining {
      let store = machine.disk.base
      for project in try store.projects {
        let count = UInt64(try world.contents(of: store, in: project).count)
        let expected = try store.vector(of: project).total
        if count != expected {
          world.report(claim, "\(machine.name) holds \(count) changes of \(expected)")
        }
      }
    }
    guard world.corrupted.isEmpty, world.isDrained, !world.mayCopyUncaptured else { return }
    for project in world.projects { try checkRescue(project, world) }
  }

  /// What was written once is there once. Copies of one disk that went on under several names have what
  /// none of them had sent in common, and each brings it: no copy can know that another lives. A file may
  /// also be copied with rows that are no change yet. Neither is counted here.
  private func checkRescue(_ project: ProjectID, _ world: World) throws {
    var seen: [Contents: (dot: Dot, isByHand: Bool)] = [:]
    for (dot, entry) in try world.online(project) {
      let contents = Contents(entry, schema: world.options.schema)
      if let (other, isByHand) = seen.updateValue((dot, entry.isByHand), forKey: contents),
        other.replica == dot.replica
          || world.root(of: other.replica) != world.root(of: dot.replica)
          || !world.isCopied(dot.replica),
        // Two people may write the same at one moment of their clocks (seed 70011307).
        !(isByHand && entry.isByHand)
      {
        world.report(claim, "\(dot) says again what \(other) said")
      }
    }
  }
}
