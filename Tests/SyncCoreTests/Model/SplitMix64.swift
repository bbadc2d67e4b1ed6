/// A seeded generator (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014):
/// the same seed gives the same history on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  /// True in `share` of 100 draws.
  mutating func happens(_ share: Int) -> Bool { Int.random(in: 0..<100, using: &self) < share }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
}
