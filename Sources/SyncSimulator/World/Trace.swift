/// What happened, as a digest that grows with every step and, where asked for, as lines.
public struct Trace: Sendable {
  /// Of everything so far: equal digests mean the same run.
  public private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  public private(set) var lines: [String] = []
  public let isKept: Bool

  init(isKept: Bool) { self.isKept = isKept }

  /// One step: what it was, and whatever says how it went.
  mutating func note(
    at time: Int64, _ what: StaticString, _ numbers: [Int64] = [],
    _ words: @autoclosure () -> String
  ) {
    mix(UInt64(bitPattern: time))
    unsafe mix(bytes: UnsafeBufferPointer(start: what.utf8Start, count: what.utf8CodeUnitCount))
    for number in numbers { mix(UInt64(bitPattern: number)) }
    if isKept { lines.append("\(time) ms  \(what)  \(words())") }
  }

  /// FNV-1a (Fowler, Noll, Vo), a word at a time.
  private mutating func mix(_ word: UInt64) {
    digest = (digest ^ word) &* 0x100_0000_01B3
    digest ^= digest >> 29
  }

  private mutating func mix(bytes: some Sequence<UInt8>) {
    for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  static func digest(of bytes: [UInt8]) -> Int64 {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int64(bitPattern: digest)
  }
}
