import Glibc
import SyncControl

/// Says how far an import is: a bar on a terminal, else a line every few seconds.
struct ImportProgress {
  private let totalBytes: Int?
  private let isTerminal = Terminal.isTerminal(STDERR_FILENO)
  private var lastSaid: Int
  private var isBarShown = false

  init(totalBytes: Int?) {
    self.totalBytes = totalBytes
    lastSaid = monotonicMilliseconds()
  }

  /// Says where things are, unless that was said a moment ago.
  mutating func update(bytesRead: Int, lines: Int, refused: Int) {
    let now = monotonicMilliseconds()
    guard now - lastSaid >= (isTerminal ? 100 : 5000) else { return }
    lastSaid = now
    let counts = "\(Words.count(lines, "line")), \(Words.grouped(refused)) refused"
    if isTerminal {
      StandardError.write("\r\u{1B}[K\(bar(bytesRead))\(counts)")
      isBarShown = true
    } else {
      StandardError.line("labctl: \(percentage(bytesRead))\(counts)")
    }
  }

  /// Takes the bar away, so that something else can be written.
  mutating func clear() {
    if isBarShown { StandardError.write("\r\u{1B}[K") }
    isBarShown = false
  }

  private func bar(_ bytesRead: Int) -> String {
    guard let totalBytes, totalBytes > 0 else { return "" }
    let filled = min(30, bytesRead * 30 / totalBytes)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    return "[\(bar)] \(percentage(bytesRead))"
  }

  private func percentage(_ bytesRead: Int) -> String {
    guard let totalBytes, totalBytes > 0 else { return "" }
    return "\(min(100, bytesRead * 100 / totalBytes)) %, "
  }
}
