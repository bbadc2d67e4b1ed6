import SyncControl
import Testing

@Suite("The line of an invitation")
struct InvitationLineTests {
  private let line = InvitationLine(
    secret: Array(0..<16), serverKey: Array(100..<132), expiresAt: 1_790_000_000_123,
    projects: [Array(repeating: 7, count: 16), Array(repeating: 9, count: 16)],
    endpoints: ["tcp://10.0.0.1:5570", "tcp://[2001:db8::1]:5570"], name: "Taula 3, càmera")

  @Test("is read as it was written, with blanks and line breaks from a mail")
  func roundTrip() throws {
    #expect(try InvitationLine(line.text) == line)
    var nameless = line
    nameless.name = nil
    #expect(try InvitationLine(nameless.text) == nameless)
    let text = line.text
    let broken = "  " + text.prefix(60) + "\n " + text.dropFirst(60) + "\n"
    #expect(try InvitationLine(broken) == line)
  }

  @Test("calls the machine nothing that could not be its name")
  func names() {
    for name in ["a\nb", "a\u{1B}[31m", "", String(repeating: "a", count: 201)] {
      var line = line
      line.name = name
      #expect(throws: ControlFailure.self) { try InvitationLine(line.text) }
    }
  }

  @Test("holds nothing that a shell would take for its own")
  func characters() {
    #expect(
      line.text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
  }

  @Test("that was cut or changed anywhere is refused with a sentence")
  func damage() {
    let text = line.text
    for count in 0..<text.count {
      #expect(throws: ControlFailure.self) { try InvitationLine(String(text.prefix(count))) }
    }
    for index in text.indices.dropFirst(9) {
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
      guard changed.dropLast() != text.dropLast() else { continue }
      #expect(throws: ControlFailure.self) { try InvitationLine(changed) }
    }
  }
}
