import DeveloperRig
import Testing

extension SystemTests {
  @Suite("kill -9 of a daemon")
  struct KillTests {
    @Test("at any moment of a drain loses no change and makes none twice")
    func anyMoment() throws {
      let lab = try Lab(laptops: 1)
      let scenario = KillScenario(times: setting("LABSYNC_KILLS", default: 12), seed: 7)
      let outcome = try scenario.run(on: lab)
      #expect(outcome.kills.values.reduce(0, +) == scenario.times)
      #expect(outcome.rowsWritten == scenario.times * scenario.rowsPerRound)
      #expect(outcome.rowsFound == [outcome.rowsWritten, outcome.rowsWritten])
      #expect(outcome.changesFound == [outcome.rowsWritten, outcome.rowsWritten])
      #expect(outcome.changesMissing == [0, 0])
      #expect(outcome.exportBytes > 0)
    }
  }
}
