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
      var table = Table([heading, "measured", "estimated", "from"])
      for row in rows {
        table.add([
          row.group.map { "\(row.label): \($0)" } ?? row.label, ReportNumber.measuredOrDash(row),
          ReportNumber.estimated(row), ReportNumber.basis(row),
        ])
      }
      try table.print()
    }
    for table in report.tables {
      try StandardOutput.line()
      try StandardOutput.line(Terminal.bold(table.title))
      try print(table)
    }
    try StandardOutput.line()
    for assumption in report.assumptions { try StandardOutput.line(assumption) }
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
