import Foundation
import Logging
import SQLiteStore
import SyncControl
import Synchronization
import Testing

@testable import SyncDaemon

/// Keeps lines.
final class Lines: Sendable {
  private let kept = Mutex<[String]>([])
  var all: [String] { kept.withLock { $0 } }
  func add(_ line: String) { kept.withLock { $0.append(line) } }
}

@Suite("The log")
struct LoggingTests {
  private func lines(
    _ form: StandardErrorLog.Form, _ logging: (inout Logger) -> Void
  ) -> [String] {
    let lines = Lines()
    var logger = Logger(label: "test") { _ in
      StandardErrorLog(level: .debug, form: form) { lines.add($0) }
    }
    logging(&logger)
    return lines.all
  }

  @Test("has the journal's priority, the sentence, and metadata in a constant order")
  func journal() {
    let lines = lines(.journal) { logger in
      logger[metadataKey: "peer"] = "table 3"
      logger.critical("a", metadata: ["z": "1", "b": "x=\"y\""])
      logger.error("b")
      logger.warning("c\nd\u{1B}[2J")
      logger.notice("e")
      logger.info("f", metadata: ["list": ["1", "2"], "peer": "4"])
      logger.debug("g", metadata: ["empty": ""])
      logger.trace("not at this level")
    }
    #expect(
      lines == [
        "<2>a b=\"x=\\\"y\\\"\" peer=\"table 3\" z=1\n", "<3>b peer=\"table 3\"\n",
        "<4>c d [2J peer=\"table 3\"\n", "<5>e peer=\"table 3\"\n", "<6>f list=[1,2] peer=4\n",
        "<7>g empty=\"\" peer=\"table 3\"\n",
      ])
  }

  @Test("has time and level where no journal reads it")
  func timed() throws {
    let line = try #require(lines(.timed) { $0.warning("slow") }.first)
    let pattern = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z warning slow\n/
    #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
  }

  @Test("knows the journal by the socket that the standard error is, not by the variable alone")
  func form() throws {
    var information = stat()
    try #require(fstat(STDERR_FILENO, &information) == 0)
    let own = "\(information.st_dev):\(information.st_ino)"
    #expect(StandardErrorLog.form(environment: ["JOURNAL_STREAM": own]) == .journal)
    #expect(StandardErrorLog.form(environment: ["JOURNAL_STREAM": "1:2"]) == .timed)
    #expect(StandardErrorLog.form(environment: [:]) == .timed)
  }

  @Test("has what failed otherwise than by the request, and nothing of what was asked in vain")
  func failures() throws {
    let lines = lines(.journal) { logger in
      let failures = [
        ControlFailure(
          of: StoreError.database(doing: "looking", message: "no such table: ideas", code: 1),
          in: logger),
        ControlFailure(of: CancellationError(), in: logger),
        ControlFailure(
          of: StoreError.refused(what: "The idea x", why: "there is none", hint: "List them"),
          in: logger),
        ControlFailure(
          of: ControlFailure(what: "a", why: "b", remedy: "c", exit: .usage), in: logger),
      ]
      #expect(
        failures.map(\.what) == [
          "looking did not work", "the request could not be carried out",
          "the idea x: there is none", "a",
        ])
    }
    #expect(
      lines == [
        "<3>a request failed why=\"While looking: no such table: ideas (SQLite code 1).\"\n",
        "<3>a request failed why=CancellationError()\n",
      ])
  }
}
