import Testing

@testable import SyncCore

@Suite("Units of prose")
struct TextUnitsTests {
  private func units(_ text: String) -> [String] {
    TextUnits.split(text).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("are sentences, the white space between them, and line ends")
  func split() {
    #expect(units("") == [])
    #expect(units("Un banc. Una font.") == ["Un banc.", " ", "Una font."])
    #expect(
      units("Què? (Sí.)  \"No!\"\nFi") == ["Què?", " ", "(Sí.)", "  ", "\"No!\"", "\n", "Fi"])
    #expect(units("3.5 km de 1.200") == ["3.5 km de 1.200"])
    #expect(units("  a\r\n\n\tb") == ["  ", "a\r", "\n", "\n", "\t", "b"])
  }

  @Test("give the text back byte for byte")
  func join() {
    let letters = ["a", "é", "e\u{301}", ".", "!", "?", " ", "\n", "\r", "\t", ")", "\"", "👩‍👧"]
    var random = SplitMix64(seed: 1)
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in random.pick(letters) }
        .joined()
      #expect(TextUnits.join(TextUnits.split(text)).isBytewiseEqual(to: text))
    }
  }

  @Test("that differ are hunks which turn the base into the edited text")
  func hunks() {
    var random = SplitMix64(seed: 2)
    for _ in 0..<500 {
      let base = units(&random)
      let edited = units(&random)
      var result: [ArraySlice<UInt8>] = []
      var position = 0
      for hunk in TextDifference.hunks(from: base, to: edited) {
        #expect(hunk.base.lowerBound >= position)
        result += base[position..<hunk.base.lowerBound]
        result += hunk.replacement
        position = hunk.base.upperBound
      }
      result += base[position...]
      #expect(result == edited)
    }
  }

  private func units(_ random: inout SplitMix64) -> [ArraySlice<UInt8>] {
    (0..<Int.random(in: 0...8, using: &random)).map { _ in
      [UInt8.random(in: 0..<4, using: &random)][...]
    }
  }
}
