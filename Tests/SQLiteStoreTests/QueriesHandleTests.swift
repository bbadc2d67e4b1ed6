import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

/// A record by what people call it: a participant by the code on the badge.
@Suite struct QueriesHandleTests {
  private let lab: StoreFixture
  private let ada: RecordID
  private let jordi: RecordID
  private let twin: RecordID

  init() throws {
    lab = try StoreFixture(number: 1)
    let store = lab.store
    let now = lab.now
    func add(_ code: String, _ name: String) throws -> RecordID {
      try store.add(
        "participant", fields: ["code": .text(code), "display_name": .text(name)], at: now
      ).record
    }
    ada = try add("SL-0042", "Ada")
    jordi = try add("SL-0043", "Jordi")
    twin = try add("SL-0043", "Jordi twin")
  }

  private func sentence(_ body: () throws -> some Any) -> String {
    do { return "\(try body())" } catch { return "\(error)" }
  }

  @Test func aParticipantIsShownSetExplainedAndRemovedByCode() throws {
    let reader = try lab.reader()
    #expect(try reader.show("participant", id: "SL-0042").id == ada)
    #expect(try reader.explain("participants", id: "SL-0042").record == ada)
    let set = try lab.store.set(
      "participant", id: "SL-0042", RecordEdit(fields: ["locale": .text("ca")]), at: lab.now)
    #expect(set.record == ada && set.isChanged)
    #expect(throws: StoreError.self) { try reader.show("participant", id: "sl-0042") }
    #expect(throws: StoreError.self) { try reader.show("participant", id: "") }
    // No other kind has a field that people call its records by.
    _ = try lab.store.add("idea", fields: ["title": .text("Garden")], at: lab.now)
    #expect(throws: StoreError.self) { try reader.show("idea", id: "Garden") }
    #expect(try lab.store.remove("participant", id: "SL-0042", at: lab.now).record == ada)
    #expect(throws: StoreError.self) { try reader.show("participant", id: "SL-0042") }
  }

  @Test func aReferenceNamesAParticipantByCode() throws {
    let idea = try lab.store.add(
      "idea", fields: ["title": .text("Garden"), "authors": .text("SL-0042")], at: lab.now)
    let id = idea.record.description
    #expect(try lab.text("SELECT authors FROM ideas") == "[\"\(ada)\"]")
    _ = try lab.store.set(
      "idea", id: id, RecordEdit(removing: ["authors": ["SL-0042"]]), at: lab.now)
    #expect(try lab.text("SELECT coalesce(authors, '[]') FROM ideas") == "[]")
    _ = try lab.store.set(
      "idea", id: id, RecordEdit(adding: ["authors": ["SL-0042"]]), at: lab.now)
    let comment = try lab.store.add(
      "comment",
      fields: [
        "idea": .text(id), "body": .text("b"), "author": .text("SL-0042"),
        "changed_by": .text("SL-0042"),
      ], at: lab.now)
    #expect(try lab.text("SELECT author FROM comments") == ada.description)
    let found = try lab.reader().list(
      RecordQuery(kind: "idea", conditions: [.init("authors", .contains, .text("SL-0042"))]))
    #expect(found.records.map(\.id) == [idea.record])
    let written = try lab.reader().list(
      RecordQuery(kind: "comment", conditions: [.init("author", .equal, .text("SL-0042"))]))
    #expect(written.records.map(\.id) == [comment.record])
    let unknown = sentence {
      try lab.store.add("comment", fields: ["author": .text("SL-9")], at: lab.now)
    }
    #expect(unknown.contains("author names no participant: 'SL-9' is no id, import key or code"))
  }

  @Test func twoWithOneCodeAreToldApartByTheId() throws {
    let both = [(jordi, "Jordi"), (twin, "Jordi twin")].sorted { $0.0 < $1.0 }
      .map { "\($0.0) (\($0.1))" }.joined(separator: ", ")
    let reader = try lab.reader()
    let sentences = [
      sentence { try reader.show("participant", id: "SL-0043") },
      sentence { try reader.explain("participant", id: "SL-0043") },
      sentence {
        try lab.store.add("idea", fields: ["authors": .text("SL-0043")], at: lab.now)
      },
      sentence {
        try reader.list(
          RecordQuery(kind: "idea", conditions: [.init("authors", .contains, .text("SL-0043"))]))
      },
      sentence { try lab.store.erase("SL-0043", at: lab.now) },
    ]
    for words in sentences {
      #expect(words.contains("Two participants have the code SL-0043"), "\(words)")
      #expect(words.contains(both) && words.contains("Give the id."), "\(words)")
    }
    #expect(try lab.count("SELECT count(*) FROM ideas") == 0)
  }

  @Test func anImportKeyThatIsAnothersCodeNamesNeither() throws {
    let line = #"{"kind":"participant","key":"SL-0042","fields":{"code":"SL-7"}}"#
    _ = try lab.store.importLines(
      [Array(line.utf8)], firstLine: 1, project: lab.project, at: lab.now)
    #expect(
      sentence { try lab.reader().show("participant", id: "SL-0042") }.contains("more than one"))
    #expect(
      sentence {
        try lab.store.add("comment", fields: ["author": .text("SL-0042")], at: lab.now)
      }.contains("Give the id."))
    // A line of an import names by ids and keys alone.
    let idea = #"{"kind":"idea","key":"i","fields":{"authors":["SL-0042","SL-0043"]}}"#
    _ = try lab.store.importLines(
      [Array(idea.utf8)], firstLine: 1, project: lab.project, at: lab.now)
    let keys = ["SL-0042", "SL-0043"].map {
      RecordID.derived(project: lab.project, kind: "participant", foreignKey: $0).description
    }
    #expect(
      try lab.text("SELECT authors FROM ideas")
        == JSONValue.canonicalSet(keys))
  }

  @Test func erasingWantsTheWholeIdAndSaysWhoseCodeItIs() throws {
    let words = sentence { try lab.store.erase("SL-0042", at: lab.now) }
    #expect(words.contains("wants the whole id, and 'SL-0042' is the code of \(ada)"), "\(words)")
    let start = String(ada.description.prefix(35))
    #expect(sentence { try lab.store.erase(start, at: lab.now) }.contains("is short for \(ada)"))
    _ = try lab.store.erase(ada.description, at: lab.now)
    #expect(try lab.reader().erasure(of: "SL-0042").participant == ada)
  }

  @Test func aMistypedKindLeadsToNoneThatTakesBackOrErases() {
    for name in ["vote", "voids", "void_", "revocations_", "erasures_", "erasure_receip"] {
      let words = sentence { try LivingLab.schema.declaration(of: name) }
      for kind in ["void?", "revocation?", "erasure?", "erasure_receipt?"] {
        #expect(!words.contains(kind), "\(words)")
      }
    }
    #expect(sentence { try LivingLab.schema.declaration(of: "xyzxyzxyzxyz") }.contains("idea"))
    #expect(!sentence { try LivingLab.schema.declaration(of: "xyzxyzxyzxyz") }.contains("void"))
  }
}
