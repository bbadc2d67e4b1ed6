/// SHA-1 (RFC 3174), only because version 5 UUIDs are made of it. It protects nothing here: chain
/// hashes and commitments use SHA-256 where bytes are handled. A library would bring Foundation
/// into the pure modules for these sixty lines.
struct SHA1 {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
  )

  /// The first 128 bits of the digest of `message`. Cost: one pass.
  static func prefix128(of message: [UInt8]) -> UniqueID {
    var padded = message
    padded.append(0x80)
    while padded.count % 64 != 56 { padded.append(0) }
    let bits = UInt64(message.count) * 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    var hash = SHA1()
    for start in stride(from: 0, to: padded.count, by: 64) {
      hash.absorb(padded[start..<start + 64])
    }
    return UniqueID(
      high: UInt64(hash.state.0) << 32 | UInt64(hash.state.1),
      low: UInt64(hash.state.2) << 32 | UInt64(hash.state.3))
  }

  private mutating func absorb(_ block: ArraySlice<UInt8>) {
    var words = [UInt32](repeating: 0, count: 80)
    for (index, byte) in block.enumerated() {
      words[index / 4] = words[index / 4] << 8 | UInt32(byte)
    }
    for index in 16..<80 {
      words[index] = rotate(
        words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], by: 1)
    }
    var (a, b, c, d, e) = state
    for index in 0..<80 {
      let (mix, constant): (UInt32, UInt32)
      switch index {
      case 0..<20: (mix, constant) = (b & c | ~b & d, 0x5A82_7999)
      case 20..<40: (mix, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
      case 40..<60: (mix, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
      default: (mix, constant) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let next = rotate(a, by: 5) &+ mix &+ e &+ words[index] &+ constant
      (a, b, c, d, e) = (next, a, rotate(b, by: 30), c, d)
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  private func rotate(_ word: UInt32, by bits: UInt32) -> UInt32 {
    word << bits | word >> (32 - bits)
  }
}
