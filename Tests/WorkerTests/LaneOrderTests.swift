import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("Rights travel first")
struct LaneOrderTests {
  @Test(
    "Nothing else of a session goes before them, on either way", arguments: 0..<20 as Range<UInt64>)
  func order(seed: UInt64) throws {
    var limits = SessionLimits()
    limits.batch = BatchBounds(bytes: 4_000, rows: 3)
    limits.creditBytes = 8_000
    var simulation = simulation(labs: 1, seed: seed, session: limits)
    var generator = SplitMix64(seed: seed)
    for _ in 0..<120 { try writeSomething(&simulation, using: &generator) }
    simulation.tell(0, .start)
    settle(&simulation)
    for isToOnline in [true, false] {
      let lanes = simulation.deliveries.filter { $0.isToOnline == isToOnline }
        .compactMap { delivery -> Lane? in
          guard case .batch(let batch) = delivery.message else { return nil }
          return batch.changes.lane
        }
      #expect(Set(lanes) == Set(Lane.allCases))
      #expect(lanes == lanes.sorted { $0.rawValue < $1.rawValue })
    }
  }
}
