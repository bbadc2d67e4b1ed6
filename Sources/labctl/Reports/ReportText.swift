import SyncControl

/// A report for a terminal.
struct ReportText {
  private let report: Report

  init(_ report: Report) { self.report = report }

  func print() throws {
    let title = "Report \(report.report.rawValue): \(report.projectNames), \(report.period)"
    try StandardOutput.line(Terminal.bold(Terminal.harmless(title)))
    try StandardOutput.line(Terminal.harmless(report.completeness.words))
    for (heading, rows) in report.objectives {
      try StandardOutput.line()
      try print(heading, rows)
    }
    for table in report.tables {
      try StandardOutput.line()
      try StandardOutput.line(Terminal.bold(table.title))
      try print(table)
    }
    try StandardOutput.line()
    for assumption in report.assumptions { try StandardOutput.line(assumption) }
  }

  /// Rows that differ by their group stand under their common name. Where the screen is narrow, what
  /// a figure was computed from is cut, and not its name.
  private func print(_ heading: String, _ rows: [Report.Row]) throws {
    var lines: [[String]] = []
    var last: String?
    for row in rows {
      if row.group != nil, row.label != last { lines.append([row.label, "", "", ""]) }
      last = row.label
      lines.append([
        row.group.map { "  \($0)" } ?? row.label, ReportNumber.measuredOrDash(row),
        ReportNumber.estimated(row), ReportNumber.basis(row),
      ])
    }
    let headings = [heading, "measured", "estimated", "from"]
    var table = Table(headings)
    var room = Int.max
    if let columns = Terminal.columns {
      let widths = (0..<3).map { index in
        ([headings] + lines).map { Terminal.width(of: $0[index]) }.max() ?? 0
      }
      room = max(12, columns - widths.reduce(0, +) - 6)
    }
    for line in lines { table.add(line.dropLast() + [Terminal.cut(line[3], to: room)]) }
    try table.print()
  }

  private func print(_ table: Report.Table) throws {
    let shown = table.columns.indices.filter { table.columns[$0].name != "id" }
    var lines = Table(shown.map { table.columns[$0].label })
    for row in table.rows {
      lines.add(shown.map { index in Self.words(row[index], table.columns[index].unit) })
    }
    try lines.print()
  }

  static func words(_ cell: JSON, _ unit: String) -> String {
    switch cell {
    case .null: ""
    case .integer(let value) where unit == "time":
      String(ReportNumber.time(value).prefix(16)).replacing("T", with: " ")
    case .integer(let value): ReportNumber.words(Double(value), unit)
    case .number(let value): ReportNumber.words(value, unit)
    case .text(let text): text
    case .boolean(let value): value ? "yes" : "no"
    case .array, .object: ""
    }
  }
}
