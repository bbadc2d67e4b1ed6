extension CurvePublicKey {
  /// The first 80 bits in Crockford's base 32, for people to compare: `8H2K-WQ4D-1M0T-ZX7B`.
  public var fingerprint: String {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var text = ""
    var bits = 0
    var value: UInt32 = 0
    for byte in bytes.prefix(10) {
      value = value << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[Int(value >> UInt32(bits) & 31)])
        if text.count % 5 == 4, text.count < 19 { text.append("-") }
      }
    }
    return text
  }
}
