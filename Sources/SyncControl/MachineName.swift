/// What a machine may be called.
public enum MachineName {
  public static let longestBytes = 200
  /// What a name has to be, for a sentence.
  public static let words =
    "a name is one line of 1 to \(longestBytes) bytes, without control characters"

  public static func isUsable(_ name: String) -> Bool {
    (1...longestBytes).contains(name.utf8.count)
      && !name.unicodeScalars.contains { $0.isSteering || "\t\n\r".unicodeScalars.contains($0) }
  }

  /// A name that somebody gives itself, without what can not stand in one.
  public static func cleaned(_ name: String, bytes: Int) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      let isPlain = !scalar.isSteering && !"\t\n\r".unicodeScalars.contains(scalar)
      let next = isPlain ? String(scalar) : "\u{FFFD}"
      guard result.utf8.count + next.utf8.count <= bytes else { break }
      result += next
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether it could steer a terminal or turn its writing direction around. Line ends and tabs do not
  /// count.
  public var isSteering: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D: false
    case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
      true
    default: false
    }
  }
}
