import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import Testing

@testable import SyncDaemon

@Suite("A bundle that was made to do harm")
struct BundleHostileTests {
  private let lab: BundleSide
  private let hub: BundleSide

  init() throws {
    lab = try BundleSide("Table 3", number: 1)
    hub = try BundleSide("hub", .online, number: 2)
  }

  /// So many batches of runs of one change each, all of different replicas.
  private func crowd(batches: Int, of size: Int) throws -> [UInt8] {
    let whole = try BundleSide.messages(of: lab.bundle())
    let crowd = (0..<batches).map { place in
      let runs = (0..<size).map { offset in
        ChangeRun(
          replica: ReplicaID(rawValue: UniqueID(high: 0xC, low: UInt64(place * size + offset))),
          firstSequence: 1, changes: [EncodedChange(bytes: [1, 2, 3], personal: [])])
      }
      return Message.batch(
        Batch(
          number: UInt64(place + 1),
          changes: ChangeBatch(project: BundleSide.project, lane: .records, runs: runs)))
    }
    return BundleSide.bundle(of: [whole[0]] + crowd + whole[1...])
  }

  @Test("with more origins than a project may have is refused before they are all read")
  func origins() throws {
    let failure = try #require(
      try hub.refusal(of: crowd(batches: 5, of: ProtocolLimits.origins / 4)))
    #expect(failure.why.contains("more origins than one may have"), "\(failure)")
    #expect(try hub.vector().origins.isEmpty)
  }

  @Test("is looked at in turns that are no longer for many small changes")
  func turns() throws {
    let bundle = try crowd(batches: 6, of: 1_000)
    let upload = BundleUploadRequest(cursor: nil, bytes: .init(bundle), isLast: true)
    var cursor = try hub.imports.take(upload, beside: hub.store.path, at: hub.now).cursor
    for turn in 1...5 {
      let progress = try hub.imports.goOn(
        BundleImportRequest(cursor: cursor), at: hub.now, store: &hub.store, link: hub.link)
      #expect(progress.phase == .checking && progress.done == 1_000 * turn)
      cursor = try #require(progress.cursor)
    }
  }

  @Test("that says how far projects go which are not here has nothing of that kept")
  func vectorsElsewhere() throws {
    let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))
    let both = try BundleSide("Table 4", number: 3, projects: [BundleSide.project, other])
    try both.add("idea", ["title": .text("here")], in: BundleSide.project)
    try both.add("idea", ["title": .text("there")], in: other)
    let file = try SpoolFile(beside: hub.store.path)
    try file.append(both.bundle())
    var check = try BundleCheck(of: file)
    while try !check.goOn(file, store: hub.store) {}
    #expect(Array(check.stated.keys) == [BundleSide.project] && check.changes == 2)
  }

  /// The bundle as another machine would have made it.
  private func bundle(by replica: ReplicaID, called name: String) throws -> [UInt8] {
    BundleSide.bundle(
      of: try BundleSide.messages(of: lab.bundle()).map { message in
        guard case .hello(var hello) = message else { return message }
        hello.introduction.replica = replica
        hello.introduction.name = name
        return .hello(hello)
      })
  }

  @Test("gives no machine another name, and makes none known that owes receipts of erasures")
  func names() throws {
    try lab.addIdeas(3)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    #expect(try hub.take(lab.bundle()).applied == 3)
    #expect(try hub.store.replicaNames()[lab.replica] == "Table 3")
    #expect(try hub.take(bundle(by: lab.replica, called: "hub 2")).duplicates == 3)
    #expect(try hub.store.replicaNames()[lab.replica] == "Table 3")
    let nobody = ReplicaID(rawValue: UniqueID(high: 0xBAD, low: 1))
    #expect(try hub.take(bundle(by: nobody, called: "Table 9")).duplicates == 3)
    #expect(try hub.store.replicaNames()[nobody] == nil)
  }
}
