import Foundation
import LivingLab
import SQLiteStore
import SyncCore
import Testing

@testable import SyncDaemon

@Suite("What is noted beside the database")
struct StoreWitnessTests {
  private let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))
  private let now = Instant(monotonicMilliseconds: 1, wallMilliseconds: 1_700_000_000_000)

  private func store(in folder: borrowing TemporaryFolder) throws -> SQLiteStore {
    let store = try SQLiteStore.create(
      at: "\(folder.path)/store.db", side: .online, name: "hub", schema: LivingLab.schema,
      replica: ReplicaID(rawValue: .random()))
    try store.adopt(project)
    return store
  }

  private func add(_ store: SQLiteStore) throws {
    _ = try store.add("idea", fields: ["title": .text("t")], project: project, at: now)
  }

  @Test("A database that was put back is behind, and under its new name no more")
  func restored() throws {
    let folder = try TemporaryFolder()
    let store = try store(in: folder)
    var witness = StoreWitness(storePath: store.path)
    #expect(try !witness.isAhead(of: store))
    try add(store)
    try witness.update(from: store)
    #expect(try !witness.isAhead(of: store))
    try FileManager.default.copyItem(
      atPath: store.path, toPath: "\(folder.path)/copy.db")
    for end in ["-wal"] where FileManager.default.fileExists(atPath: store.path + end) {
      try FileManager.default.copyItem(
        atPath: store.path + end, toPath: "\(folder.path)/copy.db\(end)")
    }
    try add(store)
    // Ahead of its lines: a moment after a change.
    #expect(try !witness.isAhead(of: store))
    try witness.update(from: store)
    let copy = try SQLiteStore(
      opening: "\(folder.path)/copy.db", side: .online, schema: LivingLab.schema)
    #expect(try witness.isAhead(of: copy))
    _ = try copy.fork(at: ForkPoints(), now: now)
    #expect(try !witness.isAhead(of: copy))
    try witness.update(from: copy)
    #expect(try !witness.isAhead(of: copy))
  }

  @Test("Lines that are cut short or of another store say nothing", arguments: ["", "replica x\n"])
  func damaged(_ text: String) throws {
    let folder = try TemporaryFolder()
    let store = try store(in: folder)
    try text.write(toFile: "\(store.path).witness", atomically: false, encoding: .utf8)
    #expect(try !StoreWitness(storePath: store.path).isAhead(of: store))
  }
}
