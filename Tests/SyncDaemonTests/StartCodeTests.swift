import Foundation
import Testing

@testable import SyncDaemon

@Suite("The code of a start")
struct StartCodeTests {
  /// Kilobytes of files that are resident in this process.
  private func residentFiles() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
    return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
  }

  @Test("is given back, and what is needed of it comes again")
  func givenBack() throws {
    // Other tests of this process need code of their own meanwhile, and more of it at the beginning.
    var isLess = false
    for _ in 0..<10_000 where !isLess {
      let before = try residentFiles()
      StartCode.giveBack()
      isLess = try residentFiles() < before
    }
    #expect(isLess)
    #expect("it goes on".uppercased() == "IT GOES ON")
  }
}
