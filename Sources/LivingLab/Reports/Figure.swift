/// A number of a report, as exact as its inputs.
public enum Figure: Hashable, Sendable {
  /// Things or people.
  case count(Int64)
  /// People of whom it is not decided whether some are the same: at least, at most.
  case range(ClosedRange<Int64>)
  /// A part of a whole.
  case share(Int64, of: Int64)
  /// A length of time in milliseconds, to be told in a unit.
  case time(Double, TimeUnit)
  /// So many for each.
  case mean(Int64, for: Int64)
  /// In the smallest unit of a currency (ISO 4217).
  case money(Int64, currency: String)
  case meanMoney(Int64, for: Int64, currency: String)
}

/// One line of a report.
public struct ReportRow: Hashable, Sendable {
  public var objective: Objective
  /// The same in every version: `complaints_resolved`.
  public var metric: String
  /// Which of several: an origin, a kind, a state, a level.
  public var group: String?
  /// What it is called.
  public var label: String
  /// What was counted. Never added to what was estimated.
  public var measured: Figure?
  public var estimated: Figure?
  /// What it was computed from, and what was assumed.
  public var basis: String?

  public init(
    _ objective: Objective, _ metric: String, _ label: String, group: String? = nil,
    measured: Figure? = nil, estimated: Figure? = nil, basis: String? = nil
  ) {
    self.objective = objective
    self.metric = metric
    self.group = group
    self.label = label
    self.measured = measured
    self.estimated = estimated
    self.basis = basis
  }

  /// The marketing source's five objectives, the living lab's own, and the programme's.
  public enum Objective: String, CaseIterable, Hashable, Sendable {
    case loyalty, recommendation, cost, innovation, reputation
    case livingLab = "living_lab"
    case programme
  }
}

public enum TimeUnit: Int64, Hashable, Sendable {
  /// By how many milliseconds each has.
  case hours = 3_600_000
  case days = 86_400_000
}

extension Figure {
  /// The mean of the two in the middle where there is none; nil of nothing.
  static func median(_ milliseconds: [Int64], in unit: TimeUnit) -> Figure? {
    guard !milliseconds.isEmpty else { return nil }
    let sorted = milliseconds.sorted()
    let middle = sorted.count / 2
    if sorted.count % 2 == 1 { return .time(Double(sorted[middle]), unit) }
    return .time((Double(sorted[middle - 1]) + Double(sorted[middle])) / 2, unit)
  }

  /// The smallest value that at least so many hundredths of all do not exceed (nearest rank).
  static func percentile(_ hundredths: Int, of milliseconds: [Int64], in unit: TimeUnit) -> Figure?
  {
    guard !milliseconds.isEmpty else { return nil }
    let rank = (milliseconds.count * hundredths + 99) / 100
    return .time(Double(milliseconds.sorted()[max(0, rank - 1)]), unit)
  }

  static func people(_ range: ClosedRange<Int64>) -> Figure {
    range.lowerBound == range.upperBound ? .count(range.lowerBound) : .range(range)
  }
}

/// A number with its thousands apart.
func thousandsApart(_ number: Int64) -> String {
  var text = ""
  for (index, digit) in "\(number.magnitude)".reversed().enumerated() {
    if index > 0, index.isMultiple(of: 3) { text.append(",") }
    text.append(digit)
  }
  return (number < 0 ? "-" : "") + String(text.reversed())
}
