import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite struct QueriesExplainTests {
  @Test func everyWriteIsToldWithWhatItReplacedAndWhatBecameOfIt() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO sessions (title, venue) VALUES ('first', 'hall')")
    try exchange(lab, online)
    try lab.sql("UPDATE sessions SET title = 'by lab'")
    try online.sql("UPDATE sessions SET title = 'by online'")
    try exchange(lab, online)
    let record = try #require(try lab.text("SELECT id FROM sessions"))
    let conflict = try #require(try lab.text("SELECT id FROM sync_conflicts"))
    let shown = try #require(try lab.text("SELECT title FROM sessions"))
    let other = shown == "by lab" ? "by online" : "by lab"
    func titles() throws -> [RecordStory.Write] {
      try online.reader().explain("session", id: record).writes.filter { $0.cell.field == "title" }
    }
    let open = try titles()
    #expect(open.map(\.value).first == .text("first"))
    #expect(open.dropFirst().allSatisfy { $0.replaced.map(\.value) == [.text("first")] })
    let id = try #require(ConflictID(conflict))
    #expect(open.first { $0.value == .text(shown) }?.fate == .shownInConflict(id))
    #expect(open.first { $0.value == .text(other) }?.fate == .lost(to: .text(shown), id))

    _ = try online.store.resolveConflict(conflict, .value(.text("agreed")), at: online.now)
    let decided = try titles()
    #expect(decided.last?.act == .resolution && decided.last?.fate == .shown)
    #expect(
      Set(decided.last?.replaced.map(\.value) ?? []) == [.text("by lab"), .text("by online")])
    let resolution = try #require(decided.last?.writing.dot)
    #expect(decided.filter { $0.fate == .resolved(by: resolution) }.count == 2)

    try exchange(lab, online)
    _ = try lab.store.undoResolution(conflict, at: lab.now)
    try exchange(lab, online)
    let undone = try titles()
    let undo = try #require(undone.last?.writing.dot)
    #expect(undone.first { $0.writing.dot == resolution }?.fate == .undone(by: undo))
    #expect(undone.suffix(2).allSatisfy { if case .undo = $0.act { true } else { false } })
    #expect(undone.count == 6)
  }

  @Test func aPlainWriteOverAnothersValueIsNamedAnOverwrite() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO sessions (title) VALUES ('by lab')")
    try lab.sql("UPDATE sessions SET title = 'by lab again'")
    try exchange(lab, online)
    try online.sql("UPDATE sessions SET title = 'over it'")
    try exchange(lab, online)
    let record = try #require(try lab.text("SELECT id FROM sessions"))
    let writes = try lab.reader().explain("session", id: record).writes
      .filter { $0.cell.field == "title" }
    #expect(writes.map(\.act) == [.plain, .plain, .overwrite(of: [lab.store.replica])])
    #expect(writes.last?.replaced.map(\.value) == [.text("by lab again")])
    #expect(writes[1].fate == .replaced(by: try #require(writes.last?.writing.dot)))
  }

  @Test func aClockAheadIsFlagged() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO sessions (title) VALUES ('t')")
    // The time of the write is the machine's; the store's own clock says that it is years ahead.
    try lab.capture()
    let record = try #require(try lab.text("SELECT id FROM sessions"))
    let writes = try lab.reader().explain("session", id: record).writes
    #expect(!writes.isEmpty && writes.allSatisfy(\.writing.isClockAhead))
  }

  @Test func aRemovedRecordKeepsItsHistory() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO sessions (title) VALUES ('t')")
    try lab.capture()
    let record = try #require(try lab.text("SELECT id FROM sessions"))
    try lab.sql("DELETE FROM sessions")
    try lab.capture()
    let story = try lab.reader().explain("session", id: record)
    #expect(story.writes.first { $0.cell.field == "title" }?.fate == .removed)
    #expect(story.writes.last?.cell == .deletion && story.writes.last?.fate == .shown)
    #expect {
      try lab.reader().show("session", id: record)
    } throws: { "\($0)".contains("it was removed") }
  }
}
