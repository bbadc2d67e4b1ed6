import Glibc
import SyncControl

/// Says how far long work is: a bar on a terminal, else a line every few seconds.
struct ProgressBar {
  private let total: Int?
  private let isTerminal = Terminal.isTerminal(STDERR_FILENO)
  private let start: Int
  private var lastSaid: Int
  private var isBarShown = false

  init(total: Int?) {
    self.total = total
    start = monotonicMilliseconds()
    lastSaid = start
  }

  /// Says where things are, unless that was said a moment ago. `words` follow the bar.
  mutating func update(done: Int, _ words: @autoclosure () -> String) {
    let now = monotonicMilliseconds()
    guard now - lastSaid >= (isTerminal ? 100 : 5000) else { return }
    lastSaid = now
    if isTerminal {
      let line = "\(bar(done))\(words())\(remaining(done, at: now))"
      StandardError.write("\r\u{1B}[K\(Terminal.cut(line, to: Terminal.errorColumns - 1))")
      isBarShown = true
    } else {
      StandardError.line("labctl: \(percentage(done))\(words())\(remaining(done, at: now))")
    }
  }

  /// `, 12,345 lines/s` of what `items` counts since the work began.
  func rate(_ items: Int, _ unit: String) -> String {
    let elapsed = monotonicMilliseconds() - start
    guard elapsed >= 1_000 else { return "" }
    return ", \(Words.grouped(items * 1_000 / elapsed)) \(unit)/s"
  }

  /// When the rest is done, if it goes on as it went; nothing before there is something to go by.
  private func remaining(_ done: Int, at now: Int) -> String {
    let elapsed = now - start
    guard let total, done > 0, done < total, elapsed >= 2_000 else { return "" }
    return ", about \(Words.duration((total - done) * elapsed / done / 1_000 + 1)) left"
  }

  /// Takes the bar away, so that something else can be written.
  mutating func clear() {
    if isBarShown { StandardError.write("\r\u{1B}[K") }
    isBarShown = false
  }

  private func bar(_ done: Int) -> String {
    guard let total, total > 0 else { return "" }
    let filled = min(20, done * 20 / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    return "[\(bar)] \(percentage(done))"
  }

  private func percentage(_ done: Int) -> String {
    guard let total, total > 0 else { return "" }
    return "\(min(100, done * 100 / total)) %, "
  }
}
