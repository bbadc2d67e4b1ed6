import SyncControl
import Testing

@Suite("The field grammar")
struct FieldGrammarTests {
  @Test("reads assignments")
  func assignments() throws {
    let parsed = try FieldAssignments(parsing: [
      "title=A = b, c", "body=", "people:=12", "stage:=null", #"authors:=["a","b"]"#, "tags+=eco",
      "tags+=eco,water", "tags-=old",
    ])
    #expect(
      parsed.fields == [
        "title": .text("A = b, c"), "body": .text(""), "people": .integer(12), "stage": .null,
        "authors": .array([.text("a"), .text("b")]),
      ])
    #expect(parsed.adding == ["tags": ["eco", "eco,water"]])
    #expect(parsed.removing == ["tags": ["old"]])
  }

  @Test(
    "refuses what writes no field, as wrong usage",
    arguments: ["title", "=x", "ti tle=x", "a:=", "a:={", "títol=x", ""])
  func refused(word: String) throws {
    let failure = try #require(throws: ControlFailure.self) {
      try FieldAssignments(parsing: [word])
    }
    #expect(failure.exit == .usage)
  }

  @Test("refuses a field written in two ways", arguments: [["a=1", "a=1"], ["a=1", "a+=2"]])
  func twice(words: [String]) {
    #expect(throws: ControlFailure.self) { try FieldAssignments(parsing: words) }
    #expect(throws: ControlFailure.self) { try FieldAssignments(parsing: words.reversed()) }
  }

  @Test(
    "reads conditions",
    arguments: [
      ("state=published", "state", FieldCondition.Comparison.equal, "published"),
      ("state!=hidden", "state", .unequal, "hidden"), ("title~a=b", "title", .contains, "a=b"),
      ("count<3", "count", .less, "3"), ("count>-3", "count", .greater, "-3"),
      ("body=", "body", .equal, ""),
    ])
  func conditions(
    text: String, field: String, comparison: FieldCondition.Comparison, value: String
  ) throws {
    let condition = try FieldCondition(parsing: text)
    #expect(
      condition == FieldCondition(field: field, comparison: comparison, value: .text(value)))
  }

  @Test("refuses what is no condition", arguments: ["state", "=x", "a!b", ""])
  func noConditions(text: String) {
    #expect(throws: ControlFailure.self) { try FieldCondition(parsing: text) }
  }
}
