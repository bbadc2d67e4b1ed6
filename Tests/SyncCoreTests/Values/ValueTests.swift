import SyncCore
import Testing

@Suite("Values")
struct ValueTests {
  private let sorted: [Value] = [
    .null, .boolean(false), .boolean(true), .integer(.min), .integer(0), .integer(.max),
    .text(""), .text("Z"), .text("a"), .text("ab"), .text("e\u{301}"), .text("é"), .text("😀"),
  ]

  @Test("have a total order: null, booleans, integers, texts by their bytes")
  func order() {
    for (left, one) in sorted.enumerated() {
      for (right, other) in sorted.enumerated() {
        #expect((one < other) == (left < right))
        #expect((one == other) == (left == right))
      }
    }
    #expect(sorted.reversed().sorted() == sorted)
  }

  @Test("are equal when their bytes are")
  func bytes() {
    #expect(Value.text("é") != Value.text("e\u{301}"))
    #expect(Set([Value.text("é"), .text("e\u{301}"), .text("é")]).count == 2)
    #expect(CellKey("é") != CellKey("e\u{301}"))
    #expect(CellKey("a", element: "") != CellKey("a"))
    #expect(CellKey("a") < CellKey("a", element: ""))
    #expect(CellKey("a", element: "z") < CellKey("b"))
  }

  @Test("stand in a natural key as texts")
  func keys() {
    #expect(
      [Value.null, .boolean(true), .boolean(false), .integer(-5), .text("é")].map(\.keyText)
        == ["", "1", "0", "-5", "é"])
  }
}
