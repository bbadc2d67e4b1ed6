import SyncCore

/// The chain hashes tell of every change that was damaged under way, and no pair whose chains differ
/// calls itself in sync.
public struct ChainChecker: Checker {
  public let claim = "the chain hashes detect every corruption"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    for (project, origins) in world.corrupted {
      for origin in origins where isDifferent(origin, project, world) {
        if world.mismatches[project]?.contains(origin) != true {
          world.report(claim, "\(origin) differs between stores, and nobody noticed")
        }
        for machine in world.remaining where machine.lab?.session?.inSync(project) != nil {
          if try differs(machine, origin, project, world) {
            world.report(claim, "\(machine.name) calls itself in sync and holds another \(origin)")
          }
        }
      }
    }
    guard world.corrupted.isEmpty else { return }
    for (project, origins) in world.mismatches {
      for origin in origins where !world.copied.contains(origin.replica) {
        world.report(claim, "\(origin) of \(project) is said to differ, and nothing was damaged")
      }
    }
  }

  private func isDifferent(_ origin: Origin, _ project: ProjectID, _ world: World) -> Bool {
    // Who is not let in compares its chains with nobody.
    world.members.contains { machine in
      do { return try differs(machine, origin, project, world) } catch { return false }
    }
  }

  private func differs(
    _ machine: Machine, _ origin: Origin, _ project: ProjectID, _ world: World
  ) throws -> Bool {
    let (here, online) = (machine.disk.base, world.hubDisk.base)
    let left = try contents(of: origin, in: project, at: here)
    let right = try contents(of: origin, in: project, at: online)
    return zip(left, right).contains { $0.bytes != $1.bytes }
  }

  /// The chain itself is not asked: it is what is being checked.
  private func contents(
    of origin: Origin, in project: ProjectID, at store: any SimulatedStore
  ) throws -> [EncodedChange] {
    guard try store.projects.contains(project) else { return [] }
    let all = try store.changes(
      in: project, lane: origin.lane, notIn: ProjectVector(),
      atMost: BatchBounds(bytes: .max, rows: .max))
    return (all?.runs ?? []).filter { $0.replica == origin.replica }.flatMap(\.changes)
  }
}
