import SyncCore
import SyncWire

/// Changes that no software should have made.
extension World {
  /// A change that only a software of the future can read.
  func writeUndecodable() {
    writeNonsense(counting: .undecodableChange) { store, project, _ in
      let lane = Lane.allCases.randomElement(using: &random) ?? .records
      let bytes = [0xFF] + UniqueID(high: random.next(), low: random.next()).bytes
      try store.append(raw: EncodedChange(bytes: bytes), in: project, lane: lane)
    }
  }

  /// A change that can be read and is not what it says: in another lane than its kind's, or one that
  /// only the online side may write.
  func writeUnsound() {
    writeNonsense(counting: .unsoundChange) { store, project, now in
      guard
        let record = workload.record(in: project, knownTo: options.schema, using: &random),
        let kind = options.schema[record.kind],
        let lane = Lane.allCases.filter({ $0 != kind.lane }).randomElement(using: &random)
      else { return }
      let cells: [CellKey: Value] =
        Bool.random(using: &random)
        ? [CellKey("channel"): .text("forged")] : [.deletion: .boolean(true)]
      try store.write(
        record.kind, record.id, cells, in: project, naturalKey: record.naturalKey, lane: lane,
        at: now)
    }
  }

  /// Only stores in memory can be made to write it.
  private func writeNonsense(
    counting fault: Fault, _ body: (inout MemoryStore, ProjectID, Instant) throws -> Void
  ) {
    guard let machine = drawMachine(.running), var store = machine.disk.base as? MemoryStore,
      let project = projects.first(where: { store.logs[$0] != nil })
    else { return }
    count(fault)
    machine.disk.base = store
    do {
      try body(&store, project, now(machine))
    } catch {
      return report("people can write", "\(error)")
    }
    machine.disk.base = store
    enterChanges(of: machine, deed: nil)
    scheduleCapture(machine)
  }
}
