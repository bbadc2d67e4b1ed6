import SyncCore

/// Whatever a store holds was written by somebody, in these bytes.
public struct InventionChecker: Checker {
  public let claim = "no change is invented, and none altered"

  public init() {}

  public mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World
  ) throws {
    guard world.corrupted.isEmpty else { return }
    for run in batch.runs {
      for (offset, encoded) in run.changes.enumerated() {
        let dot = Dot(
          replica: run.replica, lane: batch.lane, sequence: run.firstSequence + UInt64(offset))
        if world.ledger.entry(of: dot, encoded, in: batch.project) == nil {
          world.report(claim, "\(machine.name) took \(dot), which nobody wrote so")
        }
      }
    }
  }

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty else { return }
    for machine in world.remaining {
      for project in world.projects { try check(project, machine, world) }
    }
  }

  private func check(_ project: ProjectID, _ machine: Machine, _ world: World) throws {
    for (dot, encoded) in try world.contents(of: machine.disk.base, in: project)
    where world.ledger.entry(of: dot, encoded, in: project) == nil {
      world.report(claim, "\(machine.name) holds \(dot), which nobody wrote so")
    }
  }
}
