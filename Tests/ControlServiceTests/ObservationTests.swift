import Foundation
import SyncControl
import Testing

@testable import SyncDaemon

/// A file of the package.
private func file(_ path: String) throws -> String {
  let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
  return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

private func status() -> Status {
  Status(
    side: .lab, replica: "r", name: "Taula 3", projects: [],
    connection: .init(state: .live, words: "connected", endpoint: nil, since: 0), outbox: 1,
    queued: 20, received: 3, durable: 4, confirmed: 5, oldestAgeSeconds: 77, conflicts: 2,
    settled: 17, parked: 6, held: 0, clockOffsetMilliseconds: -1_042, lastSync: 1_772_384_460_000,
    inSync: .init(value: false, at: nil), storeBytes: 4_096, software: "labsyncd", peers: [],
    isPaused: false)
}

@Suite struct MetricsTests {
  private let telemetry = Telemetry(startedAt: 1_772_384_400_000, run: "run")

  private func lines() -> [String] {
    MetricsReport(telemetry, status()).text.split(separator: "\n").map(String.init)
  }

  @Test func countersStartFromZeroWithEveryValueOfTheirLabel() {
    let lines = lines()
    for metric in Metric.allCases where metric.kind == .counter {
      if [.processCPU, .violations].contains(metric) { continue }
      let series =
        metric.label.map { label in
          label.values.map { "\(metric.rawValue){\(label.name)=\"\($0)\"} 0" }
        } ?? ["\(metric.rawValue) 0"]
      for line in series { #expect(lines.contains(line), "\(line) is missing") }
    }
  }

  @Test func namesSayTheirUnitAndCountersEndInTotal() {
    for metric in Metric.allCases {
      #expect(metric.rawValue.wholeMatch(of: /(labsync|process)_[a-z_]+/) != nil)
      #expect((metric.kind == .counter) == metric.rawValue.hasSuffix("_total"), "\(metric)")
      #expect(!metric.rawValue.contains("milliseconds"))
      #expect(!metric.help.isEmpty)
    }
  }

  @Test func gaugesAreOfTheStatusInBaseUnits() {
    let lines = lines()
    for line in [
      "labsync_build_info{side=\"lab\"} 1", "labsync_build_info{side=\"online\"} 0",
      "labsync_changes{stage=\"queued\"} 20", "labsync_unacknowledged_changes 24",
      "labsync_oldest_unacknowledged_age_seconds 77", "labsync_clock_offset_seconds -1.042",
      "labsync_connection_state{state=\"live\"} 1", "labsync_conflicts{status=\"settled\"} 17",
      "labsync_connection_state{state=\"paused\"} 0", "labsync_store_size_bytes 4096",
      "labsync_last_sync_timestamp_seconds 1772384460.000", "labsync_parked_changes 6",
      "process_start_time_seconds 1772384400.000",
    ] {
      #expect(lines.contains(line), "\(line) is missing")
    }
  }

  @Test func theHistogramAddsUp() {
    for milliseconds: Int64 in [0, 1, 3, 20, 21, 5_000] {
      telemetry.turned(milliseconds: milliseconds)
    }
    let turns = lines().filter { $0.hasPrefix("labsync_loop_turn_seconds") }
    #expect(
      turns == [
        "labsync_loop_turn_seconds_bucket{le=\"0.001\"} 2",
        "labsync_loop_turn_seconds_bucket{le=\"0.005\"} 3",
        "labsync_loop_turn_seconds_bucket{le=\"0.02\"} 4",
        "labsync_loop_turn_seconds_bucket{le=\"0.1\"} 5",
        "labsync_loop_turn_seconds_bucket{le=\"0.5\"} 5",
        "labsync_loop_turn_seconds_bucket{le=\"2.0\"} 5",
        "labsync_loop_turn_seconds_bucket{le=\"+Inf\"} 6",
        "labsync_loop_turn_seconds_sum 5.045", "labsync_loop_turn_seconds_count 6",
      ])
  }

  @Test(arguments: ["alerts.yaml", "dashboard.json"])
  func alertsAndDashboardUseTheseNamesAlone(name: String) throws {
    let text = try file("Deploy/monitoring/\(name)").replacing("\\\"", with: "\"")
    if name.hasSuffix(".json") {
      let dashboard = try JSONSerialization.jsonObject(
        with: Data(file("Deploy/monitoring/\(name)").utf8))
      #expect((dashboard as? [String: Any])?["panels"] is [[String: Any]])
    }
    var used: Set<Metric> = []
    for match in text.matches(of: /\b(?:labsync|process)_[a-z_]+(?:\{(?<labels>[^}]*)\})?/) {
      let words = text[match.range]
      let written = String(words.prefix { $0 != "{" })
      let base = ["_bucket", "_sum", "_count"].first { written.hasSuffix($0) }
        .map { String(written.dropLast($0.count)) }
      let metric = try #require(
        Metric(rawValue: written) ?? base.flatMap(Metric.init(rawValue:)), "\(written) is unknown")
      #expect(Metric(rawValue: written) != nil || metric.kind == .histogram)
      used.insert(metric)
      for label in String(match.output.labels ?? "").matches(of: /(\w+)(?:=~|!=|=)"([^"]*)"/)
      where label.1 != "instance" {
        #expect(metric.label?.name == String(label.1), "\(words)")
        for value in label.2.split(separator: "|") {
          #expect(metric.label?.values.contains(String(value)) == true, "\(words)")
        }
      }
    }
    #expect(used.count > 5)
  }

  @Test func everyMetricAndEveryEventIsOnItsPage() throws {
    let metrics = try file("Sources/SyncDaemon/Documentation.docc/Observing.md")
    for metric in Metric.allCases {
      #expect(metrics.contains("`\(metric.rawValue)`"), "\(metric.rawValue) is missing")
      for value in metric.label?.values ?? [] {
        #expect(metrics.contains("`\(value)`"), "\(value) of \(metric.rawValue) is missing")
      }
    }
    let events = try file("Sources/SyncControl/Documentation.docc/ControlProtocol.md")
    for event in EventName.allCases {
      #expect(events.contains("`\(event.rawValue)`"), "\(event.rawValue) is missing")
    }
  }
}

@Suite struct EventFeedTests {
  private let feed = EventFeed(run: "this")

  private func ask(_ request: EventsRequest, at time: Int64 = 0) -> EventPage? {
    var page: EventPage?
    feed.ask(request, at: time) { page = $0 }
    return page
  }

  @Test func whatIsThereIsAnsweredAtOnceAndNumbersGoOn() throws {
    for _ in 1...3 { feed.tell(.captured, [:], at: 5) }
    #expect(ask(EventsRequest())?.events.map(\.number) == [1, 2, 3])
    #expect(ask(EventsRequest(after: 2, run: "this", waitMilliseconds: 9))?.events.count == 1)
    #expect(ask(EventsRequest(after: 3, run: "this"))?.events == [])
    // Numbers of another run, or that were never given, mean nothing.
    #expect(ask(EventsRequest(after: 3, run: "that"))?.events.count == 3)
    #expect(ask(EventsRequest(after: 99, run: "this"))?.events == [])
  }

  @Test func whoWaitsIsAnsweredByTheNextEventOrWhenTheTimeIsOver() throws {
    var pages: [EventPage] = []
    feed.ask(EventsRequest(waitMilliseconds: 100), at: 0) { pages.append($0) }
    feed.answerWaiters(at: 99)
    #expect(pages.isEmpty)
    feed.answerWaiters(at: 100)
    #expect(pages.map(\.events.count) == [0])
    feed.ask(EventsRequest(waitMilliseconds: 100), at: 100) { pages.append($0) }
    feed.tell(.inSync, [:], at: 5)
    feed.answerWaiters(at: 101)
    feed.answerWaiters(at: 102)
    #expect(pages.map(\.events.count) == [0, 1])
  }

  @Test func whatIsForgottenIsCounted() throws {
    for _ in 1...(3 * EventFeed.remembered) { feed.tell(.captured, [:], at: 5) }
    let page = try #require(ask(EventsRequest(after: 10, run: "this")))
    #expect(page.events.count == EventFeed.remembered)
    #expect(page.missed == Int64(2 * EventFeed.remembered - 10))
    #expect(page.events.last?.number == Int64(3 * EventFeed.remembered))
  }

  @Test func onlySoManyMayWait() throws {
    var answered = 0
    for _ in 0...EventFeed.waiting {
      feed.ask(EventsRequest(waitMilliseconds: 1_000), at: 0) { _ in answered += 1 }
    }
    #expect(answered == 1)
  }
}
