import SyncCore

/// Same changes, same state: every store that is left holds the same changes, shows the same rows, byte
/// for byte, and the same open conflicts. The measure is the ledger, of which what is live is
/// computed by another rule than the stores': written, and replaced by nothing.
public struct ConvergenceChecker: Checker {
  public let claim = "the same changes give the same state and the same open conflicts"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained else { return }
    for project in world.projects {
      let vector = try world.hubDisk.base.vector(of: project)
      let oracle = Oracle(try world.online(project), schema: world.options.schema)
      let rows = try oracle.rows()
      let conflicts = try oracle.openConflicts().map(\.line)
      var seen: [ObjectIdentifier] = []
      for machine in world.members where machine.projects.allows(project) {
        guard !seen.contains(ObjectIdentifier(machine.disk)) else { continue }
        seen.append(ObjectIdentifier(machine.disk))
        let store = machine.disk.base
        if try store.vector(of: project) != vector {
          world.report(claim, "\(machine.name) holds other changes")
        }
        compare(try store.shownRows(in: project), with: rows, "rows", machine, world)
        compare(
          try store.openConflicts(in: project).map(\.line), with: conflicts, "open conflicts",
          machine, world)
      }
    }
  }

  private func compare(
    _ found: [String], with expected: [String], _ what: String, _ machine: Machine, _ world: World
  ) {
    guard found != expected else { return }
    let extra = Set(found).subtracting(expected).sorted().prefix(3)
    let missing = Set(expected).subtracting(found).sorted().prefix(3)
    world.report(
      claim,
      """
      \(machine.name) shows other \(what); only there: \(extra.joined(separator: " | ")); \
      missing: \(missing.joined(separator: " | "))
      """)
  }
}
