import GRDB
import LivingLab
import SyncCore

extension ReportCounting {
  private static let opened = "coalesce(c.opened_at, c.created_at)"

  func service() throws -> KPIFigures.Service {
    var service = KPIFigures.Service()
    let within = scope.ofPerson("c", "participant", time: Self.opened)
    for row in try rows(
      """
      SELECT c.case_kind, c.case_channel, count(*), count(c.first_response_at),
        count(*) FILTER (WHERE c.state = 'resolved')
      FROM cases c WHERE c.case_kind IN ('complaint', 'query') AND \(within) GROUP BY 1, 2
      """)
    {
      func add(to cases: inout KPIFigures.Cases) {
        cases.received += row[2] as Int64
        cases.attended += row[3] as Int64
        cases.resolved += row[4] as Int64
      }
      if row[0] == "complaint" {
        add(to: &service.complaints)
      } else {
        add(to: &service.queries)
        if KPIFigures.isSocial(channel: row[1]) { add(to: &service.socialQueries) }
      }
    }
    try addDurations(to: &service, within)
    for row in try rows(
      "SELECT c.state, c.resolution FROM cases c WHERE c.case_kind = 'churn_risk' AND \(within)")
    {
      service.churnRisks += 1
      if row[0] == "resolved", KPIFigures.hasStayed(resolution: row[1]) { service.retained += 1 }
    }
    service.costs = try costs(within)
    return service
  }

  /// A case that was resolved before it was opened was written by a wrong clock, and so
  /// was one that was opened before 1970: it has no duration.
  private func addDurations(to service: inout KPIFigures.Service, _ within: String) throws {
    for row in try rows(
      """
      SELECT c.case_kind, c.case_channel, c.resolved_at - c.opened_at FROM cases c
      WHERE c.case_kind IN ('complaint', 'query') AND c.state = 'resolved'
        AND c.resolved_at >= c.opened_at AND c.opened_at >= 0 AND \(within)
      """)
    {
      let duration: Int64 = row[2]
      if row[0] == "complaint" {
        service.complaints.durations.append(duration)
      } else {
        service.queries.durations.append(duration)
        if KPIFigures.isSocial(channel: row[1]) { service.socialQueries.durations.append(duration) }
      }
    }
  }

  private func costs(_ within: String) throws -> [KPIFigures.Cost] {
    try rows(
      """
      SELECT coalesce(nullif(c.currency, ''), 'XXX'), c.case_channel, sum(\(Self.amount("c.cost_minor"))), count(*)
      FROM cases c WHERE c.case_kind = 'query' AND c.cost_minor IS NOT NULL AND \(within)
      GROUP BY 1, 2 ORDER BY 1, 2
      """
    ).map { row in
      KPIFigures.Cost(
        currency: row[0], isSocial: KPIFigures.isSocial(channel: row[1]), minor: row[2],
        cases: row[3])
    }
  }

  /// Certificates of that day, and the ambassadors who were active in the period.
  func programme(day: Int64) throws -> KPIFigures.Programme {
    let text = String(Timestamp.text(milliseconds: day).prefix(10))
    var programme = KPIFigures.Programme(day: text)
    let start = day - (day % 86_400_000 + 86_400_000) % 86_400_000
    let holders = ReportScope(project: scope.project, segment: scope.segment)
    var levels: [String: Int64] = [:]
    for row in try rows(
      """
      SELECT coalesce(c.level, 'not said'), c.holder FROM certificates c
      WHERE c.revoked IS NOT 1 AND c.issued_on < :dayEnd
        AND (c.expires_on IS NULL OR c.expires_on >= :dayStart)
        AND \(holders.ofPerson("c", "holder", time: "c.issued_on"))
      """, ["dayStart": start, "dayEnd": start + 86_400_000])
    {
      if let holder = row[1] as String?, people.isExcluded(holder) { continue }
      levels[row[0], default: 0] += 1
    }
    programme.certificates = levels.sorted { $0.key < $1.key }
      .map { KPIFigures.Named(name: $0.key, count: $0.value) }
    let ambassadors = try rows(
      """
      SELECT p.id FROM participants p
      WHERE EXISTS (SELECT 1 FROM json_each(p.roles) WHERE value = 'ambassador')
        \(scope.project == nil ? "" : "AND p.project = :project")
        \(scope.segment == nil
          ? "" : "AND EXISTS (SELECT 1 FROM json_each(p.segments) WHERE value = :segment)")
      """
    ).map { $0[0] as String }.filter { !people.isExcluded($0) }
    let persons = Set(ambassadors.map(people.person))
    programme.ambassadors = Int64(persons.count)
    guard !persons.isEmpty else { return programme }
    let active = try rows(
      """
      SELECT DISTINCT m.participant FROM mentions m
      WHERE m.participant IS NOT NULL AND \(scope.ofIdeaOrPerson("m"))
      """
    ).map { people.person($0[0]) }
    programme.activeAmbassadors = Int64(persons.intersection(active).count)
    return programme
  }
}
