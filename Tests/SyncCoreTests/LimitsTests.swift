import SyncCore
import Testing

@Suite("Limits")
struct LimitsTests {
  @Test("stand in the relations that the code relies on")
  func relations() {
    #expect(Limits.shortTextBytes < Limits.proseBytes)
    #expect(Limits.foreignKeyBytes < Limits.shortTextBytes)
    #expect(Limits.elements > 0)
    // Ordinals of an operation's values are 16 bits.
    #expect(Limits.elements <= Int(UInt16.max))
    #expect(Limits.clockLeapMilliseconds > 0)
    // A long text, at a unit every hundred bytes, is compared unit by unit.
    let units = Limits.proseBytes / 100
    #expect(units * units <= Limits.textComparisonCells)
    // The table of lengths has 32-bit entries.
    #expect(Limits.textComparisonCells <= Int(Int32.max))
    #expect(Limits.textAncestryDepth > 1)
    #expect(Limits.jsonDepth >= 4)
  }
}
