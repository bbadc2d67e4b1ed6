import Foundation
import SyncControl

/// How the numbers of a report are written.
enum ReportNumber {
  /// For a program: no thousands apart, a point, at most six decimals.
  static func plain(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    var text = String(format: "%.6f", value)
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }

  /// For a person: `11,577`, `75.0 %`, `26.0 h`, `1,250.00 EUR`.
  static func words(_ value: Double, _ unit: String) -> String {
    switch unit {
    case "share": return String(format: "%.1f %%", value * 100)
    case "hours": return "\(decimal(value, 1)) h"
    case "days": return "\(decimal(value, 1)) days"
    case _ where unit.hasPrefix("minor:"): return money(value, String(unit.dropFirst(6)))
    default: return value == value.rounded() ? decimal(value, 0) : decimal(value, 2)
    }
  }

  /// A row's measured figure; empty where there is none.
  static func measured(_ row: Report.Row) -> String {
    guard let least = row.measured else { return "" }
    let words = words(least, row.unit)
    guard let most = row.measuredMost, most != least else { return words }
    return "\(words)–\(ReportNumber.words(most, row.unit))"
  }

  static func estimated(_ row: Report.Row) -> String {
    row.estimated.map { words($0, row.unit) } ?? ""
  }

  /// A row's measured figure, or a dash where there is neither that nor an estimate.
  static func measuredOrDash(_ row: Report.Row) -> String {
    row.measured == nil && row.estimated == nil ? "–" : measured(row)
  }

  /// What a row was computed from; a share says its part and its whole.
  static func basis(_ row: Report.Row) -> String {
    guard let part = row.part, let whole = row.whole else { return row.basis ?? "" }
    let share = "\(Words.grouped(Int(part))) of \(Words.grouped(Int(whole)))"
    return row.basis.map { "\(share); \($0)" } ?? share
  }

  /// RFC 3339, in UTC.
  static func time(_ milliseconds: Int64) -> String {
    let formatter = ISO8601DateFormatter()
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }

  private static func money(_ minor: Double, _ currency: String) -> String {
    if currency == "XXX" { return "\(decimal(minor, 0)) in no currency" }
    let places = decimals[currency] ?? 2
    return "\(decimal(minor / pow(10, Double(places)), places)) \(currency)"
  }

  /// Decimals of the currencies that have other than two (ISO 4217).
  private static let decimals: [String: Int] = [
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3,
    "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
  ]

  private static func decimal(_ value: Double, _ places: Int) -> String {
    let text = String(format: "%.\(places)f", abs(value))
    let parts = text.split(separator: ".")
    let whole = Words.grouped(Int(parts[0]) ?? 0)
    let sign = value < 0 ? "-" : ""
    return parts.count > 1 ? "\(sign)\(whole).\(parts[1])" : "\(sign)\(whole)"
  }
}

extension Report {
  /// `2016-01-01 to 2016-12-31`, days in UTC, or `from the beginning`.
  var period: String {
    func day(_ milliseconds: Int64) -> String { String(ReportNumber.time(milliseconds).prefix(10)) }
    switch (from, until) {
    case (nil, nil): return "from the beginning until now"
    case (let from?, nil): return "from \(day(from)) until now"
    case (nil, let until?): return "from the beginning to \(day(until - 1))"
    case (let from?, let until?): return "\(day(from)) to \(day(until - 1))"
    }
  }

  var projectNames: String {
    projects.isEmpty
      ? "no project" : projects.map { $0.name ?? $0.id }.joined(separator: ", ")
  }

  /// Each objective that has rows, in their order, with its heading.
  var objectives: [(heading: String, rows: [Row])] {
    var objectives: [(heading: String, rows: [Row])] = []
    var last: String?
    for row in rows {
      if row.objective != last {
        let words = row.objective.replacing("_", with: " ")
        objectives.append((words.prefix(1).uppercased() + words.dropFirst(), []))
      }
      last = row.objective
      objectives[objectives.count - 1].rows.append(row)
    }
    return objectives
  }
}
