import LivingLab
import SimulatedDisks
import SyncSimulator
import Testing

@Suite("A seed is a run")
struct DeterminismTests {
  @Test(
    "The same seed gives the same trace, step by step", arguments: 1...10 as ClosedRange<UInt64>)
  func sameTrace(seed: UInt64) {
    #expect(trace(of: seed).lines == trace(of: seed).lines)
    #expect(trace(of: seed).digest == trace(of: seed).digest)
    #expect(trace(of: seed).digest != trace(of: seed + 1).digest)
  }

  @Test("So it is with real files")
  func sameTraceOnDisk() throws {
    for seed in UInt64(1)...2 {
      #expect(try traceOnDisk(of: seed) == traceOnDisk(of: seed))
    }
  }

  private func trace(of seed: UInt64) -> Trace {
    var options = WorldOptions(seed: seed, schema: LivingLab.schema)
    options.isTraced = true
    let world = World(options)
    world.run()
    return world.trace
  }

  private func traceOnDisk(of seed: UInt64) throws -> [String] {
    var options = WorldOptions(seed: seed, schema: LivingLab.schema)
    options.isTraced = true
    options.makeStore = try MixedDisks(filesPerThousand: 500).make
    let world = World(options)
    world.run()
    return world.trace.lines
  }
}
