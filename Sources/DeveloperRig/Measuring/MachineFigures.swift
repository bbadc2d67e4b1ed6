import Foundation

/// What the whole machine does, from `/proc/stat`.
public enum MachineFigures {
  /// Time that all processors together have worked since the machine started.
  public static func busyMilliseconds() throws -> Int {
    let text = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/stat")), as: UTF8.self)
    let line = text.split(separator: "\n").first ?? ""
    let ticks = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    // user, nice, system, then idle and iowait, then irq, softirq, steal (proc(5)).
    let busy = ticks.prefix(3).reduce(0, +) + ticks.dropFirst(5).prefix(3).reduce(0, +)
    return busy * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
  }
}
