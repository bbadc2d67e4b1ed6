import SyncCore
import SyncProtocol
import Testing

@Suite("Limits")
struct LimitsTests {
  @Test("The protocol's limits fit each other")
  func relations() {
    #expect(ProtocolLimits.batch.bytes * 2 <= ProtocolLimits.creditBytes)
    #expect(ProtocolLimits.batch.rows <= ProtocolLimits.batchRows)
    #expect(ProtocolLimits.creditBytes <= ProtocolLimits.messageBytes)
    #expect(ProtocolLimits.frameBytes >= ProtocolLimits.messageBytes)
    #expect(ProtocolLimits.pingIntervalMilliseconds * 2 < ProtocolLimits.silenceLimitMilliseconds)
    #expect(ProtocolLimits.sequence + UInt64(ProtocolLimits.batchRows) < UInt64(Int64.max))
    // The sets of an idea at their limits, twice, with room for the texts.
    let largest = 2 * Limits.elements * (Limits.shortTextBytes + 64) + 4 * Limits.proseBytes
    #expect(largest < Limits.changeBytes)
    // Room for the numbers and lengths around the changes of a batch.
    #expect(Limits.changeBytes + (64 << 10) <= ProtocolLimits.messageBytes)
    #expect(ProtocolLimits.valuesPerOperation <= Int(UInt16.max))
  }
}
