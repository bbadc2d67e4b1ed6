import SyncControl

/// Rows as RFC 4180 writes them. A text that a spreadsheet would take for a formula gets an apostrophe
/// in front.
struct CSVSheet {
  let text: String

  init(_ table: Report.Table) {
    self.init(
      headings: table.columns.map(\.name),
      rows: table.rows.map { row in
        zip(table.columns, row).map { column, cell in Self.words(cell, column.unit) }
      })
  }

  init(_ rows: [Report.Row]) {
    func number(_ value: Double?) -> String { value.map(ReportNumber.plain) ?? "" }
    self.init(
      headings: [
        "objective", "metric", "group", "label", "unit", "measured", "measured_most", "estimated",
        "part", "whole", "basis",
      ],
      rows: rows.map { row in
        [
          row.objective, row.metric, row.group ?? "", row.label, row.unit, number(row.measured),
          number(row.measuredMost), number(row.estimated), row.part.map(String.init) ?? "",
          row.whole.map(String.init) ?? "", row.basis ?? "",
        ]
      })
  }

  private init(headings: [String], rows: [[String]]) {
    text = ([headings] + rows).map { $0.map(Self.cell).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func words(_ cell: JSON, _ unit: String) -> String {
    switch cell {
    case .null: ""
    case .integer(let value) where unit == "time": ReportNumber.time(value)
    case .integer(let value): "\(value)"
    case .number(let value): ReportNumber.plain(value)
    case .text(let text): text
    case .boolean(let value): "\(value)"
    case .array, .object: ""
    }
  }

  private static func cell(_ text: String) -> String {
    var text = text
    if let first = text.first, "=+-@\t\r".contains(first), Double(text) == nil {
      text = "'" + text
    }
    guard text.contains(where: { "\",\r\n".contains($0) || $0.isNewline }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
