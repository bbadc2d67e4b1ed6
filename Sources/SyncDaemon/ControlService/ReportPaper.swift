import LivingLab
import SQLiteStore
import SyncControl
import SyncCore

/// Lays out what was counted as the rows and tables of the four reports.
struct ReportPaper {
  let stored: StoredReport
  let contacts: Int64

  func rows(of report: ReportRequest.Name) -> [ReportRow] {
    let rows = KPIRows(stored.figures)
    switch report {
    case .kpi: return rows.all
    case .innovation: return rows.innovation
    case .reach:
      return rows.recommendation + rows.reputation.filter { $0.metric.hasPrefix("mentions") }
    case .participation: return rows.livingLab + activities + tallies
    }
  }

  private var tallies: [ReportRow] {
    [
      ReportRow(
        .livingLab, "votes_without_names", "votes without names",
        measured: .count(stored.tallied), basis: "hands, dots, paper")
    ]
  }

  private var activities: [ReportRow] {
    var counts: [String: Int64] = [:]
    for day in stored.days where day.what.hasPrefix("activity:") {
      counts[String(day.what.dropFirst(9)), default: 0] += day.count
    }
    return counts.sorted { $0.key < $1.key }.map { kind, count in
      ReportRow(
        .livingLab, "activities", "activities by kind", group: kind, measured: .count(count))
    }
  }

  func tables(of request: ReportRequest) -> [Report.Table] {
    var tables: [Report.Table] =
      switch request.report {
      case .kpi: []
      case .innovation: [funnel]
      case .reach: [sessions, networks]
      case .participation: [sessions, contributions, tone]
      }
    guard request.withPlots else { return tables }
    for table in [contributions, funnel, sessions, tone]
    where !tables.contains(where: { $0.name == table.name }) {
      tables.append(table)
    }
    return tables
  }

  func assumptions(of request: ReportRequest) -> [String] {
    let reach = KPIRows(stored.figures).recommendation.first { $0.metric == "reach_of_sessions" }
    var assumptions = [
      """
      Reach of sessions is an estimate: \(reach?.basis ?? "attendees × contacts × 0.8"). Whoever did \
      not say how many contacts he or she has is taken to have \(contacts).
      """
    ]
    if request.session != nil {
      assumptions.append("Cases and certificates belong to no session and are left out.")
    }
    if request.segment != nil {
      assumptions.append("Heads that were counted without names are in no segment.")
    }
    return assumptions
  }

  private var sessions: Report.Table {
    Report.Table(
      name: "sessions", title: "Attendees by session",
      columns: [
        .init("id", "id", "text"), .init("title", "session", "text"), .init("at", "when", "time"),
        .init("attendees", "attendees", "count"), .init("heads", "heads counted", "count"),
        .init("named", "people named", "count"), .init("walk_ins", "walk-ins", "count"),
        .init("ideas", "ideas", "count"), .init("contacts", "contacts", "count"),
        .init("reach_estimated", "reach (estimated)", "count"),
      ],
      rows: stored.sessions.map { session in
        var reach = ReachEstimate()
        reach.add(
          attendees: session.attendees, stating: session.stating, stated: session.stated,
          assumed: contacts)
        return [
          .text(session.id), session.title.map { .text($0) } ?? .null,
          session.at.map { .integer($0) } ?? .null, .integer(session.attendees),
          .integer(session.heads), .integer(session.named), .integer(session.walkIns),
          .integer(session.ideas), .integer(reach.contacts), .integer(reach.people),
        ]
      })
  }

  private var networks: Report.Table {
    Report.Table(
      name: "networks", title: "Mentions by network",
      columns: [
        .init("network", "network", "text"), .init("mentions", "mentions", "count"),
        .init("reach", "reach (measured)", "count"), .init("interactions", "interactions", "count"),
      ],
      rows: stored.networks.map {
        [.text($0.network), .integer($0.mentions), .integer($0.reach), .integer($0.interactions)]
      })
  }

  private var funnel: Report.Table {
    let funnel = IdeaFunnel(stored.figures.ideas.map { (state: $0.state, count: $0.count) })
    return Report.Table(
      name: "funnel", title: "How far ideas have come",
      columns: [
        .init("state", "step", "text"), .init("reached", "ideas that reached it", "count"),
      ],
      rows: funnel.steps.map { [.text($0.state), .integer($0.reached)] })
  }

  private var tone: Report.Table {
    let values: [(String, Int64?)] = [
      ("positive", 1), ("neutral", 0), ("negative", -1), ("not said", nil),
    ]
    return Report.Table(
      name: "tone", title: "Tone of comments",
      columns: [.init("tone", "tone", "text"), .init("comments", "comments", "count")],
      rows: values.map { [.text($0.0), .integer(stored.figures.tones[$0.1, default: 0])] })
  }

  private var contributions: Report.Table {
    let curve = ContributionCurve(stored.days.map { ($0.day, $0.what, $0.count) })
    return Report.Table(
      name: "contributions", title: "Contributions by \(curve.step)",
      columns: [.init("from", "from", "date")]
        + ContributionCurve.kinds.map { .init($0.name, $0.label, "count") },
      rows: curve.points.map { point in
        [.text(point.date)] + point.counts.map { .integer($0) }
      })
  }
}
