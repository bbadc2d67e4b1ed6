import Foundation
import SyncControl

/// A canonical export in a file, and how many records of each kind it has.
public struct CanonicalExport: Sendable {
  public let path: String
  public private(set) var counts: [String: Int] = [:]
  public private(set) var byteCount = 0

  /// Writes the export of everything that `machine` holds. Cost: one pass over the store.
  public init(of machine: Machine, to path: String) throws {
    self.path = path
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw RigError("\(path) can not be written") }
    var request = ExportRequest(canonical: true)
    repeat {
      let page = try machine.ask(request)
      var bytes: [UInt8] = []
      for line in page.lines {
        bytes += Array(line.utf8) + [UInt8(ascii: "\n")]
        counts[Self.kind(of: line), default: 0] += 1
      }
      byteCount += bytes.count
      try file.write(contentsOf: Data(bytes))
      request.cursor = page.cursor
    } while request.cursor != nil
    try file.close()
  }

  public func hasSameBytes(as other: CanonicalExport) throws -> Bool {
    try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
      == Data(contentsOf: URL(fileURLWithPath: other.path), options: .alwaysMapped)
  }

  /// Members are sorted, and `kind` is the last.
  private static func kind(of line: String) -> String {
    let quote = UInt8(ascii: "\"")
    guard let end = line.utf8.lastIndex(of: quote),
      let start = line.utf8[..<end].lastIndex(of: quote)
    else { return "" }
    return String(line[line.utf8.index(after: start)..<end])
  }
}

extension Lab {
  /// Exports every machine that runs. Throws unless all have the same bytes.
  public func equalExports(_ name: String) throws -> CanonicalExport {
    let running = machines.filter(\.isRunning)
    let exports = try running.map {
      try CanonicalExport(of: $0, to: "\(folder)/\(name)-\($0.name).jsonl")
    }
    guard let first = exports.first else { throw RigError("no machine runs") }
    for (machine, export) in zip(running, exports) where try !export.hasSameBytes(as: first) {
      throw RigError("the exports of \(running[0].name) and \(machine.name) differ: \(folder)")
    }
    return first
  }
}
