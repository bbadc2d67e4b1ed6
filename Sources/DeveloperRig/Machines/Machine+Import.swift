import Foundation
import SyncControl

extension Machine {
  /// Imports lines, in requests of the size that labctl makes.
  ///
  /// Throws with the first reason when a line is refused.
  @discardableResult
  public func importLines(_ lines: [String]) throws -> ImportResult {
    var total = ImportResult()
    var batch: [String] = []
    var bytes = 0
    var first = 1
    func send() throws {
      guard !batch.isEmpty else { return }
      let result = try ask(ImportRequest(firstLine: first, lines: batch))
      total.accepted += result.accepted
      total.changed += result.changed
      total.unchanged += result.unchanged
      total.refused += result.refused
      first += batch.count
      batch = []
      bytes = 0
    }
    for line in lines {
      let cost = line.utf8.count + 8
      if bytes + cost > ControlProtocol.importRequestBytes { try send() }
      batch.append(line)
      bytes += cost
    }
    try send()
    if let refusal = total.refused.first {
      throw RigError("\(name) refused line \(refusal.line): \(refusal.reason)")
    }
    return total
  }
}

/// The lines of a file, without their ends and without empty ones.
public func linesOfFile(_ path: String) throws -> [String] {
  // By bytes: a text may hold other characters that end lines.
  try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
    .map { String(decoding: $0, as: UTF8.self) }
}
