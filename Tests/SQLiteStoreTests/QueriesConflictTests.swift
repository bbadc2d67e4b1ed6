import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite struct QueriesConflictTests {
  /// Two sides that wrote the same sentence differently.
  private func clash() throws -> (lab: StoreFixture, online: StoreFixture) {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    let ada = "00000000-0000-7000-8000-0000000000ad"
    try lab.sql(
      "INSERT INTO participants (id, code, display_name) VALUES (?, 'SL-1', 'Ada')", [ada])
    try lab.sql("INSERT INTO ideas (title, body) VALUES ('Garden', 'One. Two.')")
    try exchange(lab, online)
    try lab.sql("UPDATE ideas SET body = 'One by lab. Two.', changed_by = ?", [ada])
    try online.sql("UPDATE ideas SET body = 'One by online. Two.'")
    try exchange(lab, online)
    return (lab, online)
  }

  @Test func aConflictTellsWhoWroteWhatAndWhatTheyHadSeen() throws {
    let (lab, online) = try clash()
    for fixture in [lab, online] {
      let reader = try fixture.reader()
      let page = try reader.conflicts([.open], limit: 10)
      let conflict = try #require(page.conflicts.first)
      #expect(page.conflicts.count == 1 && page.cursor == nil)
      #expect(conflict.title == "Garden")
      #expect(conflict.rule == "text" && conflict.cell == CellKey("body"))
      #expect(conflict.valueCount == 2)
      let detail = try reader.conflict(String(conflict.id.description.prefix(8)))
      let mine = try #require(detail.values.first { $0.value == .text("One by lab. Two.") })
      #expect(mine.writing?.who?.name == "Ada")
      #expect(mine.writing?.side == .lab && mine.writing?.replica == lab.store.replica)
      #expect(mine.dots.count == 1)
      #expect(mine.seen.map(\.value) == [.text("One. Two.")])
      let theirs = try #require(detail.values.first { $0.value == .text("One by online. Two.") })
      #expect(theirs.writing?.side == .online && theirs.writing?.who == nil)
    }
    #expect(
      try lab.reader().conflict(lab.text("SELECT id FROM sync_conflicts") ?? "").values.map(\.value)
        == online.reader().conflict(lab.text("SELECT id FROM sync_conflicts") ?? "").values
        .map(\.value))
  }

  @Test func aDecisionIsToldAndItsUndoOpensTheConflict() throws {
    let (lab, online) = try clash()
    let id = try #require(try lab.text("SELECT id FROM sync_conflicts"))
    let detail = try lab.store.resolveConflict(id, .keep(2), at: lab.now)
    #expect(detail.conflict.status == .resolved)
    #expect(detail.decision?.writing.replica == lab.store.replica)
    #expect(detail.decision?.value == detail.values[1].value)
    #expect(try lab.reader().conflicts([.open], limit: 9).conflicts.isEmpty)
    try exchange(lab, online)
    let undone = try online.store.undoResolution(id, at: online.now)
    #expect(undone.conflict.status == .open)
    #expect(
      Set(undone.values.compactMap(\.writing?.replica)) == [
        lab.store.replica, online.store.replica,
      ])
    #expect(throws: StoreError.self) { try online.store.undoResolution(id, at: online.now) }
  }

  @Test func aDecisionIsRefusedWhereAnotherValueCameSince() throws {
    let (lab, online) = try clash()
    let id = try #require(try lab.text("SELECT id FROM sync_conflicts"))
    let looked = try lab.store.conflict(id).revision
    try online.sql("UPDATE ideas SET title = 'Another title'")
    try exchange(lab, online)
    let third = try StoreFixture(number: 3)
    try send(from: lab, to: third)
    try third.sql("UPDATE ideas SET body = 'One by a third. Two.'")
    try send(from: third, to: lab)
    #expect {
      try lab.store.resolveConflict(id, .value(.text("Mine.")), seen: looked, at: lab.now)
    } throws: { "\($0)".contains("another value since you looked") }
    let now = try lab.store.conflict(id).revision
    _ = try lab.store.resolveConflict(id, .value(.text("Mine.")), seen: now, at: lab.now)
    #expect(try lab.text("SELECT body FROM ideas") == "Mine.")
    #expect {
      try lab.store.resolveConflict(id, .value(.integer(3)), at: lab.now)
    } throws: { "\($0)".contains("body must be a text") }
  }

  @Test func aDecisionStandsWhereOnlyAnotherFieldChangedSince() throws {
    let (lab, online) = try clash()
    let id = try #require(try lab.text("SELECT id FROM sync_conflicts"))
    let looked = try lab.store.conflict(id).revision
    try online.sql("UPDATE ideas SET title = 'Another title'")
    try exchange(lab, online)
    #expect(
      try lab.store.resolveConflict(id, .keep(1), seen: looked, at: lab.now).conflict.status
        == .resolved)
  }

  @Test func pagesOfConflictsGoOn() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    for index in 0..<5 { try lab.sql("INSERT INTO sessions (title) VALUES ('\(index)')") }
    try exchange(lab, online)
    try lab.sql("UPDATE sessions SET title = title || ' lab'")
    try online.sql("UPDATE sessions SET title = title || ' online'")
    try exchange(lab, online)
    let reader = try online.reader()
    var ids: [ConflictID] = []
    var cursor: String?
    repeat {
      let page = try reader.conflicts([.open], limit: 2, cursor: cursor)
      ids += page.conflicts.map(\.id)
      cursor = page.cursor
    } while cursor != nil && ids.count < 20
    #expect(ids.count == 5 && Set(ids).count == 5)
    #expect(try reader.figures(acknowledged: [:]).openConflicts == 5)
  }
}
