import Foundation
import Testing

@testable import SQLiteStore

@Suite("The changelog")
struct ChangelogTests {
  @Test("names the version of the store that this software writes")
  func storeVersion() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appending(path: "Deploy/CHANGELOG.md"), encoding: .utf8)
    let first = try #require(text.firstMatch(of: /Store version ([0-9]+)/))
    #expect(Int(first.1) == SyncTables.version)
  }
}
