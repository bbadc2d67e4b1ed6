import Crypto
import SyncCore

/// The hash chain over one origin's changes: equal hashes at a sequence mean equal changes up to it.
public enum ChainHash {
  /// The chain hash after the change `dot` with these bytes, where `previous` is the one before it
  /// (``Digest128/zero`` before the first): SHA-256 over the 16 bytes of `previous`, the 16 of the
  /// replica, the lane, the sequence (8 bytes, most significant first), and the bytes; the first 16
  /// bytes of the result. The personal part enters through the commitment inside the bytes.
  public static func next(after previous: Digest128, dot: Dot, bytes: [UInt8]) -> Digest128 {
    var hasher = SHA256()
    withUnsafeTemporaryAllocation(byteCount: 41, alignment: 8) { head in
      let (hash, replica) = (previous.bits, dot.replica.rawValue)
      head.storeBytes(of: hash.high.bigEndian, toByteOffset: 0, as: UInt64.self)
      head.storeBytes(of: hash.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      head.storeBytes(of: replica.high.bigEndian, toByteOffset: 16, as: UInt64.self)
      head.storeBytes(of: replica.low.bigEndian, toByteOffset: 24, as: UInt64.self)
      head.storeBytes(of: dot.lane.rawValue, toByteOffset: 32, as: UInt8.self)
      head.storeBytes(of: dot.sequence.bigEndian, toByteOffset: 33, as: UInt64.self)
      hasher.update(bufferPointer: UnsafeRawBufferPointer(head))
    }
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return Digest128(prefixOf: hasher.finalize())
  }
}

/// One digest over everything that a store holds of a project.
public enum VectorDigest {
  /// SHA-256, the first 16 bytes, over each origin in order of lane and replica: the replica's 16
  /// bytes, the lane, the sequence (8 bytes, most significant first) and the chain hash.
  public static func of(_ vector: ProjectVector) -> Digest128 {
    var hasher = SHA256()
    for origin in vector.origins {
      guard let position = vector[origin] else { continue }
      var input = DigestInput()
      input.append(origin.replica.rawValue)
      input.append(origin.lane.rawValue)
      input.append(position.sequence)
      input.append(position.hash.bits)
      hasher.update(data: input.bytes)
    }
    return Digest128(prefixOf: hasher.finalize())
  }
}

/// Fixed-width fields, most significant byte first.
private struct DigestInput {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(48) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ word: UInt64) {
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ id: UniqueID) {
    append(id.high)
    append(id.low)
  }
}

extension Digest128 {
  init(prefixOf digest: SHA256Digest) {
    let words = digest.withUnsafeBytes { bytes in
      (
        bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      )
    }
    self.init(bits: UniqueID(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1)))
  }
}
