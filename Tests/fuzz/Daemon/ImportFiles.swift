import Fuzzing
import LivingLab
import SyncCore

@testable import SQLiteStore

extension FuzzTarget {
  /// A file of JSON Lines, by way of labctl's reader of lines to labsyncd's reader of records.
  static let importFiles = FuzzTarget(
    name: "import-files", maximumBytes: 512,
    seeds: {
      let lines = SampleLines.all
      let ends = [[0x0A], [0x0D, 0x0A], []] as [[UInt8]]
      return lines.enumerated().map { $0.element + ends[$0.offset % ends.count] } + [
        [0xEF, 0xBB, 0xBF] + lines.prefix(3).joined(separator: [0x0A]), [0x0A, 0x0A],
        [UInt8](repeating: 0x20, count: 200) + [0x0A] + (lines.first ?? []),
      ]
    },
    run: { bytes in
      let file = FuzzedFile.shared
      // A limit and pieces that inputs are longer than; the last byte says how long the pieces are.
      let pieceBytes = Int(bytes.last ?? 0) + 1
      let lines = reading { try file.lines(of: bytes, limit: 160, pieceBytes: pieceBytes) } ?? []
      let whole = reading { try file.lines(of: bytes, limit: 1_024, pieceBytes: 1_024) } ?? []
      require(lines.count == whole.count, "a line that is too long moves no other")
      for (line, other) in zip(lines, whole) {
        guard case .text(let text) = other else { continue }
        let isTooLong = text.utf8.count > 160
        require((line == other) != isTooLong, "a line is read unless it is too long")
        take(importLine: Array(text.utf8))
      }
    })

  /// One line as labsyncd reads it. What was taken has an identity, and values that a column takes.
  static func take(importLine bytes: [UInt8]) {
    let project = ProjectID(rawValue: UniqueID(high: 0xA0A0, low: 1))
    guard
      let line = reading({ try ImportLine(bytes, project: project, schema: LivingLab.schema) })
    else { return }
    for (_, cells) in line.fields {
      for (cell, value) in cells {
        require(!cell.field.isEmpty, "a cell has a field")
        _ = value.stored
      }
    }
  }
}
