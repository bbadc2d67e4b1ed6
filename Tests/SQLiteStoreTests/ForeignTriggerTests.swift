import SyncCore
import Testing

@testable import SQLiteStore

/// Triggers that somebody else put on the tables.
@Suite struct ForeignTriggerTests {
  @Test(arguments: ["ABORT", "FAIL", "ROLLBACK"])
  func whatOneRefusesIsSaidInItsWordsAndComesLater(how: String) throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try lab.sql("INSERT INTO ideas (title) VALUES ('a'), ('b')")
    try lab.sql("INSERT INTO comments (body) VALUES ('c')")
    try online.sql(
      """
      CREATE TRIGGER closed BEFORE INSERT ON ideas
      BEGIN SELECT RAISE(\(how), 'the call\nis closed'); END
      """)
    let error = try #require(throws: StoreError.self) { try send(from: lab, to: online) }
    #expect(
      error.refusalWords
        == "a trigger in the store refused writing rows of ideas, with the words “the call is closed”"
    )
    #expect("\(error)".hasPrefix("A trigger in the store refused writing rows of ideas, with"))
    #expect("\(error)".contains(StoreError.triggerRemedy))
    #expect(try online.count("SELECT count(*) FROM sync_log") == 0)

    // What is to be done finds it, and nothing of ours.
    let question = try #require(StoreError.triggerRemedy.firstRange(of: "SELECT"))
    let sql = String(StoreError.triggerRemedy[question.lowerBound...])
    #expect(try online.count("SELECT count(*) FROM (\(sql))") == 1)
    #expect(try online.text(sql) == "closed")

    try online.sql("DROP TRIGGER closed")
    try exchange(lab, online)
    #expect(try lab.dump() == online.dump())
    #expect(try online.count("SELECT count(*) FROM ideas") == 2)
  }

  @Test func itsWordsFitIntoAMessageAndOtherFailuresAreNotTold() {
    let long = String(repeating: "e\u{301}🌳\n", count: 500)
    let error = StoreError.database(doing: "writing rows of ideas", message: long, code: 1811)
    #expect(error.refusalWords.map { $0.utf8.count < 900 && !$0.contains("\n") } == true)
    let full = StoreError.database(doing: "writing rows of ideas", message: "full", code: 13)
    #expect(full.refusalWords == nil)
    #expect("\(full)" == "While writing rows of ideas: full (SQLite code 13).")
  }
}
