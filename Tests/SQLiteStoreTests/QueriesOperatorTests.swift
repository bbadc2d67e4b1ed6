import Foundation
import GRDB
import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite struct QueriesOperatorTests {
  @Test func aCopyIsOfOneMomentWhileTheStoreIsWrittenToAndLeavesNoFile() throws {
    let fixture = try StoreFixture(number: 1)
    try fixture.sql("INSERT INTO ideas (title, body) VALUES ('one', 'old words')")
    _ = try fixture.capture()
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    let copy = try reader.copy()
    try fixture.sql("INSERT INTO ideas (title) VALUES ('two')")
    _ = try fixture.capture()
    var bytes = Data()
    while true {
      let piece = try copy.next(atMost: 10_000)
      if piece.isEmpty { break }
      bytes += piece
    }
    #expect(Int64(bytes.count) == copy.byteCount)
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
    #expect(!names.contains { $0.contains(".backup-") }, "\(names)")
    let path = fixture.folder.appendingPathComponent("copy.db")
    try bytes.write(to: path)
    let restored = try SQLiteStore(opening: path.path, side: .lab, schema: LivingLab.schema)
    #expect(restored.replica == fixture.store.replica)
    let titles = try DatabaseQueue(path: path.path).read {
      try String.fetchAll($0, sql: "SELECT title FROM ideas")
    }
    #expect(titles == ["one"])
  }

  @Test func aDamagedFileIsFoundAndAWholeOneIsNot() throws {
    let fixture = try StoreFixture(number: 1)
    for number in 0..<200 {
      try fixture.sql("INSERT INTO ideas (title, body) VALUES ('idea \(number)', 'words')")
    }
    _ = try fixture.capture()
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    #expect(try reader.findDamage().isEmpty)
    var bytes = Data()
    let copy = try reader.copy()
    while true {
      let piece = try copy.next(atMost: 1 << 20)
      if piece.isEmpty { break }
      bytes += piece
    }
    let place = bytes.count - 3 * 4096
    bytes.replaceSubrange(place..<place + 4096, with: Data(repeating: 0x5A, count: 4096))
    let path = fixture.folder.appendingPathComponent("damaged.db")
    try bytes.write(to: path)
    let words: [String]
    do {
      words = try StoreReader(opening: path.path, schema: LivingLab.schema).findDamage()
    } catch {
      words = ["\(error)"]
    }
    #expect(!words.isEmpty)
  }

  @Test func theLogGivesTheLastChangesAndThenThoseBehindAPosition() throws {
    let fixture = try StoreFixture(number: 1)
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    #expect(try reader.log(after: nil, limit: 5).isEmpty)
    for title in ["one", "two", "three"] {
      try fixture.sql("INSERT INTO ideas (title) VALUES (?)", [title])
      _ = try fixture.capture()
    }
    let last = try reader.log(after: nil, limit: 2)
    #expect(last.map(\.title) == ["two", "three"])
    #expect(last.allSatisfy { $0.kind == "idea" && $0.fields.contains("title") })
    let position = try #require(last.first?.position)
    #expect(try reader.log(after: position, limit: 10).map(\.title) == ["three"])
    #expect(try reader.log(after: .max, limit: 10).isEmpty)
  }

  @Test func aParkedChangeThatIsTakenBackAsksNobodyAnyMore() throws {
    let sender = try StoreFixture(number: 1)
    try sender.sql("INSERT INTO ideas (title) VALUES ('one')")
    _ = try sender.capture()
    let path = sender.folder.appendingPathComponent("older.db").path
    let older = Schema(kinds: LivingLab.schema.kinds.filter { $0.name != "idea" })
    let store = try SQLiteStore.create(
      at: path, side: .online, name: "older", schema: older,
      replica: ReplicaID(rawValue: UniqueID(high: 0xB000, low: 9)))
    try store.adopt(sender.project)
    let batch = try #require(
      try sender.store.changes(
        in: sender.project, lane: .records, notIn: store.vector(of: sender.project),
        atMost: BatchBounds(bytes: 1_000_000, rows: 1_000)))
    _ = try store.apply(batch, at: sender.now)
    let reader = try StoreReader(opening: path, schema: older)
    let entry = try #require(try reader.parked(limit: 10).parked.first)
    #expect(try store.figures(acknowledged: [:]).parked == 1)
    try store.discardParked(entry.dot.description, reason: "a test program", at: sender.now)
    #expect(try reader.parked(limit: 10).parked.isEmpty)
    #expect(try store.figures(acknowledged: [:]).parked == 0)
    #expect(throws: StoreError.self) {
      try store.discardParked("nonsense", reason: "", at: sender.now)
    }
  }
}
