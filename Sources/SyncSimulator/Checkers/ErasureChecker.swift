import SyncCore

/// Who was erased is in no byte of any store that is left, whoever still had a copy of the name, and
/// every one of these stores has said so.
public struct ErasureChecker: Checker {
  public let claim = "no erased byte"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained else { return }
    for project in world.projects {
      let oracle = Oracle(try world.online(project), schema: world.options.schema)
      for subject in oracle.erased.subjects {
        for machine in world.members where machine.projects.allows(project) {
          try check(subject, machine, project, oracle, world)
        }
      }
    }
  }

  private func check(
    _ subject: ErasureSubject, _ machine: Machine, _ project: ProjectID, _ oracle: Oracle,
    _ world: World
  ) throws {
    let store = machine.disk.base
    if try store.holds(Workload.personalMark(of: subject.record)) {
      world.report(claim, "\(machine.name) still holds a name of \(subject.record)")
    }
    guard let kind = world.options.schema.receiptKind else { return }
    let receipt = RecordID.derived(
      project: project, kind: kind.name,
      naturalKey: [.text(subject.record.description), .text(store.replica.description)])
    if oracle.records[receipt] == nil {
      world.report(claim, "\(machine.name) gave no receipt for \(subject.record)")
    }
  }
}
