import Foundation
import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import Testing

@testable import SyncDaemon

/// A store, with both services beside it, asked as labctl asks.
private final class ServiceFixture {
  let folder: URL
  var store: SQLiteStore
  var reading: ReadService
  var writing: WriteService
  let now = Instant(
    monotonicMilliseconds: 1_700_000_000_000, wallMilliseconds: 1_700_000_000_000)

  static let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))

  init(_ name: String, side: Side = .lab, number: UInt64) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("labsync-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try SQLiteStore.create(
      at: folder.appendingPathComponent("store.db").path, side: side, name: name,
      schema: LivingLab.schema, replica: ReplicaID(rawValue: UniqueID(high: 0xA000, low: number)))
    try store.adopt(Self.project)
    let names = ReplicaNames([
      ReplicaID(rawValue: UniqueID(high: 0xA000, low: 1)): "Table 3",
      ReplicaID(rawValue: UniqueID(high: 0xA000, low: 2)): "Hub",
    ])
    reading = ReadService(
      reader: try StoreReader(opening: store.path, schema: LivingLab.schema), names: names)
    writing = WriteService(names: names)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Asks over the bytes of the control protocol.
  func ask<Question: ControlQuestion>(_ question: Question) throws -> Question.Answer {
    let request = try ControlCodec.decodeRequest(ControlCodec.encode(question))
    let answer: [UInt8]
    switch request.service {
    case .reading, .reporting: answer = try reading.answer(to: request, at: now)
    case .writing: answer = try writing.answer(to: request, store: &store, at: now)
    case .loop: throw ControlFailure(what: "asked the loop", why: "", remedy: "")
    }
    return try ControlCodec.decodeAnswer(to: Question.self, answer)
  }

  func failure<Question: ControlQuestion>(_ question: Question) throws -> ControlFailure {
    do {
      _ = try ask(question)
    } catch let failure as ControlFailure {
      return failure
    }
    throw ControlFailure(what: "nothing failed", why: "", remedy: "")
  }

  /// Everything that the other has and this lacks.
  func receive(from other: ServiceFixture) throws {
    for lane in Lane.allCases {
      while let batch = try other.store.changes(
        in: Self.project, lane: lane, notIn: store.vector(of: Self.project),
        atMost: BatchBounds(bytes: 100_000, rows: 10))
      {
        let applied = try store.apply(batch, at: now)
        guard !applied.positions.isEmpty else {
          throw ControlFailure(what: "the exchange makes no progress", why: "", remedy: "")
        }
      }
    }
  }
}

@Suite struct ControlServiceTests {
  @Test func aRecordIsAddedChangedListedAndRemoved() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let added = try lab.ask(
      AddRequest(kind: "idea", fields: ["title": .text("Garden"), "tags": .array([.text("eco")])]))
    #expect(added.isChanged)
    let changed = try lab.ask(
      SetRequest(
        kind: "idea", id: added.id, fields: ["state": .text("submitted")],
        adding: ["tags": ["water"]], seen: added.revision))
    #expect(changed.isChanged)
    let page = try lab.ask(
      ListRequest(
        kind: "ideas", conditions: [try FieldCondition(parsing: "title~GARD")], sort: ["-title"]))
    #expect(page.columns.prefix(2) == ["title", "state"])
    #expect(page.records.first?.fields["tags"] == .array([.text("eco"), .text("water")]))
    #expect(page.records.first?.revision == changed.revision)
    let shown = try lab.ask(ShowRequest(kind: "idea", id: added.id))
    #expect(shown.record == page.records.first && shown.conflicts.isEmpty)
    #expect(try lab.ask(RemoveRequest(kind: "idea", id: added.id)).isChanged)
    let failure = try lab.failure(ShowRequest(kind: "idea", id: added.id))
    #expect(failure.what.hasSuffix("it was removed"))
    #expect(failure.remedy.contains("labctl explain idea"))
  }

  @Test func refusalsAreSentencesForAPerson() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let unknown = try lab.failure(AddRequest(kind: "idea", fields: ["titel": .text("x")]))
    #expect(
      unknown.description
        == "the field 'titel': an idea has no such field. Try: did you mean title?")
    let project = try lab.failure(ListRequest(kind: "idea", project: "here"))
    #expect(project.exit == .usage)
    let revision = try lab.failure(SetRequest(kind: "idea", id: "x", fields: [:], seen: "new"))
    #expect(revision.what == "'new' is no revision")
  }

  @Test func importedLinesAreExportedAgain() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let result = try lab.ask(
      ImportRequest(
        firstLine: 7,
        lines: [
          #"{"kind":"idea","key":"a:1","at":"2016-03-01T00:00:00Z","fields":{"title":"One"}}"#,
          "no json", "",
          #"{"kind":"idea","key":"a:1","at":"2016-03-01T00:00:00Z","fields":{"title":"One"}}"#,
        ]))
    #expect(result.accepted == 2 && result.changed == 1 && result.unchanged == 1)
    #expect(result.refused.map(\.line) == [8])
    let page = try lab.ask(ExportRequest(canonical: true))
    #expect(page.lines.count == 1 && page.cursor == nil)
    #expect(page.lines[0].contains(#""title":"One""#))
    let other = try ServiceFixture("Table 4", number: 2)
    #expect(try other.ask(ImportRequest(firstLine: 1, lines: page.lines)).changed == 1)
    #expect(try other.ask(ExportRequest(canonical: true)).lines == page.lines)
  }

  @Test func aConflictIsToldResolvedExplainedAndOpenedAgain() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let online = try ServiceFixture("Hub", side: .online, number: 2)
    let session = try lab.ask(AddRequest(kind: "session", fields: ["title": .text("First")]))
    try online.receive(from: lab)
    let ada = try lab.ask(
      AddRequest(kind: "participant", fields: ["display_name": .text("Ada")]))
    _ = try lab.ask(
      SetRequest(
        kind: "session", id: session.id,
        fields: ["title": .text("By lab"), "changed_by": .text(ada.id)]))
    _ = try online.ask(
      SetRequest(kind: "session", id: session.id, fields: ["title": .text("By online")]))
    try online.receive(from: lab)
    let page = try online.ask(ConflictListRequest())
    let summary = try #require(page.conflicts.first)
    #expect(summary.status == .open && summary.field == "title" && summary.valueCount == 2)
    #expect(try online.ask(ShowRequest(kind: "session", id: session.id)).conflicts == [summary])
    let detail = try online.ask(ConflictShowRequest(id: summary.id))
    #expect(Set(detail.values.map(\.replica)) == ["Table 3", "Hub"])
    let hers = try #require(detail.values.first { $0.who == "Ada" })
    #expect(hers.value == .text("By lab") && hers.side == .lab)
    #expect(hers.whatItHadSeen.hasPrefix("Its writer had “First” (on Table 3, "))
    #expect(detail.choice.contains("until a person decides"))

    let resolved = try online.ask(
      ConflictResolveRequest(id: summary.id, choice: .keep(hers.number), seen: detail.revision))
    #expect(resolved.summary.status == .settled && resolved.summary.shown == .text("By lab"))
    #expect(resolved.choice.hasPrefix("“By lab” was chosen: on Hub"))
    #expect(try online.ask(ConflictListRequest()).conflicts.isEmpty)
    #expect(try online.ask(ConflictListRequest(status: .settled)).conflicts.count == 1)
    let story = try online.ask(ExplainRequest(kind: "session", id: session.id))
    #expect(story.entries.contains { $0.effect == "shown, decides a conflict" })
    #expect(story.entries.count { $0.effect.hasPrefix("resolved by") } == 2)
    let undone = try online.ask(ConflictUndoRequest(id: summary.id))
    #expect(undone.summary.status == .open)
  }

  @Test func parkedChangesAreListedAndTriedAgain() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    #expect(try lab.ask(ParkedListRequest()).parked.isEmpty)
    #expect(try lab.ask(ParkedRetryRequest()) == ParkedRetryResult(applied: 0, stillParked: 0))
    #expect(try lab.failure(ParkedShowRequest(dot: "nonsense")).remedy.contains("parked list"))
  }

  @Test func numbersThatNothingCanHaveAreRefused() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    for first in [Int.min, 0, Int.max] {
      let failure = try lab.failure(ImportRequest(firstLine: first, lines: ["", "no json"]))
      #expect(failure.why == "there is no line \(first)")
    }
    _ = try lab.ask(AddRequest(kind: "idea", fields: ["title": .text("Garden")]))
    let greatest = try lab.failure(VerifyRequest(cursor: "0.0.\(Int64.max)"))
    #expect(greatest.what.contains("can not go on"))
  }

  @Test func aConflictHasNoValueWithANumberBelowOne() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let online = try ServiceFixture("Hub", side: .online, number: 2)
    let session = try lab.ask(AddRequest(kind: "session", fields: ["title": .text("First")]))
    try online.receive(from: lab)
    for (side, title) in [(lab, "By lab"), (online, "By online")] {
      _ = try side.ask(
        SetRequest(kind: "session", id: session.id, fields: ["title": .text(title)]))
    }
    try online.receive(from: lab)
    let conflict = try #require(try online.ask(ConflictListRequest()).conflicts.first)
    for number in [Int.min, -1, 0, 3] {
      let failure = try online.failure(
        ConflictResolveRequest(id: conflict.id, choice: .keep(number)))
      #expect(failure.description.contains("it has no value number \(number)"))
    }
  }

  @Test func everyRequestHasOneService() throws {
    let lab = try ServiceFixture("Table 3", number: 1)
    let wrong = ControlRequest.list(ListRequest(kind: "idea"))
    #expect(throws: ControlFailure.self) {
      try lab.writing.answer(to: wrong, store: &lab.store, at: lab.now)
    }
    #expect(ControlRequest.status(StatusRequest()).service == .loop)
  }
}
