import Glibc
import SyncControl

/// Says how far long work is: a bar on a terminal, else a line every few seconds.
struct ProgressBar {
  private let total: Int?
  private let isTerminal = Terminal.isTerminal(STDERR_FILENO)
  private var lastSaid: Int
  private var isBarShown = false

  init(total: Int?) {
    self.total = total
    lastSaid = monotonicMilliseconds()
  }

  /// Says where things are, unless that was said a moment ago. `words` follow the bar.
  mutating func update(done: Int, _ words: @autoclosure () -> String) {
    let now = monotonicMilliseconds()
    guard now - lastSaid >= (isTerminal ? 100 : 5000) else { return }
    lastSaid = now
    if isTerminal {
      StandardError.write("\r\u{1B}[K\(bar(done))\(words())")
      isBarShown = true
    } else {
      StandardError.line("labctl: \(percentage(done))\(words())")
    }
  }

  /// Takes the bar away, so that something else can be written.
  mutating func clear() {
    if isBarShown { StandardError.write("\r\u{1B}[K") }
    isBarShown = false
  }

  private func bar(_ done: Int) -> String {
    guard let total, total > 0 else { return "" }
    let filled = min(30, done * 30 / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    return "[\(bar)] \(percentage(done))"
  }

  private func percentage(_ done: Int) -> String {
    guard let total, total > 0 else { return "" }
    return "\(min(100, done * 100 / total)) %, "
  }
}
