import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

/// Every line of an export, page by page.
private func lines(
  of reader: StoreReader, _ selection: ExportSelection = ExportSelection(isCanonical: true),
  at now: Instant
) throws -> [String] {
  var page = try reader.export(selection, at: now)
  var lines = page.lines
  while let cursor = page.cursor {
    page = try reader.export(continuing: cursor, at: now)
    lines += page.lines
  }
  return lines
}

@Suite struct QueriesExportTests {
  private func fill(_ fixture: StoreFixture, _ count: Int, _ prefix: String) throws {
    for index in 0..<count {
      try fixture.sql(
        "INSERT INTO ideas (title, tags, extra) VALUES (?, '[\"b\",\"a\"]', '{\"y\":\"1\",\"x\":\"2\"}')",
        ["\(prefix) \(index)"])
      try fixture.sql(
        "INSERT INTO tallies (idea, ballot, session, station, batch, count) VALUES (?, ?, ?, '', '', 3)",
        [
          "00000000-0000-7000-8000-00000000000a", "\(prefix)\(index)",
          "00000000-0000-7000-8000-00000000000b",
        ])
    }
  }

  @Test func convergedReplicasGiveEqualBytes() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try fill(lab, 40, "lab")
    try fill(online, 40, "online")
    try exchange(lab, online)
    let (left, right) = (
      try lines(of: lab.reader(), at: lab.now), try lines(of: online.reader(), at: lab.now)
    )
    let isEqual = left == right
    #expect(isEqual)
    #expect(left.count == 160)
    let keys = try left.map { line in
      let json = try JSONValue(parsing: line)
      return (json["kind"]?.text ?? "") + " " + (json["id"]?.text ?? "")
    }
    let isSorted = keys == keys.sorted()
    #expect(isSorted)
    let idea = try #require(left.first)
    #expect(idea.hasPrefix(#"{"fields":{"channel":""#))
    #expect(idea.contains(#""extra":{"x":"2","y":"1"}"#))
    #expect(idea.contains(#""tags":["a","b"]"#))
    #expect(!idea.contains("revision"))
    try lab.sql("UPDATE ideas SET title = 'other' WHERE title = 'lab 3'")
    #expect(try lines(of: lab.reader(), at: lab.now) != right)
  }

  @Test func anExportCanBeImportedAndGivesTheSameExport() throws {
    let lab = try StoreFixture(number: 1)
    try fill(lab, 5, "lab")
    try lab.sql(
      """
      INSERT INTO outcomes (idea, outcome_kind, period, amount_minor, currency, status)
      VALUES ('00000000-0000-7000-8000-00000000000a', 'saving', '2016', 5, 'EUR', 'estimated')
      """)
    try lab.sql(
      "INSERT INTO certificates (holder, revoked, issued_on) VALUES (?, 1, 1456851600000)",
      ["00000000-0000-7000-8000-00000000000c"])
    try lab.capture()
    let exported = try lines(of: lab.reader(), at: lab.now)
    let other = try StoreFixture(number: 3)
    let outcome = try other.store.importLines(
      exported.map { Array($0.utf8) }, firstLine: 1, project: other.project, at: other.now)
    #expect(outcome.refused == [])
    #expect(try lines(of: other.reader(), at: other.now) == exported)
    #expect(exported.contains { $0.contains(#""revoked":true"#) })
    #expect(exported.contains { $0.contains(#""issued_on":"2016-03-01T17:00:00.000Z""#) })
  }

  @Test func allPagesShowOneMoment() throws {
    let lab = try StoreFixture(number: 1)
    try lab.outside.writeWithoutTransaction { database in
      try database.inTransaction {
        for index in 0..<2_500 {
          try database.execute(
            sql: "INSERT INTO ideas (title) VALUES (?)", arguments: ["idea \(index)"])
        }
        return .commit
      }
    }
    let reader = try lab.reader()
    let before = try lines(of: reader, at: lab.now)
    #expect(before.count == 2_500)
    let first = try reader.export(ExportSelection(isCanonical: true), at: lab.now)
    #expect(first.lines.count < 2_500)
    try lab.sql("UPDATE ideas SET title = 'changed while exporting'")
    try lab.sql("DELETE FROM ideas WHERE rowid > 2000")
    var during = first.lines
    var cursor = first.cursor
    while let next = cursor {
      let page = try reader.export(continuing: next, at: lab.now)
      during += page.lines
      cursor = page.cursor
    }
    let isOneMoment = during == before
    #expect(isOneMoment)
    #expect(try lines(of: reader, at: lab.now).count == 2_000)
    let inTableOrder = try lines(of: reader, ExportSelection(kind: "idea"), at: lab.now)
    let isSameSet = try Set(inTableOrder) == Set(lines(of: reader, at: lab.now))
    #expect(isSameSet)
  }

  @Test func atMostFourExportsAreUnderWayAndIdleOnesAreDropped() throws {
    let lab = try StoreFixture(number: 1)
    try lab.outside.writeWithoutTransaction { database in
      try database.inTransaction {
        for _ in 0..<1_100 { try database.execute(sql: "INSERT INTO ideas (title) VALUES ('t')") }
        return .commit
      }
    }
    let reader = try lab.reader()
    var cursors: [String] = []
    for _ in 0..<4 {
      cursors.append(try #require(try reader.export(ExportSelection(), at: lab.now).cursor))
    }
    #expect(throws: StoreError.self) { try reader.export(ExportSelection(), at: lab.now) }
    lab.milliseconds += 60_000
    #expect(try reader.export(ExportSelection(), at: lab.now).cursor != nil)
    #expect(throws: StoreError.self) { try reader.export(continuing: cursors[0], at: lab.now) }
  }
}
