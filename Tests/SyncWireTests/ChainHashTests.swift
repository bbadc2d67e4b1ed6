import Crypto
import SyncCore
import Testing

@testable import SyncWire

@Suite("The chain and the digest")
struct ChainHashTests {
  let dot = Dot(
    replica: ReplicaID(rawValue: UniqueID(high: 1, low: 2)), lane: .activity, sequence: 0x0102)

  @Test("The chain hash is SHA-256 over the previous hash, the dot and the bytes, truncated")
  func chain() {
    let previous = Digest128(bits: UniqueID(high: 3, low: 4))
    let input: [UInt8] =
      UniqueID(high: 3, low: 4).bytes + UniqueID(high: 1, low: 2).bytes + [2]
      + [0, 0, 0, 0, 0, 0, 1, 2] + [9, 8, 7]
    let expected = Array(SHA256.hash(data: input).prefix(16))
    #expect(ChainHash.next(after: previous, dot: dot, bytes: [9, 8, 7]).bits.bytes == expected)
  }

  @Test("The digest is SHA-256 over the sorted positions, truncated")
  func digest() {
    var input: [UInt8] = []
    for origin in vector.origins {
      guard let position = vector[origin] else { continue }
      input += origin.replica.rawValue.bytes + [origin.lane.rawValue]
      input += withUnsafeBytes(of: position.sequence.bigEndian) { Array($0) }
      input += position.hash.bits.bytes
    }
    #expect(VectorDigest.of(vector).bits.bytes == Array(SHA256.hash(data: input).prefix(16)))
    #expect(VectorDigest.of(ProjectVector()) != VectorDigest.of(vector))
  }
}
