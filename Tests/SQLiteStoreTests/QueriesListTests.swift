import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

extension StoreFixture {
  /// A reader of this store, as the daemon has one beside its loop.
  func reader() throws -> StoreReader {
    try StoreReader(opening: store.path, schema: LivingLab.schema)
  }
}

@Suite struct QueriesListTests {
  @Test func conditionsAreReadByTheFieldsType() throws {
    let lab = try StoreFixture(number: 1)
    try lab.sql("INSERT INTO ideas (title, tags) VALUES ('JARDÍ gran', '[\"eco\",\"b\"]')")
    try lab.sql("INSERT INTO ideas (title, state) VALUES ('Font', 'published')")
    try lab.sql("INSERT INTO ideas (title) VALUES (NULL)")
    try lab.sql("INSERT INTO headcounts (session, station, people) VALUES (?, 'a', 7)", [sessionID])
    try lab.sql(
      "INSERT INTO headcounts (session, station, people) VALUES (?, 'b', 12)", [sessionID])
    try lab.capture()
    let reader = try lab.reader()
    func titles(
      _ field: String, _ comparison: RecordQuery.Comparison, _ value: JSONValue
    ) throws -> [String] {
      try reader.list(
        RecordQuery(
          kind: "idea", conditions: [.init(field, comparison, value)], sort: [.init("title")])
      ).records.map { $0.fields.first { $0.name == "title" }?.value.text ?? "-" }
    }
    #expect(try titles("title", .contains, .text("jardí")) == ["JARDÍ gran"])
    #expect(try titles("tags", .contains, .text("eco")) == ["JARDÍ gran"])
    #expect(try titles("tags", .equal, .array([.text("eco"), .text("b")])) == ["JARDÍ gran"])
    #expect(try titles("state", .equal, .text("published")) == ["Font"])
    #expect(try titles("title", .equal, .text("")) == ["-"])
    #expect(try titles("title", .unequal, .text("Font")) == ["-", "JARDÍ gran"])
    #expect(try titles("title", .equal, .text("' OR 1=1 --")) == [])
    let stations = try reader.list(
      RecordQuery(kind: "headcounts", conditions: [.init("people", .greater, .text("9"))]))
    #expect(stations.records.count == 1)
    #expect(stations.records[0].fields.contains(.init("people", .integer(12))))
  }

  private let sessionID = "00000000-0000-7000-8000-000000000001"

  @Test func anUnknownNameIsRefusedWithTheNearest() throws {
    let lab = try StoreFixture(number: 1)
    let reader = try lab.reader()
    #expect {
      try reader.list(RecordQuery(kind: "ideea"))
    } throws: { "\($0)".contains("Did you mean idea?") }
    #expect {
      try reader.list(RecordQuery(kind: "idea", sort: [.init("titel")]))
    } throws: { "\($0)".contains("Did you mean title?") }
  }

  @Test(arguments: [false, true])
  func pagesGoOnAfterTheLastRowWhateverIsNull(isDescending: Bool) throws {
    let lab = try StoreFixture(number: 1)
    for title in ["NULL", "'b'", "'a'", "'b'", "NULL", "'c'", "''"] {
      try lab.sql("INSERT INTO ideas (title, state) VALUES (\(title), 'captured')")
    }
    let reader = try lab.reader()
    var query = RecordQuery(
      kind: "idea", sort: [.init("title", descending: isDescending), .init("state")])
    let whole = try reader.list(query).records
    query.limit = 2
    var paged: [StoredRecord] = []
    repeat {
      let page = try reader.list(query)
      #expect(page.records.count <= 2)
      paged += page.records
      query.cursor = page.cursor
    } while query.cursor != nil && paged.count < 20
    #expect(paged == whole)
    #expect(whole.count == 7)
    query.sort = []
    query.cursor = "[\"idea:title,id\",\"a\",\"b\"]"
    #expect(throws: StoreError.self) { try reader.list(query) }
  }

  @Test func aRecordIsFoundByIdByItsBeginningAndByItsKey() throws {
    let lab = try StoreFixture(number: 1)
    try lab.capture()
    let line = #"{"kind":"participant","key":"pam:u7","fields":{"code":"SL-7"}}"#
    _ = try lab.store.importLines(
      [Array(line.utf8)], firstLine: 1, project: lab.project, at: lab.now)
    let participant = RecordID.derived(
      project: lab.project, kind: "participant", foreignKey: "pam:u7")
    let (idea, ballot) = ("00000000-0000-7000-8000-00000000000a", "hands")
    try lab.sql(
      "INSERT INTO supports (idea, participant, ballot, value) VALUES (?, ?, ?, 1)",
      [idea, participant.description, ballot])
    try lab.capture()
    let reader = try lab.reader()
    let text = participant.description
    #expect(try reader.show("participant", id: text).id == participant)
    #expect(
      try reader.show("participant", id: String(text.prefix(9)).uppercased()).id == participant)
    #expect(try reader.show("participant", id: "pam:u7").id == participant)
    let support = RecordID.derived(
      project: lab.project, kind: "support",
      naturalKey: [.text(idea), .text(text), .text(ballot)])
    let found = try reader.show("support", id: String(support.description.prefix(8)))
    #expect(found.id == support)
    #expect(found.fields.contains(.init("ballot", .text("hands"))))
    #expect(throws: StoreError.self) { try reader.show("participant", id: "pam:u8") }
  }
}
