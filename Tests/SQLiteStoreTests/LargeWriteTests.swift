import GRDB
import LivingLab
import SyncCore
import SyncWire
import Testing

@testable import SQLiteStore

/// Writes whose fields are all within the limits and that one message has no room for: nothing comes
/// into the log that can not be sent.
@Suite struct LargeWriteTests {
  private let u = "01a201f6-a25d-765e-913d-000000000001"

  private func pair() throws -> (StoreFixture, StoreFixture) {
    (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
  }

  /// Lets the store divide what is far smaller than a message.
  private func limit(_ fixture: StoreFixture, to bytes: Int) throws {
    try fixture.store.onConnection { _, engine in engine.largestWriteBytes = bytes }
  }

  /// 1,000 texts of the greatest length that begin with `word`, as a JSON array.
  private func texts(_ word: String) -> String {
    let tail = String(repeating: "x", count: Limits.shortTextBytes - 5)
    return JSONValue.canonicalSet((0..<Limits.elements).map { "\(word)\(1_000 + $0)\(tail)" })
  }

  private func members(_ word: String) -> String {
    let tail = String(repeating: "x", count: Limits.shortTextBytes - 5)
    return JSONValue.canonicalMap(
      (0..<Limits.elements).map { (key: "\(word)\(1_000 + $0)\(tail)", value: tail) })
  }

  @Test func theLargestEditOfAnIdeaTravelsInSeveralChanges() throws {
    let (lab, online) = try pair()
    try lab.sql(
      "INSERT INTO ideas (id, title, tags, segments, extra) VALUES ('\(u)', 't', ?, ?, ?)",
      [texts("a"), texts("a"), members("a")])
    try exchange(lab, online)
    try lab.sql(
      "UPDATE ideas SET tags = ?, segments = ?, extra = ?",
      [texts("b"), texts("b"), members("b")])
    let captured = try lab.capture()
    #expect(captured.rows == 1 && captured.changes > 1)
    let largest = try lab.count(
      "SELECT max(length(bytes) + length(coalesce(personal, x''))) FROM sync_log")
    #expect(largest <= Limits.changeBytes)
    try exchange(lab, online)
    let isEqual = try lab.dump() == online.dump()
    #expect(isEqual)
    let hasAll = try online.text("SELECT tags FROM ideas") == texts("b")
    #expect(hasAll)
    #expect(try online.count("SELECT count(*) FROM sync_parked") == 0)
  }

  @Test func aLargeNewRowIsOneRecordInTheEnd() throws {
    let (lab, online) = try pair()
    try limit(lab, to: 1_000)
    try lab.sql(
      """
      INSERT INTO ideas (id, title, body, tags, extra)
      VALUES ('\(u)', 't', ?, '["b","a","c","d"]', '{"k":"1","l":"2"}')
      """, [String(repeating: "b", count: 700)])
    #expect(try lab.capture().changes > 1)
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    let shown = try online.text("SELECT tags || extra FROM ideas")
    #expect(shown == #"["a","b","c","d"]{"k":"1","l":"2"}"#)
    #expect(try lab.count("SELECT count(*) FROM ideas WHERE revision < 0") == 0)
  }

  @Test func whoSawALargeWriteSawAllOfIt() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title, stage) VALUES ('\(u)', 't', 's')")
    try exchange(lab, online)
    try limit(lab, to: 600)
    try lab.sql("UPDATE ideas SET title = ?, stage = 'mine'", [String(repeating: "n", count: 200)])
    let read = try lab.count("SELECT revision FROM ideas")
    try lab.sql("UPDATE ideas SET stage = 'mine again', seen = \(read)")
    try exchange(lab, online)
    #expect(try online.text("SELECT stage FROM ideas") == "mine again")
    #expect(try lab.dump() == online.dump())
    #expect(try lab.openConflicts().isEmpty)
  }

  @Test func aRowOfADeletedRecordBringsItBackBeforeItsFields() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title) VALUES ('\(u)', 't')")
    try lab.sql("DELETE FROM ideas")
    try exchange(lab, online)
    try limit(lab, to: 600)
    try lab.sql(
      "INSERT INTO ideas (id, title, stage) VALUES ('\(u)', ?, ?)",
      [String(repeating: "n", count: 200), String(repeating: "s", count: 200)])
    #expect(try lab.capture().changes > 1)
    try send(from: lab, to: online, rows: 1)
    #expect(try lab.dump() == online.dump())
    #expect(try online.openConflicts().isEmpty)
  }

  @Test func aCellThatNoMessageHoldsIsSetAsideAndNothingWaitsBehindIt() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title) VALUES ('\(u)', 'short')")
    try exchange(lab, online)
    try limit(lab, to: 500)
    try lab.sql("UPDATE ideas SET title = ?", [String(repeating: "n", count: 600)])
    try lab.sql("INSERT INTO sessions (title) VALUES ('behind it')")
    try exchange(lab, online)
    #expect(try online.text("SELECT title FROM ideas") == "short")
    #expect(try online.count("SELECT count(*) FROM sessions") == 1)
    let words = try lab.reader().setAside()
    #expect(words.count == 1)
    #expect(words.first?.contains("larger than a message to the other side may be") == true)
    #expect(words.first?.contains("title") == true)
  }

  @Test func aDeletionThatNoMessageHoldsIsUndoneHere() throws {
    let (lab, online) = try pair()
    try lab.sql("INSERT INTO ideas (id, title, stage) VALUES ('\(u)', 't', 's')")
    try exchange(lab, online)
    try limit(lab, to: 100)
    try lab.sql("DELETE FROM ideas")
    try exchange(lab, online)
    #expect(try lab.count("SELECT count(*) FROM sync_outbox WHERE failure IS NOT NULL") == 1)
    #expect(try lab.text("SELECT title || stage FROM ideas") == "ts")
    #expect(try lab.dump() == online.dump())
  }

  @Test func aCommandAndALineOfAnImportAreRefused() throws {
    let (lab, _) = try pair()
    try limit(lab, to: 500)
    let title = String(repeating: "n", count: 600)
    #expect {
      try lab.store.add("idea", fields: ["title": .text(title)], at: lab.now)
    } throws: { "\($0)".contains("larger than a message to the other side may be") }
    let lines = [title, "t"].enumerated().map {
      #"{"kind":"idea","key":"\#($0.offset)","fields":{"title":"\#($0.element)"}}"#
    }
    let outcome = try lab.store.importLines(
      lines.map { Array($0.utf8) }, firstLine: 1, project: lab.project, at: lab.now)
    #expect(outcome.changed == 1 && outcome.refused.map(\.line) == [1])
    #expect(try lab.count("SELECT count(*) FROM ideas") == 1)
    #expect(try lab.count("SELECT count(*) FROM sync_outbox") == 0)
  }
}
