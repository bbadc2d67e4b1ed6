import Foundation
import LivingLab
import SimulatedDisks
import SyncSimulator
import Testing

/// Seeds that nobody has seen before. `LABSYNC_SEED` names the first, so that a run can be repeated;
/// `LABSYNC_SEEDS` says how many.
@Suite("Fresh seeds")
struct FreshSeedTests {
  private let environment = ProcessInfo.processInfo.environment

  @Test("They hold every claim, and together they see everything happen")
  func hold() async throws {
    let now = UInt64(Date().timeIntervalSince1970 * 1_000)
    let first = environment["LABSYNC_SEED"].flatMap(UInt64.init) ?? now % 1_000_000_000
    let count = environment["LABSYNC_SEEDS"].flatMap(UInt64.init) ?? 500
    print("\(count) fresh seeds; LABSYNC_SEED=\(first) repeats them")
    var total = Census()
    try await withThrowingTaskGroup(of: Census.self) { group in
      let cores = UInt64(ProcessInfo.processInfo.activeProcessorCount)
      for core in 0..<cores {
        group.addTask {
          try run(stride(from: first + core, to: first + count, by: Int(cores)))
        }
      }
      for try await census in group { total.add(census) }
    }
    #expect(total.seeds == Int(count))
    if count >= 100 { #expect(total.missing(schema: LivingLab.schema) == []) }
  }
}

private func run(_ seeds: StrideTo<UInt64>) throws -> Census {
  var census = Census()
  for seed in seeds {
    let world = World(try .usual(seed: seed, schema: LivingLab.schema))
    world.run()
    census.add(world.census)
    #expect(
      world.findings.isEmpty,
      "replay: labdev simulate --seed \(seed) --trace: \(world.findings.map(\.claim))")
    #expect(world.census.events >= 1_000, "seed \(seed)")
  }
  return census
}
