/// Rows under headings, aligned by columns on the screen, plain enough for `cut` and `awk`.
struct Table {
  private let headings: [String]
  private var rows: [[String]] = []

  init(_ headings: [String]) { self.headings = headings }

  /// Adds a row; a cell with several lines is put on one.
  mutating func add(_ cells: [String]) {
    rows.append(cells.map { Terminal.oneLine($0) })
  }

  /// The lines of the table.
  ///
  /// - Parameter columns: the width of the screen. Columns that do not fit are cut, the widest
  ///   first and none below 12, and never an id, which people copy; nil cuts nothing.
  func lines(columns: Int?) -> [String] {
    var widths = headings.indices.map { index in
      ([headings] + rows).map { Terminal.width(of: $0[index]) }.max() ?? 0
    }
    if let columns {
      var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - columns
      let flexible = widths.indices.filter { headings[$0] != "id" }
      while excess > 0, let widest = flexible.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > 12
      {
        widths[widest] -= 1
        excess -= 1
      }
    }
    return ([headings] + rows).map { row in
      let cells = row.indices.map { index in
        let cell = Terminal.cut(row[index], to: widths[index])
        let isLast = index == row.indices.last
        let padding = isLast ? 0 : max(0, widths[index] - Terminal.width(of: cell))
        return cell + String(repeating: " ", count: padding)
      }
      return cells.joined(separator: "  ")
    }
  }

  /// A row under the other, name and value a line: for a screen that no table fits on.
  private func cards(columns: Int) -> [String] {
    let width = headings.map { Terminal.width(of: $0) }.max() ?? 0
    return rows.flatMap { row in
      [""]
        + zip(headings, row).map { heading, cell in
          let gap = String(repeating: " ", count: width - Terminal.width(of: heading) + 2)
          return Terminal.cut(heading + gap + cell, to: columns)
        }
    }
  }

  func print() throws {
    let lines = lines(columns: Terminal.columns)
    if let columns = Terminal.columns, lines.contains(where: { Terminal.width(of: $0) > columns }) {
      for line in cards(columns: columns) { try StandardOutput.line(line) }
      return
    }
    for (index, line) in lines.enumerated() {
      try StandardOutput.line(index == 0 ? Terminal.bold(line) : line)
    }
  }
}
