extension Terminal {
  /// Columns to lay sentences out in: the terminal's, from 60 up; 80 elsewhere.
  static var textColumns: Int { max(60, columns ?? 80) }

  /// The text in lines that fit beside an indent, broken between words. A word that is longer than a
  /// line stays whole: it may be an id that somebody copies.
  static func wrapped(_ text: String, indent: Int, columns: Int = textColumns) -> [String] {
    let room = max(20, columns - indent)
    var lines: [String] = []
    for paragraph in harmless(text).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    {
      var line = ""
      var used = 0
      for word in paragraph.split(separator: " ") {
        let width = width(of: word)
        if used > 0, used + 1 + width > room {
          lines.append(line)
          line = ""
          used = 0
        }
        line += used > 0 ? " \(word)" : String(word)
        used += (used > 0 ? 1 : 0) + width
      }
      lines.append(line)
    }
    return lines
  }
}

extension Terminal {
  /// A line that may be bold as a whole, cut to at most `columns`.
  static func cutKeepingBold(_ line: String, to columns: Int) -> String {
    let (on, off) = ("\u{1B}[1m", "\u{1B}[0m")
    guard line.hasPrefix(on), line.hasSuffix(off) else { return cut(line, to: columns) }
    return on + cut(String(line.dropFirst(on.count).dropLast(off.count)), to: columns) + off
  }
}
