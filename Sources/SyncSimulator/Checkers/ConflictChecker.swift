import SyncCore

/// No open conflict vanishes without a resolution: a value that waits in one is replaced only by
/// somebody who decided, or who had seen that very value shown.
public struct ConflictChecker: Checker {
  public let claim = "no open conflict vanishes without a resolution"

  public init() {}

  public mutating func written(
    _ entry: Ledger.Entry, at dot: Dot, in project: ProjectID, of world: World
  ) throws {
    guard !entry.isDecision, let change = entry.change else { return }
    for operation in change.operations where operation.cell != .deletion {
      let unseen = entry.unseen[operation.cell] ?? []
      for replaced in operation.replaces where unseen.contains(replaced) {
        world.report(
          claim, "\(dot) replaced \(replaced) of \(operation.cell), which waited in a conflict")
      }
    }
  }

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained else { return }
    for project in world.projects {
      let vector = try world.hubDisk.base.vector(of: project)
      let entries = try world.online(project)
      var replacing: [RecordID: [CellKey: Set<Dot>]] = [:]
      for (_, entry) in entries {
        guard let change = entry.change else { continue }
        for operation in change.operations {
          let seen = operation.replaces.filter {
            entry.isDecision || entry.unseen[operation.cell]?.contains($0) != true
          }
          replacing[change.record, default: [:]][operation.cell, default: []].formUnion(seen)
        }
      }
      let oracle = Oracle(entries, schema: world.options.schema)
      // Where a change was taken back the organisation decided.
      let takenBack = Set(
        entries.filter { oracle.voids.contains($0.dot) }.compactMap(\.entry.change?.record))
      for (_, conflict) in world.everOpen[project] ?? [:]
      where conflict.cell != .deletion && !takenBack.contains(conflict.record) {
        let live = oracle.records[conflict.record]?.state[conflict.cell]?.live.map(\.dot) ?? []
        let decided = replacing[conflict.record]?[conflict.cell] ?? []
        for dot in conflict.alternatives.flatMap(\.dots)
        // Under the name of a store that was copied a dot may have meant two changes.
        where !world.copied.contains(dot.replica) && vector.covers(dot) && !live.contains(dot)
          && !decided.contains(dot)
        {
          world.report(claim, "\(dot) of \(conflict.line) is gone, and nobody decided")
        }
      }
    }
  }
}
