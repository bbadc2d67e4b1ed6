import SyncCore

/// A laptop that is not let in gets nothing: at most what the online side had when it was shut out.
public struct StrangerChecker: Checker {
  public let claim = "who is not let in gets nothing"

  public init() {}

  public mutating func lettingIn(_ machine: Machine, in world: World) throws {
    try check(machine, world)
  }

  public mutating func conclude(_ world: World) throws {
    for machine in world.remaining where machine.isShutOut { try check(machine, world) }
  }

  private func check(_ machine: Machine, _ world: World) throws {
    let store = machine.disk.base
    let own = world.root(of: store.replica)
    for project in try store.projects {
      let vector = try store.vector(of: project)
      for origin in vector.origins where world.root(of: origin.replica) != own {
        let allowed = machine.reach[project]?.sequence(of: origin) ?? 0
        if vector.sequence(of: origin) > allowed {
          world.report(claim, "\(machine.name) has \(origin) to \(vector.sequence(of: origin))")
        }
      }
    }
  }
}
