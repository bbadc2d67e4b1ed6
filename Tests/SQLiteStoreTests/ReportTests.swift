import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

private typealias Fixture = ReportFixture

@Suite("Reports")
struct ReportTests {
  /// One line for a row: its metric and group, what was measured, what was estimated.
  private func lines(_ rows: [ReportRow]) -> [String] {
    rows.map { row in
      let name = row.group.map { "\(row.metric) \($0)" } ?? row.metric
      return "\(name): \(row.measured.map(words) ?? "-") | \(row.estimated.map(words) ?? "-")"
    }
  }

  private func words(_ figure: Figure) -> String {
    switch figure {
    case .count(let count): "\(count)"
    case .range(let range): "\(range.lowerBound)..\(range.upperBound)"
    case .share(let part, let whole): "\(part) of \(whole)"
    case .time(let milliseconds, let unit):
      "\(milliseconds / Double(unit.rawValue)) \(unit)"
    case .mean(let sum, let count): "\(sum) for \(count)"
    case .money(let minor, let currency): "\(minor) \(currency)"
    case .meanMoney(let minor, let count, let currency): "\(minor) \(currency) for \(count)"
    }
  }

  @Test("have every row of the KPI table as it was computed by hand")
  func everyRow() throws {
    let report = try Fixture().report()
    let rows = KPIRows(report.figures)
    #expect(
      lines(rows.loyalty) == [
        "complaints_received: 4 | -", "complaints_attended: 2 | -", "complaints_resolved: 2 | -",
        "complaints_resolution_rate: 2 of 4 | -",
        "complaints_resolution_time: 20.0 hours | -", "customers_retained: 1 | -",
        "customers_retained_share: 1 of 3 | -",
      ])
    #expect(
      lines(rows.recommendation) == [
        "shares: 2 | -", "recommendations: 2 | -", "recommending_people: 2 | -",
        "reach: 187 | -", "reach_of_sessions: - | 1920",
      ])
    #expect(
      lines(rows.cost) == [
        "queries_received: 5 | -", "queries_resolved_social: 2 | -",
        "queries_resolved_social_share: 2 of 5 | -",
        "queries_social_resolution_time_median social channels: 3.0 hours | -",
        "queries_resolution_time_median all channels: 8.0 hours | -",
        "queries_social_resolution_time_p90 social channels: 4.0 hours | -",
        "queries_resolution_time_p90 all channels: 20.0 hours | -",
        "queries_social_cost social channels: 1200 EUR | -",
        "queries_cost all channels: 4200 EUR | -",
        "queries_social_cost social channels: 100 USD | -",
        "queries_cost all channels: 100 USD | -",
        "queries_social_cost_mean social channels: 1200 EUR for 2 | -",
        "queries_cost_mean all channels: 4200 EUR for 3 | -",
        "queries_social_cost_mean social channels: 100 USD for 1 | -",
        "queries_cost_mean all channels: 100 USD for 1 | -",
      ])
    #expect(
      lines(rows.reputation) == [
        "mentions: 5 | -", "mentions_reach: 1187 | -", "mentions_positive_share: 2 of 3 | -",
      ])
  }

  @Test("have every row about ideas as it was computed by hand")
  func ideas() throws {
    let rows = KPIRows(try Fixture().report().figures)
    #expect(
      lines(rows.innovation) == [
        "suggestions: 9 | -", "suggestions_accepted: 4 | -",
        "suggestions_accepted_share: 4 of 5 | -",
        "suggestions_by_origin lab: 4 | -", "suggestions_by_origin online: 4 | -",
        "suggestions_by_origin not said: 1 | -",
        "suggestions_by_kind idea: 3 | -", "suggestions_by_kind design: 1 | -",
        "suggestions_by_kind error_report: 1 | -", "suggestions_by_kind improvement: 1 | -",
        "suggestions_by_kind need: 1 | -", "suggestions_by_kind new_use: 1 | -",
        "suggestions_by_kind not said: 1 | -",
        "suggestions_by_stage not said: 7 | -", "suggestions_by_stage creation: 1 | -",
        "suggestions_by_stage launch: 1 | -",
        "put_in_practice: 3 | -", "implementation_time: 15.0 days | -",
        "conversion captured: 9 of 9 | -", "conversion submitted: 6 of 9 | -",
        "conversion screening: 6 of 6 | -", "conversion published: 6 of 6 | -",
        "conversion co_design: 5 of 6 | -", "conversion evaluating: 5 of 5 | -",
        "conversion decided: 5 of 5 | -", "conversion accepted: 4 of 5 | -",
        "conversion pilot: 3 of 4 | -", "conversion released: 3 of 3 | -",
        "conversion implemented: 2 of 3 | -", "conversion retired: 0 of 2 | -",
        "suggestions_aside merged: 1 | -", "suggestions_aside withdrawn: 1 | -",
        "outcome_income USD: 20000 USD | 7000 USD", "outcome_saving EUR: 100000 EUR | 50000 EUR",
        "outcome_saving USD: - | 900 USD",
      ])
  }

  @Test("have every row about people as it was computed by hand")
  func people() throws {
    let report = try Fixture().report()
    let rows = KPIRows(report.figures)
    #expect(
      lines(rows.livingLab) == [
        "sessions: 5 | -", "sessions_attended: 4 | -", "attendees: 20 | -", "people: 3..4 | -",
        "people_returning: 2..3 | -", "comments: 5 | -", "comments_by_tone positive: 2 | -",
        "comments_by_tone neutral: 1 | -", "comments_by_tone negative: 1 | -",
        "comments_by_tone not said: 1 | -", "comments_positive_share: 2 of 3 | -",
        "interactions: 13 | -", "interactions_per_idea: 13 for 9 | -",
        "interactions_of_best_idea: 7 | -",
      ])
    #expect(
      lines(rows.programme) == [
        "certificates: 3 | -", "certificates_by_level facilitator: 2 | -",
        "certificates_by_level master: 1 | -", "ambassadors_active: 1 | -",
      ])
    #expect(rows.programme.last?.basis?.hasPrefix("of 2 ambassadors") == true)
    #expect(report.tallied == 17)
    #expect(report.sessions.map(\.attendees) == [5, 3, 0, 10, 2])
    #expect(report.sessions.map(\.named) == [4, 3, 0, 0, 0])
    #expect(report.sessions.map(\.walkIns) == [1, 1, 0, 0, 0])
    #expect(report.sessions.map(\.title) == ["Roofs", "Water", "Nobody came", "Light", nil])
  }

  @Test("count the days' contributions, activities by kind")
  func days() throws {
    let days = try Fixture().report(parts: .days).days
    let first = Fixture.day(0) / 86_400_000
    func count(_ what: String, _ day: Int64) -> Int64 {
      days.filter { $0.what == what && $0.day == first + day }.reduce(0) { $0 + $1.count }
    }
    #expect(count("activity:view", 3) == 2)
    #expect(count("activity:download", 4) == 1)
    #expect(count("idea", 5) == 2)
    #expect(days.filter { $0.what == "comment" }.reduce(0) { $0 + $1.count } == 5)
  }

  @Test("are of a period: from its first moment, without the first moment after it")
  func period() throws {
    let lab = try Fixture()
    let report = try lab.report(
      ReportScope(from: Fixture.day(7), until: Fixture.day(14)))
    #expect(report.sessions.map(\.title) == ["Water", "Nobody came"])
    #expect(report.figures.reach.attendees == 3)
    #expect(report.figures.people == 3...3)
    #expect(report.figures.ideas.isEmpty)
    let early = try lab.report(ReportScope(from: Fixture.day(0), until: Fixture.day(1)))
    #expect(early.figures.service?.complaints.received == 1)
    #expect(early.figures.ideas.map(\.count) == [1])
  }

  @Test("are of a session: its ideas and what belongs to them; cases are left out")
  func session() throws {
    let report = try Fixture().report(ReportScope(session: Fixture.first))
    #expect(report.figures.reach.attendees == 5)
    #expect(report.figures.ideas.map(\.count) == [1])
    #expect(report.figures.comments == 3)
    #expect(report.figures.mentionsOfIdeas == 1)
    #expect(report.figures.service == nil)
    #expect(report.tallied == 12)
    let rows = KPIRows(report.figures).loyalty
    #expect(rows.allSatisfy { $0.measured == nil && $0.basis != nil })
  }

  @Test("are of a segment: by the idea, else by the person; heads without names are in none")
  func segment() throws {
    let report = try Fixture().report(ReportScope(segment: "young"))
    #expect(report.figures.reach.attendees == 2)
    #expect(report.figures.ideas.map(\.count) == [1])
    #expect(report.figures.mentions.map(\.count) == [1])
    #expect(report.figures.service?.complaints.received == 0)
    #expect(report.figures.programme?.certificates.map(\.count) == [1])
  }

  @Test("are of a project alone, and nothing of another")
  func project() throws {
    let lab = try Fixture()
    #expect(try lab.report(ReportScope(project: lab.fixture.project)) == lab.report())
    let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))
    let none = try lab.report(ReportScope(project: other))
    #expect(none.sessions.isEmpty)
    #expect(none.days.isEmpty)
    #expect(KPIRows(none.figures).innovation.first?.measured == .count(0))
  }

  @Test("are the same on every replica that holds the same changes")
  func sameEverywhere() throws {
    let lab = try Fixture()
    let other = try StoreFixture(side: .online, number: 2)
    try exchange(lab.fixture, other)
    let reader = try StoreReader(opening: other.store.path, schema: LivingLab.schema)
    let there = try reader.report(
      ReportScope(), parts: [.figures, .sessions, .days, .networks],
      day: Fixture.day(20, hours: 12))
    #expect(try lab.report(parts: [.figures, .sessions, .days, .networks]) == there)
  }

  @Test("follow a verdict that is taken back")
  func verdictTakenBack() throws {
    let lab = try Fixture()
    try lab.fixture.sql("UPDATE identity_links SET verdict = 'different' WHERE verdict = 'same'")
    #expect(try lab.report().figures.people == 4...5)
  }

  @Test("come to their end with whatever a broken machine has written")
  func absurdNumbers() throws {
    let lab = try Fixture()
    // As if it had come from elsewhere: nothing is checked.
    try lab.fixture.sql("UPDATE sync_gate SET applying = 1")
    for (table, columns) in [
      ("mentions", ["reach", "interactions", "created_at"]), ("headcounts", ["people"]),
      ("outcomes", ["amount_minor"]), ("participants", ["contacts_online"]),
      ("cases", ["cost_minor", "resolved_at"]), ("tallies", ["count"]),
      ("attendances", ["walk_in"]), ("activities", ["at"]), ("sessions", ["started_at"]),
      ("certificates", ["expires_on"]),
    ] {
      for column in columns {
        try lab.fixture.sql("UPDATE \(table) SET \(column) = \(Int64.max)")
      }
    }
    try lab.fixture.sql("UPDATE cases SET opened_at = \(Int64.min) WHERE case_kind = 'query'")
    try lab.fixture.sql("UPDATE ideas SET created_at = \(Int64.min), state = 'implemented'")
    try lab.fixture.sql(
      "INSERT INTO consents (participant, purpose, state, project) VALUES ('\"]', 'process', 'withdrawn', '\(lab.fixture.project)')"
    )
    try lab.fixture.sql("UPDATE sync_gate SET applying = 0")
    let report = try lab.report(parts: [.figures, .sessions, .days, .networks])
    let rows = KPIRows(report.figures).all
    #expect(rows.first { $0.metric == "mentions_reach" }?.measured == .count(5_000_000_000_000))
    #expect(rows.first { $0.metric == "people" }?.measured == .range(3...4))
    #expect(report.figures.reach.people > 0)
    #expect(ContributionCurve(report.days.map { ($0.day, $0.what, $0.count) }).points.count < 2_000)
  }
}
