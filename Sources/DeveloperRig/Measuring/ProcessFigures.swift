import Foundation

/// What a running process uses, from `/proc`.
public struct ProcessFigures: Hashable, Sendable {
  public var residentBytes: Int
  /// The most that was resident at once since the process began.
  public var peakResidentBytes: Int
  /// Time of all its threads, in user and kernel mode.
  public var processorMilliseconds: Int

  /// Throws when there is no such process.
  public init(processID: Int32) throws {
    let status = try Self.text("/proc/\(processID)/status")
    func kilobytes(_ name: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      return line.flatMap { Int($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0
    }
    residentBytes = kilobytes("VmRSS") * 1024
    peakResidentBytes = kilobytes("VmHWM") * 1024
    // The name in brackets may hold anything; the fields behind it are numbers (proc(5)).
    let fields = try Self.text("/proc/\(processID)/stat").split(separator: ")").last?
      .split(separator: " ")
    let ticks = (fields ?? []).dropFirst(11).prefix(2).compactMap { Int($0) }.reduce(0, +)
    processorMilliseconds = ticks * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}
