import Glibc
import SyncControl

/// Status on the whole terminal, drawn anew every second. The terminal is as it was when it ends.
struct WatchScreen {
  /// What was left a while ago, to say how fast it goes.
  private var earlier: [(milliseconds: Int, left: Int)] = []
  private var mostLeft = 0

  /// A rate is that of at most so long.
  private static let rateMilliseconds = 20_000

  /// Never returns but by an error: an interrupt ends the program.
  static func run(_ connection: ConnectionOptions) throws {
    // The other screen, without a cursor; back to the first one at the end.
    write("\u{1B}[?1049h\u{1B}[?25l")
    for interrupt in [SIGINT, SIGTERM, SIGHUP] {
      signal(interrupt) { _ in
        // Only what a signal handler may do.
        let bytes = WatchScreen.farewell
        _ = Glibc.write(STDOUT_FILENO, bytes.utf8Start, bytes.utf8CodeUnitCount)
        _exit(0)
      }
    }
    defer { write("\u{1B}[?25h\u{1B}[?1049l") }
    var screen = WatchScreen()
    while true {
      do {
        try screen.follow(connection.client())
      } catch let failure as ControlFailure where failure.exit == .daemonUnreachable {
        screen.draw(Terminal.wrapped("\(failure)", indent: 0))
        sleep(1)
      }
    }
  }

  private static let farewell: StaticString = "\u{1B}[?25h\u{1B}[?1049l"

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
  }

  private mutating func follow(_ client: borrowing ControlClient) throws {
    while true {
      draw(try lines(for: client.ask(StatusRequest()), at: monotonicMilliseconds()))
      sleep(1)
    }
  }

  /// The screen's lines, before they are cut to it.
  mutating func lines(for status: Status, at now: Int) throws -> [String] {
    let report = StatusReport(status)
    var lines = Terminal.wrapped(report.headline, indent: 0).map(Terminal.bold)
    if let progress = progress(of: report, at: now) { lines.append(progress) }
    lines.append("")
    let pairs = try report.pairs()
    let width = pairs.map { Terminal.width(of: $0.name) }.max() ?? 0
    for (name, value) in pairs {
      let gap = String(repeating: " ", count: width - Terminal.width(of: name) + 2)
      let parts = Terminal.wrapped(value, indent: width + 2)
      for (index, part) in parts.enumerated() {
        lines.append((index == 0 ? name + gap : String(repeating: " ", count: width + 2)) + part)
      }
    }
    return lines
  }

  /// What is left of the way, how fast it goes, and for how long yet.
  private mutating func progress(of report: StatusReport, at now: Int) -> String? {
    let left = report.waiting + (report.status.coming ?? 0)
    guard left > 0 else {
      earlier = []
      mostLeft = 0
      return nil
    }
    mostLeft = max(mostLeft, left)
    earlier.append((now, left))
    earlier.removeAll { now - $0.milliseconds > Self.rateMilliseconds }
    let filled = (mostLeft - left) * 20 / mostLeft
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    var words = "[\(bar)] \(Words.count(left, "change")) left"
    guard let first = earlier.first, now > first.milliseconds, first.left > left else {
      return words
    }
    let rate = max(1, (first.left - left) * 1_000 / (now - first.milliseconds))
    words += ", \(Words.grouped(rate)) a second, about \(Words.duration(left / rate + 1)) left"
    return words
  }

  private func draw(_ lines: [String]) {
    let rows = Terminal.rows
    let columns = Terminal.columns ?? 80
    var shown = Array(lines.prefix(rows - 1))
    if lines.count > rows - 1, rows > 2 {
      shown[rows - 2] = "… and \(lines.count - rows + 2) lines more: labctl status"
    }
    let text = shown.map { Terminal.cutKeepingBold($0, to: columns) + "\u{1B}[K" }
      .joined(separator: "\r\n")
    // Over what is there, and nothing below: no flicker.
    Self.write("\u{1B}[H\(text)\u{1B}[J")
  }
}
