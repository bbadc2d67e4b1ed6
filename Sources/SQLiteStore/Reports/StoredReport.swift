import GRDB
import LivingLab
import SyncCore

/// Parts of a report, each with a cost of its own.
public struct ReportParts: OptionSet, Hashable, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The figures of the KPI table. Cost: by cases, mentions, ideas, comments, supports, attendance.
  public static let figures = ReportParts(rawValue: 1)
  /// Session by session.
  public static let sessions = ReportParts(rawValue: 2)
  /// Contributions day by day. Cost: by everything that people did, the activities among it.
  public static let days = ReportParts(rawValue: 4)
  /// Measured reach by network.
  public static let networks = ReportParts(rawValue: 8)
}

/// What a report says, as counted at one moment of the store.
public struct StoredReport: Hashable, Sendable {
  public var figures = KPIFigures()
  public var sessions: [SessionFigures] = []
  public var days: [DayFigures] = []
  public var networks: [NetworkFigures] = []
  /// Votes without names, by hands, dots and paper.
  public var tallied: Int64 = 0

  public init() {}
}

/// One session.
public struct SessionFigures: Hashable, Sendable {
  public var id: String
  /// Nil where only the attendance has arrived.
  public var title: String?
  public var at: Int64?
  /// Heads counted at all stations, and participants named, each person once.
  public var heads: Int64
  public var named: Int64
  public var walkIns: Int64
  /// Those who said how many contacts they have, and how many that is together.
  public var stating: Int64
  public var stated: Int64
  public var ideas: Int64

  /// Those who were counted and those who were named are the same people.
  public var attendees: Int64 { max(heads, named) }
}

/// What people did on one day.
public struct DayFigures: Hashable, Sendable {
  /// Days since 1970, UTC.
  public var day: Int64
  /// `idea`, `comment`, `support`, `mention`, or `activity:` and its kind.
  public var what: String
  public var count: Int64
}

/// What was said on one network.
public struct NetworkFigures: Hashable, Sendable {
  public var network: String
  public var mentions: Int64
  public var reach: Int64
  public var interactions: Int64
}

extension StoreReader {
  /// Counts what a report needs.
  ///
  /// - Parameters:
  ///   - contacts: what a person is assumed to have who did not say.
  ///   - day: the moment for which certificates are looked at.
  public func report(
    _ scope: ReportScope, parts: ReportParts, contacts: Int64 = ReachEstimate.assumedContacts,
    day: Int64
  ) throws -> StoredReport {
    try read("counting for a report") { view in
      let counting = ReportCounting(view: view, scope: scope, people: try view.personUnion())
      var report = StoredReport()
      if !parts.isDisjoint(with: [.figures, .sessions]) {
        let sessions = try counting.sessions()
        if parts.contains(.sessions) { report.sessions = sessions }
        if parts.contains(.figures) {
          report.figures = try counting.figures(sessions, contacts: contacts, day: day)
        }
      }
      if parts.contains(.days) {
        report.days = try counting.days()
        report.tallied = try counting.tallied()
      }
      if parts.contains(.networks) { report.networks = try counting.networks() }
      return report
    }
  }
}

extension StoreView {
  /// Who is whom, and who is in no figure about people.
  fileprivate func personUnion() throws -> PersonUnion {
    let links = try Row.fetchAll(
      database, sql: "SELECT a, b, verdict FROM identity_links ORDER BY a, b"
    ).map { row in
      (a: row[0] as String, b: row[1] as String, isSame: (row[2] as String?).map { $0 == "same" })
    }
    let excluded = try String.fetchSet(
      database,
      sql: """
        SELECT participant FROM erasures
        UNION SELECT participant FROM consents WHERE purpose = 'process' AND state = 'withdrawn'
        """)
    return PersonUnion(links: links, excluded: excluded)
  }
}

/// Counts within one moment of the store.
struct ReportCounting {
  let view: StoreView
  let scope: ReportScope
  let people: PersonUnion

  func rows(_ sql: String, _ more: [String: (any DatabaseValueConvertible)?] = [:]) throws -> [Row]
  {
    try Row.fetchAll(view.database, sql: sql, arguments: arguments(of: sql, more))
  }

  func count(_ sql: String, _ more: [String: (any DatabaseValueConvertible)?] = [:]) throws -> Int64
  {
    try Int64.fetchOne(view.database, sql: sql, arguments: arguments(of: sql, more)) ?? 0
  }

  private func arguments(
    of sql: String, _ more: [String: (any DatabaseValueConvertible)?]
  ) -> StatementArguments {
    StatementArguments(
      scope.arguments.merging(more) { $1 }.filter { sql.contains(":\($0.key)") })
  }

  /// The people among the distinct `participant`s that a query gives.
  ///
  /// SQL counts those who are nobody else; only the linked ones are fetched.
  func people(_ distinct: String) throws -> ClosedRange<Int64> {
    let special = people.excluded + people.linked
    let list = "(SELECT value FROM json_each(:special))"
    let plain = try count(
      "SELECT count(*) FROM (\(distinct)) WHERE participant IS NOT NULL"
        + (special.isEmpty ? "" : " AND participant NOT IN \(list)"),
      ["special": Self.json(special)])
    if special.isEmpty { return plain...plain }
    let linked = try rows(
      "SELECT participant FROM (\(distinct)) WHERE participant IN \(list)",
      ["special": Self.json(people.linked)]
    ).map { $0[0] as String }
    let range = people.count(linked)
    return plain + range.lowerBound...plain + range.upperBound
  }

  static func json(_ ids: [String]) -> String {
    JSONValue.array(ids.map { .text($0) }).serialized
  }

  /// A number as SQL adds it: one that no rule admits, from a broken machine, is cut, so that a sum
  /// stays a number. Counts are at most 10¹², amounts of money 10¹⁵.
  static func count(_ column: String) -> String { "max(0, min(\(column), 1000000000000))" }
  static func amount(_ column: String) -> String {
    "max(-1000000000000000, min(\(column), 1000000000000000))"
  }
}
