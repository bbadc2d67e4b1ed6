import SyncCore

/// Whatever people wrote on a machine that is left is online at the end: also what only a restored
/// disk had, or a copy of one.
public struct RescueChecker: Checker {
  public let claim = "what was written on a machine that is left is online"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained else { return }
    for project in world.projects {
      let online = Set(
        try world.online(project).map { Contents($0.entry, schema: world.options.schema) })
      for machine in world.members where machine.projects.allows(project) {
        let missing = (machine.written[project] ?? []).subtracting(online)
        if !missing.isEmpty {
          world.report(claim, "\(missing.count) changes of \(machine.name) are not there")
        }
      }
    }
  }
}
