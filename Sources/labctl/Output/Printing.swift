import SyncControl

/// The answer as JSON, for a program.
func printDocument(_ answer: some Codable & Hashable & Sendable) throws {
  try StandardOutput.line(String(decoding: ControlCodec.document(answer), as: UTF8.self))
}

/// Names and values under each other, aligned; a value with several lines keeps them.
func printPairs(_ pairs: [(name: String, value: String)]) throws {
  let width = pairs.map { Terminal.width(of: $0.name) }.max() ?? 0
  for (name, value) in pairs {
    let gap = String(repeating: " ", count: width - Terminal.width(of: name) + 2)
    let indent = "\n" + String(repeating: " ", count: width + 2)
    let text: String
    if let columns = Terminal.columns {
      text = Terminal.wrapped(value, indent: width + 2, columns: max(60, columns))
        .joined(separator: indent)
    } else {
      text = Terminal.harmless(value).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline
      ).joined(separator: indent)
    }
    try StandardOutput.line("\(name)\(gap)\(text)")
  }
}
