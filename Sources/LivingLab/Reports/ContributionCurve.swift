import SyncCore

/// What people did over time, by day, week or month, so that a page can show it.
public struct ContributionCurve: Hashable, Sendable {
  public enum Step: String, Hashable, Sendable {
    case day, week, month
  }

  public struct Point: Hashable, Sendable {
    /// The first day, such as `2016-03-01`.
    public var date: String
    /// In the order of ``ContributionCurve/kinds``.
    public var counts: [Int64]
  }

  public static let kinds: [(name: String, label: String)] = [
    ("ideas", "ideas"), ("comments", "comments"), ("supports", "supports"),
    ("mentions", "mentions"), ("activities", "other activities"),
  ]

  public let step: Step
  /// Every step from the first to the last, also those without anything.
  public let points: [Point]

  /// Days above which weeks, and weeks above which months, are shown.
  private static let longestDays: Int64 = 92
  private static let longestWeeks: Int64 = 366 * 2
  private static let believable: Range<Int64> = 0..<47_482

  /// - Parameter all: days since 1970, what was done (`idea`, `comment`, `support`, `mention`,
  ///   `activity:…`), and how often.
  ///   What is before 1970 or after 2099 was written by a wrong clock and is left out.
  public init(_ all: [(day: Int64, what: String, count: Int64)]) {
    let days = all.filter { Self.believable.contains($0.day) }
    let first = days.map(\.day).min() ?? 0
    let last = days.map(\.day).max() ?? 0
    step =
      switch last - first {
      case ...Self.longestDays: .day
      case ...Self.longestWeeks: .week
      default: .month
      }
    var counts: [String: [Int64]] = [:]
    let zeros = [Int64](repeating: 0, count: Self.kinds.count)
    var day = first
    while !days.isEmpty, day <= last {
      counts[Self.date(day, step)] = zeros
      day += 1
    }
    for (day, what, count) in days {
      let kind =
        switch what {
        case "idea": 0
        case "comment": 1
        case "support": 2
        case "mention": 3
        default: 4
        }
      counts[Self.date(day, step)]?[kind] += count
    }
    points = counts.sorted { $0.key < $1.key }.map { Point(date: $0.key, counts: $0.value) }
  }

  private static func date(_ day: Int64, _ step: Step) -> String {
    // 1970-01-01 was a Thursday.
    let start = step == .week ? day - ((day + 3) % 7 + 7) % 7 : day
    let date = Timestamp.text(milliseconds: start * 86_400_000).prefix(10)
    return step == .month ? "\(date.prefix(7))-01" : String(date)
  }
}
