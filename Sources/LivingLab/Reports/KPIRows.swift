/// The rows of the KPI table, each by its formula.
public struct KPIRows {
  let figures: KPIFigures

  public init(_ figures: KPIFigures) { self.figures = figures }

  /// Every row, by objective.
  public var all: [ReportRow] {
    loyalty + recommendation + cost + innovation + reputation + livingLab + programme
  }

  private static let notBySession = "cases belong to no session"

  public var loyalty: [ReportRow] {
    let complaints = figures.service?.complaints
    let basis = complaints == nil ? Self.notBySession : nil
    return [
      ReportRow(
        .loyalty, "complaints_received", "complaints received",
        measured: complaints.map { .count($0.received) }, basis: basis),
      ReportRow(
        .loyalty, "complaints_attended", "complaints attended",
        measured: complaints.map { .count($0.attended) }, basis: basis ?? "with a first response"),
      ReportRow(
        .loyalty, "complaints_resolved", "complaints resolved",
        measured: complaints.map { .count($0.resolved) }, basis: basis),
      ReportRow(
        .loyalty, "complaints_resolution_rate", "resolution rate",
        measured: complaints.map { .share($0.resolved, of: $0.received) },
        basis: basis ?? "resolved of received"),
      ReportRow(
        .loyalty, "complaints_resolution_time", "median time to resolution",
        measured: complaints.flatMap { .median($0.durations, in: .hours) }, basis: basis),
      ReportRow(
        .loyalty, "customers_retained", "customers retained",
        measured: figures.service.map { .count($0.retained) }, basis: basis),
      ReportRow(
        .loyalty, "customers_retained_share", "share of customers at risk retained",
        measured: figures.service.map { .share($0.retained, of: $0.churnRisks) },
        basis: basis ?? "resolved as stayed, of all churn risks"),
    ]
  }

  public var recommendation: [ReportRow] {
    let shared = figures.mentions.filter { ["share", "recommendation"].contains($0.kind) }
    func sum(_ kind: String) -> Int64 {
      shared.filter { $0.kind == kind }.reduce(0) { $0 + $1.count }
    }
    return [
      ReportRow(.recommendation, "shares", "shares", measured: .count(sum("share"))),
      ReportRow(
        .recommendation, "recommendations", "recommendations",
        measured: .count(sum("recommendation"))),
      ReportRow(
        .recommendation, "recommending_people", "distinct people who shared or recommended",
        measured: .people(figures.recommenders)),
      ReportRow(
        .recommendation, "reach", "reach of shares and recommendations",
        measured: .count(shared.reduce(Int64(0)) { $0.plus($1.reach) }),
        basis: "latest observation of each"),
      ReportRow(
        .recommendation, "reach_of_sessions", "reach of sessions",
        estimated: .count(figures.reach.people), basis: reachBasis),
    ]
  }

  private var reachBasis: String {
    let reach = figures.reach
    let assumed =
      reach.stating == 0
      ? "" : "; \(reach.stating) of them said how many contacts they have"
    return
      "\(thousandsApart(reach.attendees)) attendees with \(thousandsApart(reach.contacts)) contacts × 0.8\(assumed)"
  }

  public var cost: [ReportRow] {
    let service = figures.service
    let basis = service == nil ? Self.notBySession : nil
    let social = service?.socialQueries
    var rows = [
      ReportRow(
        .cost, "queries_received", "queries", measured: service.map { .count($0.queries.received) },
        basis: basis),
      ReportRow(
        .cost, "queries_resolved_social", "queries resolved through social channels",
        measured: social.map { .count($0.resolved) }, basis: basis),
      ReportRow(
        .cost, "queries_resolved_social_share", "their share of all queries",
        measured: service.map { .share($0.socialQueries.resolved, of: $0.queries.received) },
        basis: basis),
    ]
    let both = [
      ("queries_social", "social channels", social), ("queries", Self.all, service?.queries),
    ]
    rows += both.map { prefix, words, cases in
      ReportRow(
        .cost, "\(prefix)_resolution_time_median", "median time to resolution", group: words,
        measured: cases.flatMap { .median($0.durations, in: .hours) }, basis: basis)
    }
    rows += both.map { prefix, words, cases in
      ReportRow(
        .cost, "\(prefix)_resolution_time_p90", "90 % resolved within", group: words,
        measured: cases.flatMap { .percentile(90, of: $0.durations, in: .hours) }, basis: basis)
    }
    return rows + costs
  }

  private static let all = "all channels"

  private var costs: [ReportRow] {
    let costs = figures.service?.costs ?? []
    let sums = Set(costs.map(\.currency)).sorted().flatMap { currency in
      let all = costs.filter { $0.currency == currency }
      return [
        ("queries_social", "social channels", all.filter(\.isSocial)), ("queries", Self.all, all),
      ]
      .map { prefix, words, costs in
        (
          prefix, words, currency, minor: costs.reduce(Int64(0)) { $0.plus($1.minor) },
          cases: costs.reduce(0) { $0 + $1.cases }
        )
      }.filter { $0.cases > 0 }
    }
    return sums.map { prefix, words, currency, minor, cases in
      ReportRow(
        .cost, "\(prefix)_cost", "cost of queries", group: words,
        measured: .money(minor, currency: currency), basis: "\(cases) queries say their cost")
    }
      + sums.map { prefix, words, currency, minor, cases in
        ReportRow(
          .cost, "\(prefix)_cost_mean", "mean cost of a query", group: words,
          measured: .meanMoney(minor, for: cases, currency: currency))
      }
  }

  public var reputation: [ReportRow] {
    let mentions = figures.mentions
    func count(_ sentiment: Int64?) -> Int64 {
      mentions.filter { $0.sentiment == sentiment }.reduce(0) { $0 + $1.count }
    }
    return [
      ReportRow(
        .reputation, "mentions", "mentions", measured: .count(mentions.reduce(0) { $0 + $1.count })),
      ReportRow(
        .reputation, "mentions_reach", "reach of mentions",
        measured: .count(mentions.reduce(Int64(0)) { $0.plus($1.reach) }),
        basis: "latest observation of each"),
      ReportRow(
        .reputation, "mentions_positive_share", "positive mentions",
        measured: .share(count(1), of: count(1) + count(-1)),
        basis: "of positive and negative; \(count(0)) neutral and \(count(nil)) not judged apart"),
    ]
  }
}
