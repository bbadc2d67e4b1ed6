import SyncCore

/// What was parked returns when the software comes that knows it; what nobody can read, and what is
/// not what it says, stays.
public struct ParkedChecker: Checker {
  public let claim = "parked changes return when what they wait for arrives"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained else { return }
    for machine in world.members {
      let store = machine.disk.base
      for project in world.projects where machine.projects.allows(project) {
        let unreadable = try world.online(project).filter { _, entry in
          entry.change.map { world.options.schema.objection(to: $0) != nil } ?? true
        }.map(\.dot)
        let parked = try store.parkedChanges(in: project)
        for dot in Set(parked.keys).symmetricDifference(unreadable).sorted() {
          let words = parked[dot].map { "is still parked: \($0.name)" } ?? "is not parked"
          world.report(claim, "\(dot) \(words) at \(machine.name)")
        }
      }
    }
  }
}
