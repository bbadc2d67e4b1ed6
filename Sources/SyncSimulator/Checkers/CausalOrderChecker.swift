import SyncCore

/// Within a lane a change never arrives before what it replaces.
public struct CausalOrderChecker: Checker {
  public let claim = "causal order is kept within each lane"

  public init() {}

  public mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World
  ) throws {
    guard applied.violations.isEmpty, world.corrupted.isEmpty else { return }
    var here = before
    for run in batch.runs {
      let origin = Origin(replica: run.replica, lane: batch.lane)
      for (offset, encoded) in run.changes.enumerated() {
        let sequence = run.firstSequence + UInt64(offset)
        let dot = Dot(replica: run.replica, lane: batch.lane, sequence: sequence)
        let operations =
          world.ledger.entry(of: dot, encoded, in: batch.project)?.change?
          .operations ?? []
        for replaced in operations.lazy.flatMap(\.replaces)
        where replaced.lane == batch.lane && !here.covers(replaced) {
          world.report(claim, "\(machine.name) took \(dot) before \(replaced), which it replaces")
        }
        here.advance(origin, to: ChainPosition(sequence: sequence, hash: .zero))
      }
    }
  }
}
