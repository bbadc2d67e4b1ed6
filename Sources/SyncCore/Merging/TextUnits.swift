/// The units in which prose is compared: sentences, the white space between them, and line ends.
/// Joined in order they give the text back, byte for byte. Only ASCII decides where a unit ends, so
/// that no Unicode version changes a merge.
enum TextUnits {
  /// Cost: one pass over the bytes.
  static func split(_ text: String) -> [ArraySlice<UInt8>] {
    let bytes = Array(text.utf8)
    var units: [ArraySlice<UInt8>] = []
    var start = 0
    func cut(at end: Int) {
      if end > start { units.append(bytes[start..<end]) }
      start = end
    }
    var index = 0
    while index < bytes.count {
      if bytes[index] == newline {
        cut(at: index)
        cut(at: index + 1)
        index += 1
      } else if isBlank(bytes[index]), index == start || endsSentence(bytes[start..<index]) {
        cut(at: index)
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
        cut(at: index)
      } else {
        index += 1
      }
    }
    cut(at: index)
    return units
  }

  static func join(_ units: some Sequence<ArraySlice<UInt8>>) -> String {
    String(decoding: Array(units.joined()), as: UTF8.self)
  }

  private static let newline = UInt8(ascii: "\n")

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// A full stop, an exclamation or question mark, perhaps with a closing bracket or quote behind.
  private static func endsSentence(_ unit: ArraySlice<UInt8>) -> Bool {
    for byte in unit.reversed() {
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): return true
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"): continue
      default: return false
      }
    }
    return false
  }
}
