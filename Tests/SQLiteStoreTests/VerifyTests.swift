import GRDB
import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Verifying the log")
struct VerifyTests {
  private func filled() throws -> StoreFixture {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    for number in 1...5 {
      try online.sql("INSERT INTO ideas (title) VALUES ('online \(number)')")
      try lab.sql("INSERT INTO ideas (title) VALUES ('lab \(number)')")
      try lab.sql("INSERT INTO participants (code, display_name) VALUES ('SL-\(number)', 'Ann')")
    }
    try exchange(lab, online)
    return lab
  }

  private func verify(_ fixture: StoreFixture) throws -> StoredVerification {
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    return try reader.verify()
  }

  /// Changes the log behind the back of its triggers, as a failing disk does.
  private func damage(_ fixture: StoreFixture, _ sql: String) throws {
    try fixture.sql("DROP TRIGGER sync_log_no_update")
    try fixture.sql("UPDATE sync_gate SET truncating = 1")
    try fixture.sql(sql)
  }

  @Test("A whole log has no damage")
  func whole() throws {
    let result = try verify(filled())
    #expect(result.damages.isEmpty)
    #expect(result.checked == 15 && result.total == 15)
    #expect(result.cursor == nil)
  }

  @Test(
    "A byte, a hash, a personal part or a row that is not as it was is found",
    arguments: [
      "UPDATE sync_log SET bytes = CAST(bytes || x'00' AS BLOB)",
      "UPDATE sync_log SET hash = zeroblob(16)",
      "UPDATE sync_log SET personal = x'0A0100120100'", "DELETE FROM sync_log",
    ])
  func damaged(_ sql: String) throws {
    let lab = try filled()
    let position = try lab.count(
      "SELECT max(position) FROM sync_log WHERE personal IS NOT NULL AND sequence = 6")
    try damage(lab, "\(sql) WHERE position = \(position)")
    let damages = try verify(lab).damages
    #expect(damages.map(\.sequence) == [6])
    #expect(damages.map(\.isOwn) == [true])
  }

  @Test("It goes on in parts, in which every change is looked at once")
  func parts() throws {
    let lab = try filled()
    let reader = try StoreReader(opening: lab.store.path, schema: LivingLab.schema)
    var result = try reader.verify(atMost: 4)
    var parts = 1
    while let cursor = result.cursor {
      result = try reader.verify(from: cursor, atMost: 4)
      parts += 1
    }
    #expect(parts == 4)
    #expect(result.checked == 15)
  }
}
