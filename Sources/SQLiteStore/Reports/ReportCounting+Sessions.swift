import GRDB
import LivingLab
import SyncCore

extension ReportCounting {
  /// Every session of the scope, the earliest first.
  func sessions() throws -> [SessionFigures] {
    let heads =
      scope.segment == nil
      ? "SELECT session, sum(\(Self.count("people"))) AS people FROM headcounts GROUP BY session"
      : "SELECT NULL AS session, 0 AS people WHERE FALSE"
    let named = ReportScope(segment: scope.segment).ofSession("a", person: "participant")
    var sessions = try rows(
      """
      SELECT h.id, h.title, h.at, coalesce(c.people, 0), coalesce(n.named, 0),
        coalesce(n.walkIns, 0), coalesce(n.stating, 0), coalesce(n.stated, 0), coalesce(i.ideas, 0)
      FROM \(ReportScope.heldSessions) h
      LEFT JOIN (\(heads)) c ON c.session = h.id
      LEFT JOIN (
        SELECT a.session, count(*) AS named, count(*) FILTER (WHERE a.walk_in = 1) AS walkIns,
          count(p.contacts_online) AS stating, sum(\(Self.count("p.contacts_online"))) AS stated
        FROM attendances a LEFT JOIN participants p ON p.id = a.participant
        WHERE \(named) GROUP BY a.session) n ON n.session = h.id
      LEFT JOIN (
        SELECT i.session, count(*) AS ideas FROM ideas i
        WHERE i.session IS NOT NULL
          AND \(ReportScope(segment: scope.segment).ideas("i")) GROUP BY i.session) i
        ON i.session = h.id
      WHERE \(scope.sessions("h")) ORDER BY h.at, h.id
      """
    ).map { row in
      SessionFigures(
        id: row[0], title: row[1], at: row[2], heads: row[3], named: row[4], walkIns: row[5],
        stating: row[6], stated: row[7], ideas: row[8])
    }
    let twice = try namedTwice()
    for index in sessions.indices {
      sessions[index].named -= twice[sessions[index].id, default: 0]
    }
    return sessions
  }

  /// How often, by session, somebody is named again under another id.
  private func namedTwice() throws -> [String: Int64] {
    var participants: [String: [String]] = [:]
    for (participant, session) in try linkedAttendances() {
      participants[session, default: []].append(participant)
    }
    return participants.mapValues { ids in Int64(ids.count - Set(ids.map(people.person)).count) }
  }

  private func linkedAttendances() throws -> [(participant: String, session: String)] {
    if people.linked.isEmpty { return [] }
    return try rows(
      """
      SELECT a.participant, a.session FROM attendances a
      WHERE a.participant IN (SELECT value FROM json_each(:linked))
        AND \(scope.ofSession("a", person: "participant"))
      """, ["linked": Self.json(people.linked)]
    ).map { (participant: $0[0], session: $0[1]) }
  }

  /// People in two sessions or more.
  func returning() throws -> ClosedRange<Int64> {
    let special = people.excluded + people.linked
    let condition =
      special.isEmpty ? "" : "AND a.participant NOT IN (SELECT value FROM json_each(:special))"
    let plain = try count(
      """
      SELECT count(*) FROM (SELECT 1 FROM attendances a
        WHERE \(scope.ofSession("a", person: "participant")) \(condition)
        GROUP BY a.participant HAVING count(*) > 1)
      """, ["special": Self.json(special)])
    let linked = people.returning(try linkedAttendances())
    return plain + linked.lowerBound...plain + linked.upperBound
  }

  /// What people did, day by day.
  func days() throws -> [DayFigures] {
    let day = 86_400_000
    let sources = [
      "SELECT i.created_at / \(day), 'idea', count(*) FROM ideas i "
        + "WHERE i.created_at IS NOT NULL AND \(scope.ideas("i")) GROUP BY 1",
      "SELECT c.created_at / \(day), 'comment', count(*) FROM comments c "
        + "WHERE c.hidden IS NOT 1 AND c.created_at IS NOT NULL AND \(scope.ofIdea("c")) GROUP BY 1",
      "SELECT s.created_at / \(day), 'support', count(*) FROM supports s "
        + "WHERE s.value IS NOT NULL AND s.created_at IS NOT NULL AND \(scope.ofIdea("s")) "
        + "GROUP BY 1",
      "SELECT m.created_at / \(day), 'mention', count(*) FROM mentions m "
        + "WHERE m.created_at IS NOT NULL AND \(scope.ofIdeaOrPerson("m")) GROUP BY 1",
      "SELECT a.at / \(day), 'activity:' || coalesce(a.activity_kind, 'not said'), count(*) "
        + "FROM activities a WHERE a.at IS NOT NULL AND \(scope.activities("a")) "
        + "GROUP BY 1, a.activity_kind",
    ]
    return try sources.flatMap { sql in
      try rows(sql).map { DayFigures(day: $0[0], what: $0[1], count: $0[2]) }
    }
  }

  func tallied() throws -> Int64 {
    try count(
      """
      SELECT sum(\(Self.count("t.count"))) FROM tallies t
      WHERE \(scope.ofSession("t", person: nil))
      """)
  }
}
