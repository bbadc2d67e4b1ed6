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
    let before = try residentFiles()
    StartCode.giveBack()
    #expect(try residentFiles() < before)
    #expect("it goes on".uppercased() == "IT GOES ON")
  }
}
