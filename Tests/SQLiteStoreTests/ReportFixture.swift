import Foundation
import GRDB
import LivingLab
import SyncCore

@testable import SQLiteStore

/// A small living lab in March 2026 whose every figure was computed by hand.
struct ReportFixture {
  let fixture: StoreFixture

  /// The begin of a day, and hours into it.
  static func day(_ day: Int64, hours: Int64 = 0) -> Int64 {
    1_772_323_200_000 + day * 86_400_000 + hours * 3_600_000
  }

  static func id(_ number: Int) -> String {
    "00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
  }

  enum Person: Int {
    /// An ambassador with 300 contacts, of the segment `young`.
    case ada = 1
    case bo, boAgain, cy, perhapsCy
    /// An ambassador who was erased.
    case di
    /// Withdrew the consent to the process.
    case ed
    /// An ambassador who mentions nothing.
    case fe

    var id: String { ReportFixture.id(rawValue) }
  }

  static let first = id(101)
  static let second = id(102)
  static let third = id(103)
  static let planned = id(104)
  /// A session of which only heads have arrived.
  static let unknown = id(105)
  static let empty = id(106)

  static func idea(_ number: Int) -> String { id(200 + number) }

  init() throws {
    fixture = try StoreFixture(number: 1)
    try addPeople()
    try addSessions()
    try addIdeas()
    try addCases()
    try addTalk()
    try addResults()
    try addWithdrawals()
    try fixture.capture()
  }

  private func insert(
    _ table: String, _ columns: String, _ rows: [[(any DatabaseValueConvertible)?]]
  )
    throws
  {
    let marks = columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
    for row in rows {
      try fixture.sql(
        "INSERT INTO \(table) (\(columns)) VALUES (\(marks))", StatementArguments(row))
    }
  }

  private func addPeople() throws {
    try insert(
      "participants", "id, code, roles, segments, contacts_online",
      [
        [Person.ada.id, "SL-1", #"["ambassador"]"#, #"["young"]"#, 300],
        [Person.bo.id, "SL-2", nil, nil, nil], [Person.boAgain.id, "SL-3", nil, nil, nil],
        [Person.cy.id, "SL-4", nil, nil, nil], [Person.perhapsCy.id, "SL-5", nil, nil, nil],
        [Person.di.id, "SL-6", #"["ambassador"]"#, nil, nil],
        [Person.ed.id, "SL-7", nil, nil, nil],
        [Person.fe.id, "SL-8", #"["ambassador"]"#, nil, nil],
      ])
    try insert(
      "identity_links", "a, b, verdict",
      [
        [Person.bo.id, Person.boAgain.id, "same"], [Person.cy.id, Person.perhapsCy.id, nil],
        [Person.ada.id, Person.cy.id, "different"],
      ])
  }

  /// Last: nothing more is noted about whoever withdrew.
  private func addWithdrawals() throws {
    try insert("erasures", "participant", [[Person.di.id]])
    try insert(
      "consents", "participant, purpose, state",
      [
        [Person.ed.id, "process", "withdrawn"], [Person.ada.id, "photo", "withdrawn"],
        [Person.bo.id, "process", "granted"],
      ])
  }

  private func addSessions() throws {
    try insert(
      "sessions", "id, title, state, started_at, planned_start",
      [
        [Self.first, "Roofs", "closed", Self.day(0), Self.day(-1)],
        [Self.second, "Water", "sealed", nil, Self.day(7)],
        [Self.third, "Light", "open", Self.day(14), nil],
        [Self.planned, "Later", "planned", nil, Self.day(40)],
        [Self.empty, "Nobody came", "closed", Self.day(9), nil],
      ])
    let attendances: [(String, [Person])] = [
      (Self.first, [.ada, .bo, .boAgain, .cy, .di]), (Self.second, [.ada, .boAgain, .perhapsCy]),
    ]
    for (session, people) in attendances {
      try insert(
        "attendances", "session, participant, walk_in",
        people.map { [session, $0.id, $0 == .boAgain ? 1 : 0] })
    }
    try insert(
      "headcounts", "session, station, people, created_at",
      [
        [Self.first, "door", 3, Self.day(0)], [Self.first, "room", 2, Self.day(0)],
        [Self.third, "door", 10, Self.day(14)], [Self.unknown, "door", 2, Self.day(20)],
      ])
    try insert(
      "tallies", "idea, ballot, session, station, batch, count",
      [
        [Self.idea(1), "dots", Self.first, "wall", "1", 12],
        [Self.idea(3), "dots", Self.third, "wall", "1", 5],
      ])
  }

  private func addIdeas() throws {
    try insert(
      "ideas", "id, origin, idea_kind, stage, state, created_at, session, segments",
      [
        [
          Self.idea(1), "lab", "idea", "creation", "captured", Self.day(0), Self.first,
          #"["young"]"#,
        ],
        [Self.idea(2), "lab", "improvement", "launch", "published", Self.day(1), nil, nil],
        [Self.idea(3), "online", "idea", nil, "accepted", Self.day(2), nil, nil],
        [Self.idea(4), "online", "design", nil, "rejected", Self.day(3), nil, nil],
        [Self.idea(5), "online", "idea", nil, "released", Self.day(4), nil, nil],
        [
          Self.idea(8), "lab", "error_report", nil, "merged:\(Self.idea(1))", Self.day(6), nil, nil,
        ],
        [Self.idea(9), nil, nil, nil, "withdrawn", Self.day(6), nil, nil],
      ])
    // An import says when a change was made.
    func line(_ number: Int, _ at: Int64, _ fields: String) -> [UInt8] {
      Array(#"{"kind":"idea","id":"\#(Self.idea(number))","at":\#(at),"fields":{\#(fields)}}"#.utf8)
    }
    let outcome = try fixture.store.importLines(
      [
        line(6, Self.day(5), #""origin":"lab","idea_kind":"need","state":"accepted""#),
        line(7, Self.day(5), #""origin":"online","idea_kind":"new_use","state":"pilot""#),
        line(6, Self.day(15), #""state":"implemented""#),
        line(7, Self.day(25), #""state":"implemented""#),
      ], firstLine: 1, project: fixture.project, at: fixture.now)
    guard outcome.refused.isEmpty else {
      throw StoreError.inconsistent("refused: \(outcome.refused)")
    }
  }

  private func addCases() throws {
    let complaint: (Int, String, Int64, Int64?, Int64?) -> [(any DatabaseValueConvertible)?] = {
      [Self.id(300 + $0), "complaint", $1, Self.day($2), $3, $4]
    }
    try insert(
      "cases", "id, case_kind, state, opened_at, first_response_at, resolved_at",
      [
        complaint(1, "resolved", 0, Self.day(0, hours: 1), Self.day(0, hours: 10)),
        complaint(2, "resolved", 1, nil, Self.day(1, hours: 30)),
        complaint(3, "attended", 2, Self.day(2, hours: 1), nil),
        complaint(4, "reopened", 3, nil, Self.day(3, hours: 1)),
      ])
    try insert(
      "cases", "id, case_kind, state, opened_at, resolution",
      [
        [Self.id(311), "churn_risk", "resolved", Self.day(0), "Stayed: took the new tariff"],
        [Self.id(312), "churn_risk", "resolved", Self.day(0), "left"],
        [Self.id(313), "churn_risk", "open", Self.day(0), "stayed"],
        [Self.id(314), "order", "resolved", Self.day(0), "stayed"],
      ])
    let query: (Int, String, String, Int64?, Int64?, String?) -> [(any DatabaseValueConvertible)?] =
      {
        [
          Self.id(320 + $0), "query", $1, $2, Self.day(4), $3.map { Self.day(4, hours: $0) }, $4,
          $5,
        ]
      }
    try insert(
      "cases", "id, case_kind, state, case_channel, opened_at, resolved_at, cost_minor, currency",
      [
        query(1, "resolved", "social", 2, 500, "EUR"),
        query(2, "resolved", "social:mastodon", 4, 700, "EUR"),
        query(3, "resolved", "phone", 12, 3_000, "EUR"),
        query(4, "open", "community", nil, 100, "USD"),
        query(5, "resolved", "phone", 20, nil, nil),
      ])
  }

  private func addTalk() throws {
    try insert(
      "mentions", "network, external_id, mention_kind, participant, idea, reach, sentiment",
      [
        ["x", "1", "share", Person.ada.id, Self.idea(1), 60, 1],
        ["x", "2", "recommendation", Person.bo.id, nil, 50, -1],
        ["mastodon", "1", "share", Person.boAgain.id, Self.idea(3), 30, 0],
        ["mastodon", "2", "mention", Person.di.id, Self.idea(3), 1_000, 1],
        ["mastodon", "3", "recommendation", Person.ed.id, Self.idea(3), 7, nil],
      ])
    // A later observation of the same mention.
    try fixture.sql("UPDATE mentions SET reach = 100 WHERE network = 'x' AND external_id = '1'")
    try insert(
      "comments", "id, idea, tone, hidden",
      [
        [Self.id(401), Self.idea(1), 1, nil], [Self.id(402), Self.idea(1), 1, 0],
        [Self.id(403), Self.idea(1), nil, nil], [Self.id(404), Self.idea(3), -1, nil],
        [Self.id(405), Self.idea(3), 0, nil], [Self.id(406), Self.idea(3), 1, 1],
      ])
    try insert(
      "supports", "idea, participant, ballot, value",
      [
        [Self.idea(1), Person.ada.id, "", 1], [Self.idea(1), Person.bo.id, "", 1],
        [Self.idea(1), Person.perhapsCy.id, "", 1], [Self.idea(3), Person.cy.id, "", -1],
        [Self.idea(3), Person.fe.id, "", nil],
      ])
    try insert(
      "activities", "id, at, activity_kind, participant",
      [
        [Self.id(501), Self.day(3), "view", Person.ada.id],
        [Self.id(502), Self.day(3), "view", nil],
        [Self.id(503), Self.day(4), "download", nil],
      ])
  }

  private func addResults() throws {
    try insert(
      "outcomes", "idea, outcome_kind, period, amount_minor, currency, status",
      [
        [Self.idea(5), "saving", "2026", 100_000, "EUR", "confirmed"],
        [Self.idea(6), "saving", "2026", 50_000, "EUR", "estimated"],
        [Self.idea(6), "income", "2026", 20_000, "USD", "confirmed"],
        [Self.idea(5), "income", "2026", 7_000, "USD", "estimated"],
        [Self.idea(7), "saving", "2026", 900, "USD", nil],
      ])
    try insert(
      "certificates", "id, holder, level, issued_on, expires_on, revoked",
      [
        [Self.id(601), Person.ada.id, "facilitator", Self.day(0), Self.day(30), nil],
        [Self.id(602), Person.bo.id, "facilitator", Self.day(0), Self.day(10), nil],
        [Self.id(603), Person.cy.id, "master", Self.day(20), nil, 0],
        [Self.id(604), Person.cy.id, "facilitator", Self.day(0), Self.day(30), 1],
        [Self.id(605), Person.di.id, "facilitator", Self.day(0), Self.day(30), nil],
        [Self.id(606), Person.bo.id, "facilitator", Self.day(21), Self.day(40), nil],
        [Self.id(607), Person.fe.id, "facilitator", Self.day(0), Self.day(20), nil],
      ])
  }

  /// The reader's answer for a scope, on the 20th day.
  func report(
    _ scope: ReportScope = ReportScope(), parts: ReportParts = [.figures, .sessions, .days],
    contacts: Int64 = 100
  ) throws -> StoredReport {
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    return try reader.report(
      scope, parts: parts, contacts: contacts, day: Self.day(20, hours: 12))
  }
}
