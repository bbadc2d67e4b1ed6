import GRDB
import LivingLab
import SyncCore

extension ReportCounting {
  func figures(
    _ sessions: [SessionFigures], contacts: Int64, day: Int64
  ) throws -> KPIFigures {
    var figures = KPIFigures()
    // A case belongs to no session, and neither does a certificate.
    if scope.session == nil {
      figures.service = try service()
      figures.programme = try programme(day: day)
    }
    figures.mentions = try mentions()
    figures.recommenders = try people(
      """
      SELECT DISTINCT m.participant AS participant FROM mentions m
      WHERE m.mention_kind IN ('share', 'recommendation') AND \(scope.ofIdeaOrPerson("m"))
      """)
    figures.ideas = try ideas()
    figures.implementations = try implementations()
    figures.outcomes = try outcomes()
    figures.tones = try tones()
    try countInteractions(in: &figures)
    figures.sessions = Int64(sessions.count)
    figures.sessionsWithAttendance = Int64(sessions.count { $0.attendees > 0 })
    for session in sessions {
      figures.reach.add(
        attendees: session.attendees, stating: session.stating, stated: session.stated,
        assumed: contacts)
    }
    figures.people = try people(
      "SELECT DISTINCT a.participant AS participant FROM attendances a "
        + "WHERE \(scope.ofSession("a", person: "participant"))")
    figures.returning = try returning()
    return figures
  }

  private func mentions() throws -> [KPIFigures.Mentions] {
    try rows(
      """
      SELECT m.mention_kind, m.sentiment, count(*), coalesce(sum(\(Self.count("m.reach"))), 0)
      FROM mentions m WHERE \(scope.ofIdeaOrPerson("m")) GROUP BY 1, 2 ORDER BY 1, 2
      """
    ).map { row in
      KPIFigures.Mentions(
        kind: row[0] ?? "mention", sentiment: row[1], count: row[2], reach: row[3])
    }
  }

  private func ideas() throws -> [KPIFigures.Ideas] {
    try rows(
      """
      SELECT i.origin, i.idea_kind, i.stage, i.state, count(*) FROM ideas i
      WHERE \(scope.ideas("i")) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
      """
    ).map { row in
      KPIFigures.Ideas(
        origin: row[0], kind: row[1], stage: row[2], state: row[3], count: row[4])
    }
  }

  /// When the idea was first said to be implemented is in the record's history, not in its row.
  private func implementations() throws -> [Int64] {
    let state = CellKey("state")
    return try rows(
      """
      SELECT i.id, i.created_at FROM ideas i
      WHERE i.state = 'implemented' AND i.created_at IS NOT NULL AND \(scope.ideas("i"))
      ORDER BY i.id
      """
    ).compactMap { row in
      guard let id = UniqueID(row[0] as String),
        let stored = try view.records.load(
          RecordID(rawValue: id), kind: "idea", origins: view.origins)
      else { return nil }
      var first: Int64?
      try view.history.walk(from: stored.head, origins: view.origins) { _, change in
        let values = change.operations.first { $0.cell == state }?.values ?? []
        if values.contains(where: { $0.value == .text("implemented") }) {
          first = min(first ?? .max, change.hlc.milliseconds)
        }
        return true
      }
      return first.map { max(0, $0.minus(row[1])) }
    }
  }

  private func outcomes() throws -> [KPIFigures.Outcome] {
    try rows(
      """
      SELECT o.outcome_kind, o.status = 'confirmed', coalesce(nullif(o.currency, ''), 'XXX'),
        sum(\(Self.amount("o.amount_minor")))
      FROM outcomes o WHERE o.amount_minor IS NOT NULL AND \(scope.ofIdea("o"))
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """
    ).map { row in
      KPIFigures.Outcome(
        kind: row[0], isConfirmed: row[1] ?? false, currency: row[2], minor: row[3])
    }
  }

  private func tones() throws -> [Int64?: Int64] {
    let rows = try rows(
      """
      SELECT c.tone, count(*) FROM comments c
      WHERE c.hidden IS NOT 1 AND \(scope.ofIdea("c")) GROUP BY 1
      """)
    return Dictionary(
      rows.map { ($0[0] as Int64?, $0[1] as Int64) }, uniquingKeysWith: { first, _ in first })
  }

  private func countInteractions(in figures: inout KPIFigures) throws {
    let sources = [
      "SELECT c.idea, count(*) AS n FROM comments c "
        + "WHERE c.hidden IS NOT 1 AND \(scope.ofIdea("c")) GROUP BY 1",
      "SELECT s.idea, count(*) AS n FROM supports s "
        + "WHERE s.value IS NOT NULL AND \(scope.ofIdea("s")) GROUP BY 1",
      "SELECT m.idea, count(*) AS n FROM mentions m "
        + "WHERE m.idea IS NOT NULL AND \(scope.ofIdea("m")) GROUP BY 1",
    ]
    figures.supports = try count("SELECT sum(n) FROM (\(sources[1]))")
    figures.mentionsOfIdeas = try count("SELECT sum(n) FROM (\(sources[2]))")
    figures.mostInteractions = try count(
      """
      SELECT max(n) FROM (SELECT sum(n) AS n FROM (\(sources.joined(separator: " UNION ALL ")))
        WHERE idea IS NOT NULL GROUP BY idea)
      """)
  }

  func networks() throws -> [NetworkFigures] {
    try rows(
      """
      SELECT m.network, count(*), coalesce(sum(\(Self.count("m.reach"))), 0),
        coalesce(sum(\(Self.count("m.interactions"))), 0)
      FROM mentions m WHERE \(scope.ofIdeaOrPerson("m")) GROUP BY 1 ORDER BY 3 DESC, 1
      """
    ).map { row in
      NetworkFigures(network: row[0], mentions: row[1], reach: row[2], interactions: row[3])
    }
  }
}
