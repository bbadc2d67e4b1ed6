import Foundation
import GRDB
import SQLiteStore
import SyncControl
import SyncCore
import Testing

@testable import SyncDaemon

@Suite("What stands in the way of a bundle")
struct BundleFailureTests {
  private let lab: BundleSide

  init() throws {
    lab = try BundleSide("Table 3", number: 1)
    try lab.addIdeas(6)
  }

  private func hub(room: @escaping (String) throws -> DiskRoom) throws -> BundleSide {
    let hub = try BundleSide("hub", .online, number: 2, room: room)
    try hub.enrol("Table 3", key: "a", as: [lab.replica])
    return hub
  }

  private func piece(_ size: Int?, of hub: BundleSide) throws -> BundleUpload {
    let request = BundleUploadRequest(
      cursor: nil, bytes: Data([1, 2, 3]), isLast: false, size: size)
    return try hub.imports.take(request, beside: hub.store.path, at: hub.now)
  }

  @Test("The disk keeps a reserve: 256 MiB, or a tenth of a small one")
  func reserve() {
    let (large, small) = (1 << 40, 1 << 30) as (Int64, Int64)
    #expect(DiskRoom(freeBytes: (256 << 20) + 5, diskBytes: large).hasRoom(for: 5))
    #expect(!DiskRoom(freeBytes: (256 << 20) + 5, diskBytes: large).hasRoom(for: 6))
    #expect(DiskRoom(freeBytes: small / 10 + 5, diskBytes: small).hasRoom(for: 5))
    #expect(!DiskRoom(freeBytes: small / 10 + 5, diskBytes: small).hasRoom(for: 6))
  }

  @Test("A piece that the disk has no room for is refused, and what came before is let go")
  func upload() throws {
    var free: Int64 = 1 << 30
    let hub = try hub { _ in DiskRoom(freeBytes: free, diskBytes: 1 << 40) }
    let cursor = try piece(nil, of: hub).cursor
    free = 256 << 20
    let next = BundleUploadRequest(cursor: cursor, bytes: Data([4]), isLast: false)
    let failure = #expect(throws: ControlFailure.self) {
      try hub.imports.take(next, beside: hub.store.path, at: hub.now)
    }
    #expect(failure?.why.hasPrefix("the disk is full") == true)
    #expect(failure?.remedy == "free some space; nothing was lost")
    free = 1 << 30
    #expect(throws: ControlFailure.self) {
      try hub.imports.take(next, beside: hub.store.path, at: hub.now)
    }
    // Nothing stands in the way of another.
    #expect(try hub.take(lab.bundle()).applied == 6)
  }

  @Test("A file that is larger than the disk has room for is refused with its first piece")
  func announced() throws {
    let hub = try hub { _ in DiskRoom(freeBytes: 1 << 30, diskBytes: 1 << 40) }
    #expect(throws: ControlFailure.self) { try piece(1 << 30, of: hub) }
    _ = try piece((1 << 30) - (256 << 20), of: hub)
  }

  @Test("Only a full disk is called full", arguments: [ENOSPC, EDQUOT, EIO, EMFILE])
  func disk(code: Int32) throws {
    let hub = try hub { _ in throw SystemError("look at the disk", code: code) }
    let failure = try #require(try hub.refusal(of: lab.bundle()))
    let isFull = code == ENOSPC || code == EDQUOT
    #expect((failure.why == "the disk is full") == isFull)
    #expect((failure.remedy == "free some space; nothing was lost") == isFull)
    #expect((failure.remedy == "check the disk") == (code == EIO))
  }

  @Test("What the store refuses in the middle leaves a part applied; the same again goes on")
  func middle() throws {
    let hub = try hub { try DiskRoom(of: $0) }
    let outside = try DatabaseQueue(path: hub.store.path)
    try outside.write { database in
      try database.execute(
        sql: """
          CREATE TRIGGER closed BEFORE INSERT ON ideas WHEN NEW.title LIKE '%: 5'
          BEGIN SELECT RAISE(ABORT, 'the call is closed'); END
          """)
    }
    let bundle = try BundleSide.split(lab.bundle(), by: 2)
    let failure = try #require(try hub.refusal(of: bundle))
    #expect(failure.what == "the bundle was taken in part" && failure.exit == .partlyDone)
    #expect(failure.why.contains("the call is closed"), "\(failure)")
    #expect(failure.remedy.hasSuffix("the same again: what was taken stays once"))
    #expect(try hub.vector().total == 4)
    try outside.write { try $0.execute(sql: "DROP TRIGGER closed") }
    let rest = try hub.take(bundle)
    #expect(rest.applied == 2 && rest.duplicates == 4)
  }

  @Test("What the store refuses at the beginning is not said to be taken in part")
  func beginning() throws {
    let hub = try hub { try DiskRoom(of: $0) }
    try DatabaseQueue(path: hub.store.path).write { database in
      try database.execute(
        sql: """
          CREATE TRIGGER closed BEFORE INSERT ON ideas
          BEGIN SELECT RAISE(ABORT, 'the call is closed'); END
          """)
    }
    let failure = try #require(try hub.refusal(of: lab.bundle()))
    #expect(!failure.what.contains("in part") && failure.exit == .failed)
    #expect(try hub.vector().origins.isEmpty)
  }
}
