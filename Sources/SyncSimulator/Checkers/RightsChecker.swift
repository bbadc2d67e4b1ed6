import SyncCore

/// Whoever is not let in brings nothing into the log, and a name that was shut out stays so, also when its
/// device is let in again; but for what somebody took over.
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
      guard moved > before.sequence(of: origin) else { continue }
      let writers = world.machines.filter { $0.disk.base.replica == run.replica }
      if !writers.isEmpty, writers.allSatisfy(\.isShutOut) {
        world.report(
          claim, "\(writers[0].name) is not let in and brought changes to \(moved)")
      }
    }
  }

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty else { return }
    for (project, standing) in world.standing {
      let vector = try world.hubDisk.base.vector(of: project)
      for (origin, last) in standing where vector.sequence(of: origin) > last {
        world.report(
          claim, "\(origin) was shut out at \(last) and is at \(vector.sequence(of: origin))")
      }
    }
  }
}
