import LivingLab
import SimulatedDisks
import SyncSimulator
import Testing

/// Seeds that failed once. What a seed draws changes with the simulator, so each of their causes also
/// has a scripted test, which is named here.
@Suite("Seeds that failed once")
struct NamedSeedTests {
  @Test(
    "They hold every claim",
    arguments: [
      // An older software wrote into kinds that it did not know (MachineryTests).
      8_003_550, 8_011_200, 6_002_050,
      // A void was not heard after an update (QueriesRetryTests).
      8_002_125,
      // A row that was removed stood again after a fork (StoreForkTests).
      8_002_775,
      // A receipt of an erasure was owed after an update.
      42_002_513,
      // The checker took a value for unseen that another worker's writer had seen.
      50_000_550,
      // A change that a copied store captured when it was opened was in no ledger.
      43_000_088,
      // A session in which a laptop only hands over went on after it was let in (RightsTests).
      70_002_453, 80_000_078,
      // After a fork a receipt was owed until somebody wrote (ErasureTests).
      70_004_375,
      // A conflict stayed open that a void had ended (VoidTests).
      80_000_401,
      // Two people wrote the same at one moment: nothing was applied twice.
      70_011_307,
      // A process crashed right after it had taken a damaged chain off: the checker did not know.
      100_011_861,
      // What a laptop handed over was damaged under way and released; it was never let in again.
      990_661_187,
      // An online side slept while a laptop was shut out and let in again, and took more under its former
      // name.
      200_001_652,
      // What was released lacked what an erasure that stayed held had taken on the laptop.
      993_825_220,
      // A copy made its own key, and went on under a name that was taken back with the former (DeviceTests).
      240_003_374,
      // Of what was held in two projects one part was released, and taken for the other (ProjectsTests).
      250_000_140,
      // A restored online side's first answer was lost: the laptop took itself for a copy (PeerLedgerTests).
      250_000_027,
      // A store that had to fork could not: what is personal could not be linked anew (StoreForkTests).
      300_003_100,
      // The organisation took back what it had written itself before it was restored.
      250_002_175,
    ] as [UInt64])
  func hold(seed: UInt64) throws {
    let world = World(try .usual(seed: seed, schema: LivingLab.schema, filesEvery: 1))
    world.run()
    #expect(world.findings.isEmpty, "\(world.findings.map(\.claim))")
  }
}
