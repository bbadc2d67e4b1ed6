import SyncCore

/// While a withdrawal of consent is there that no later write had seen, every store shows withdrawn.
public struct WithdrawalChecker: Checker {
  public let claim = "a withdrawal that was seen is never undone by a grant that had not seen it"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, world.isDrained, let kind = world.options.schema.consentKind
    else { return }
    let cell = CellKey("state")
    for project in world.projects {
      let entries = try world.online(project)
      let oracle = Oracle(entries, schema: world.options.schema)
      var keys: [RecordID: [Value]] = [:]
      for (_, entry) in entries {
        guard let change = entry.change, change.kind == kind.name else { continue }
        keys[change.record] = change.naturalKey
      }
      for (record, key) in keys.sorted(by: { $0.key < $1.key }) {
        let live = oracle.records[record]?.state[cell]?.live ?? []
        let isWithdrawn = live.contains { value in
          let written = oracle.written(by: value.dot, in: cell)?.values ?? []
          return written.contains { $0.value == .text("withdrawn") }
        }
        guard isWithdrawn else { continue }
        let name = RecordName(kind: kind.name, id: record, naturalKey: key)
        for machine in world.members where machine.projects.allows(project) {
          let row = try machine.disk.base.row(of: name, in: project)
          if row?.cells[cell] == .text("granted") {
            world.report(claim, "\(machine.name) shows \(record) as granted")
          }
        }
      }
    }
  }
}
