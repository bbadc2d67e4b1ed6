import DeveloperRig
import Foundation
import SyncControl

/// Measures a report over a million activities against hand-written SQL for the same figures.
struct ReportMeasurement {
  var runs: Int
  var activities: Int

  private static let ideas = 20_000
  private static let comments = 50_000
  private static let supports = 50_000
  private static let day = 86_400_000
  private static let start = 1_760_000_000_000

  func run() throws {
    var checks = Checklist()
    let lab = try Lab(laptops: 1)
    let laptop = lab.laptops[0]
    try timed("writing \(Figures.grouped(activities)) activities") {
      try fill(laptop.database(), project: lab.project)
    }
    try laptop.start()
    let database = try laptop.database(isReadOnly: true)
    for (report, queries) in [
      (ReportRequest.Name.participation, Self.participation), (.kpi, Self.kpi),
    ] {
      var ratios: [Int] = []
      for run in 1...runs {
        // Each side reads the same pages, in turn.
        let plain = try milliseconds { for sql in queries { _ = try database.rows(sql) } }
        var answer: Report?
        let asked = try milliseconds { answer = try laptop.ask(ReportRequest(report)) }
        say("run \(run) of \(report.rawValue): \(plain) ms by hand, \(asked) ms by report")
        ratios.append(asked * 1000 / max(1, plain))
        if report == .participation { try check(answer, database, &checks, isFirst: run == 1) }
      }
      let ratio = Figures.median(ratios)
      checks.note("report \(report.rawValue) to SQL by hand", Figures.ratio(ratio, to: 1000))
      checks.expect("report \(report.rawValue) within 3 times", ratio <= 3000, true)
    }
    try measureTheLoop(laptop, &checks)
    try checks.finish()
  }

  /// While a report is counted, the loop goes on: how long it takes to answer what it answers itself.
  private func measureTheLoop(_ laptop: Machine, _ checks: inout Checklist) throws {
    _ = try laptop.ask(StatusRequest())
    let report = try laptop.startLabctl(["report", "participation"])
    var answers: [Int] = []
    while !report.hasEnded {
      answers.append(try milliseconds { _ = try laptop.ask(StatusRequest()) })
    }
    checks.note("answers of the loop while a report was counted", Figures.grouped(answers.count))
    checks.note("the longest of them", "\(answers.max() ?? 0) ms")
    checks.expect("answers of the loop within 100 ms", (answers.max() ?? 0) <= 100, true)
  }

  private func check(
    _ report: Report?, _ database: Database, _ checks: inout Checklist, isFirst: Bool
  ) throws {
    guard isFirst else { return }
    let rows = report?.rows.filter { $0.metric == "activities" } ?? []
    checks.expect(
      "activities counted", rows.reduce(0) { $0 + Int($1.measured ?? 0) },
      try database.integer("SELECT count(*) FROM activities"))
  }

  /// Writes rows as if they had come from elsewhere: what is measured reads the tables alone.
  private func fill(_ database: Database, project: String) throws {
    let made = { (table: String, columns: String, count: Int, values: String) in
      """
      INSERT INTO \(table) (\(columns), created_at, channel, project)
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(count))
      SELECT \(values), \(Self.start) + i * 7919 % (200 * \(Self.day)), 'online', '\(project)' FROM n
      """
    }
    func id(_ prefix: String, _ number: String) -> String {
      "printf('\(prefix)-0000-7000-8000-%012d', \(number))"
    }
    try database.transaction {
      try database.execute("UPDATE sync_gate SET applying = 1")
      try database.execute(
        made(
          "ideas", "id, title, origin, idea_kind, state", Self.ideas,
          "\(id("00000001", "i")), 'idea ' || i, iif(i % 3 = 0, 'lab', 'online'), 'idea', "
            + "iif(i % 4 = 0, 'rejected', 'accepted')"))
      try database.execute(
        made(
          "comments", "id, idea, body, tone", Self.comments,
          "\(id("00000002", "i")), \(id("00000001", "i % \(Self.ideas)")), 'words', i % 3 - 1"))
      try database.execute(
        made(
          "supports", "idea, participant, ballot, value", Self.supports,
          "\(id("00000001", "i % \(Self.ideas)")), \(id("00000003", "i")), '', 1"))
      try database.execute(
        made(
          "activities", "id, activity_kind, participant, at", activities,
          "\(id("00000004", "i")), 'kind ' || (i % 5), \(id("00000003", "i % 5000")), "
            + "\(Self.start) + i * 7919 % (200 * \(Self.day))"))
      try database.execute("UPDATE sync_gate SET applying = 0")
    }
  }

  /// What somebody would write who wants the same figures.
  private static let participation =
    kpi + [
      "SELECT created_at / \(day), count(*) FROM ideas GROUP BY 1",
      "SELECT created_at / \(day), count(*) FROM comments WHERE hidden IS NOT 1 GROUP BY 1",
      "SELECT created_at / \(day), count(*) FROM supports WHERE value IS NOT NULL GROUP BY 1",
      "SELECT at / \(day), activity_kind, count(*) FROM activities GROUP BY 1, 2",
      "SELECT sum(count) FROM tallies",
    ]

  private static let kpi = [
    "SELECT case_kind, state, case_channel, currency, count(*), sum(cost_minor) FROM cases "
      + "GROUP BY 1, 2, 3, 4",
    "SELECT mention_kind, sentiment, count(*), sum(reach) FROM mentions GROUP BY 1, 2",
    "SELECT count(DISTINCT participant) FROM mentions WHERE mention_kind <> 'mention'",
    "SELECT origin, idea_kind, stage, state, count(*) FROM ideas GROUP BY 1, 2, 3, 4",
    "SELECT outcome_kind, status, currency, sum(amount_minor) FROM outcomes GROUP BY 1, 2, 3",
    "SELECT tone, count(*) FROM comments WHERE hidden IS NOT 1 GROUP BY 1",
    """
    SELECT sum(n), max(n) FROM (SELECT idea, sum(n) AS n FROM (
      SELECT idea, count(*) AS n FROM comments WHERE hidden IS NOT 1 GROUP BY 1
      UNION ALL SELECT idea, count(*) FROM supports WHERE value IS NOT NULL GROUP BY 1
      UNION ALL SELECT idea, count(*) FROM mentions WHERE idea IS NOT NULL GROUP BY 1) GROUP BY 1)
    """,
    "SELECT count(*) FROM supports WHERE value IS NOT NULL",
    "SELECT session, sum(people) FROM headcounts GROUP BY 1",
    "SELECT session, count(*), sum(walk_in) FROM attendances GROUP BY 1",
    "SELECT count(*), sum(n > 1) FROM (SELECT count(*) AS n FROM attendances GROUP BY participant)",
    "SELECT level, count(*) FROM certificates WHERE revoked IS NOT 1 GROUP BY 1",
  ]
}
