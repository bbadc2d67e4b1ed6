import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Several projects in one store")
struct ProjectsTests {
  private let other = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 2))

  @Test("The same natural key in two of them parks the second and blocks nothing behind it")
  func sameKey() throws {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    try online.store.adopt(other)
    try online.sql(
      "INSERT INTO mentions (project, network, external_id) VALUES (?, 'web', '1')",
      [other.description])
    try online.capture()
    try lab.sql("INSERT INTO mentions (network, external_id) VALUES ('web', '1'), ('web', '2')")
    try exchange(lab, online)
    #expect(try online.count("SELECT count(*) FROM mentions") == 2)
    #expect(try online.count("SELECT count(*) FROM sync_parked") == 1)
    #expect(try online.store.vector(of: online.project) == lab.store.vector(of: lab.project))
  }
}
