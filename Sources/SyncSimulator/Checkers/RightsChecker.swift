import SyncCore

/// Whoever is shut out brings nothing into the log.
public struct RightsChecker: Checker {
  public let claim = "no change comes from a device without the right"

  public init() {}

  public mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World
  ) throws {
    guard machine.isHub else { return }
    for run in batch.runs {
      let origin = Origin(replica: run.replica, lane: batch.lane)
      let moved = applied.positions[origin]?.sequence ?? 0
      guard moved > before.sequence(of: origin),
        let writer = world.machines.first(where: { $0.disk.base.replica == run.replica }),
        writer.isShutOut
      else { continue }
      world.report(claim, "\(writer.name) is shut out and brought changes to \(moved)")
    }
  }
}
