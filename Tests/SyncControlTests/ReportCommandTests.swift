import Foundation
import SyncControl
import Testing

private let sampleReport = Report(
  report: .kpi, at: 1_772_384_460_000, projects: [.init(id: "p", name: "Un <hort> & més")],
  from: 1_451_606_400_000, until: 1_483_228_800_000,
  completeness: .init(
    isComplete: false,
    words: "provisional (1 laptop has or may have unsent changes: table-4 (synchronising now))",
    machines: [.init(name: "table-4", isMissing: true, lastHeard: 0, words: "synchronising now")]),
  assumptions: ["A sentence."],
  rows: [
    .init(
      objective: "living_lab", metric: "people", label: "distinct people named", unit: "count",
      measured: 63, measuredMost: 64),
    .init(
      objective: "living_lab", metric: "comments_positive_share", label: "positive comments",
      unit: "share", measured: 5_198.0 / 5_996, part: 5_198, whole: 5_996, basis: "neutral, apart"),
    .init(
      objective: "innovation", metric: "outcome_saving", group: "EUR", label: "saving",
      unit: "minor:EUR", measured: 123_456, estimated: 50),
    .init(
      objective: "innovation", metric: "outcome_saving", group: "JPY", label: "saving",
      unit: "minor:JPY", estimated: 1_000),
    .init(
      objective: "cost", metric: "queries_resolution_time_median", label: "median", unit: "hours",
      measured: 26),
  ],
  tables: [
    .init(
      name: "contributions", title: "Contributions by day",
      columns: [.init("from", "from", "date"), .init("ideas", "ideas", "count")],
      rows: [[.text("2016-03-01"), .integer(2)], [.text("2016-03-02"), .integer(5)]]),
    .init(
      name: "funnel", title: "How far ideas have come",
      columns: [.init("state", "step", "text"), .init("reached", "ideas", "count")],
      rows: [[.text("co_design"), .integer(7)]]),
    .init(
      name: "sessions", title: "Sessions",
      columns: [
        .init("id", "id", "text"), .init("title", "session", "text"), .init("at", "when", "time"),
        .init("attendees", "attendees", "count"),
      ],
      rows: [
        [.text("s"), .text("=cmd()<script>alert(1)</script>"), .integer(0), .integer(12)],
        [.text("t"), .text("Una sessió, \"la segona\""), .null, .integer(-3)],
      ]),
    .init(
      name: "tone", title: "Tone of comments",
      columns: [.init("tone", "tone", "text"), .init("comments", "comments", "count")],
      rows: [[.text("positive"), .integer(0)]]),
  ])

@Suite("labctl report")
struct ReportCommandTests {
  private func run(_ arguments: [String]) throws -> (run: Run, requests: [ControlRequest]) {
    let daemon = try PretendDaemon { _ in try ControlCodec.encode(answer: sampleReport) }
    defer { daemon.end() }
    return (try labctl(["report"] + arguments + ["--socket", daemon.path]), daemon.requests)
  }

  @Test("asks for what its options say")
  func asks() throws {
    let (_, requests) = try run([
      "reach", "--from", "2016-01-01", "--to", "2016-12-31", "--project", "p", "--session", "s",
      "--segment", "young", "--contacts", "50", "--json",
    ])
    #expect(
      requests == [
        .report(
          ReportRequest(
            .reach, from: "2016-01-01", to: "2016-12-31", project: "p", session: "s",
            segment: "young", contacts: 50))
      ])
  }

  @Test("says how complete it is before any figure, and keeps measured and estimated apart")
  func text() throws {
    let output = try run(["kpi"]).run.output
    #expect(
      output.hasPrefix("Report kpi: Un <hort> & més, 2016-01-01 to 2016-12-31\nprovisional ("))
    #expect(output.contains("\ndistinct people named  63–64"))
    #expect(
      output.contains(
        "\npositive comments      86.7 %               5,198 of 5,996; neutral, apart\n"))
    #expect(output.contains("\nsaving      \u{20}"))
    #expect(output.contains("\n  EUR       1,234.56 EUR  0.50 EUR"))
    #expect(output.contains("\n  JPY                     1,000 JPY"))
    #expect(output.contains("\nmedian  26.0 h"))
    #expect(!output.contains("\u{1B}"))
  }

  @Test("writes RFC 4180, and no text that a spreadsheet takes for a formula")
  func sheet() throws {
    let figures = try run(["kpi", "--csv"]).run
    #expect(
      figures.output.hasPrefix(
        "objective,metric,group,label,unit,measured,measured_most,estimated,part,whole,basis\r\n"
          + "living_lab,people,,distinct people named,count,63,64,,,,\r\n"
          + "living_lab,comments_positive_share,,positive comments,share,0.866911,,,5198,5996,"
          + "\"neutral, apart\"\r\n"))
    #expect(figures.errors.hasPrefix("provisional ("))
    let sessions = try run(["kpi", "--csv", "--table", "sessions"]).run
    #expect(
      sessions.output == "id,title,at,attendees\r\n"
        + "s,'=cmd()<script>alert(1)</script>,1970-01-01T00:00:00Z,12\r\n"
        + "t,\"Una sessió, \"\"la segona\"\"\",,-3\r\n")
    #expect(try run(["kpi", "--csv", "--table", "moons"]).run.status == 64)
    #expect(try run(["kpi", "--csv", "--json"]).run.status == 64)
    #expect(try run(["weather"]).run.status == 64)
  }

  @Test("writes one page that asks for nothing, with every plot and every number")
  func page() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID()).html").path
    defer { unlink(path) }
    let (run, requests) = try run(["kpi", "--html", path])
    #expect(run.status == 0)
    #expect(requests == [.report(ReportRequest(.kpi, withPlots: true))])
    let page = try String(contentsOfFile: path, encoding: .utf8)
    for banned in ["<script", "http://", "https://", "src=", "href=", "url(", "@import"] {
      #expect(!page.contains(banned), "\(banned)")
    }
    #expect(page.contains("<html lang=\"en\">"))
    #expect(page.contains("Un &lt;hort&gt; &amp; més"))
    #expect(page.contains("provisional (1 laptop has or may have unsent changes: table-4"))
    #expect(page.components(separatedBy: "<svg").count == 4)
    #expect(page.components(separatedBy: "role=\"img\"").count == 4)
    for words in ["63–64", "86.7 %", "1,234.56 EUR", "co_design", "Nothing yet."] {
      #expect(page.contains(words), "\(words)")
    }
    #expect(!page.contains("co design"), "a state has one spelling")
    // A page that is no well-formed XML would show that something was not escaped.
    #expect(balance(of: page) == 0)
    let nowhere = try self.run(["kpi", "--html", "/no/such/folder/r.html"]).run
    #expect(nowhere.status == 1)
    #expect(nowhere.errors.contains("/no/such/folder/r.html could not be written"))
  }

  @Test(
    "writes the page and prints the figures when both are asked for",
    arguments: ["--csv", "--json"])
  func both(option: String) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID()).html").path
    defer { unlink(path) }
    let run = try run(["kpi", option, "--html", path]).run
    #expect(run.status == 0)
    #expect(try run.output == self.run(["kpi", option]).run.output)
    #expect(run.errors.hasPrefix("\(path): the page is written\n"))
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("<html"))
  }

  @Test("a table that there is not is named with those that there are")
  func tables() throws {
    let run = try run(["kpi", "--csv", "--table", "sesions"]).run
    #expect(run.status == 64)
    #expect(
      run.errors
        == "labctl: this report has no table 'sesions' (did you mean sessions?). "
        + "Try: --table contributions, --table funnel, --table sessions, --table tone\n")
  }

  /// Elements that were begun and not ended, beyond those that end by themselves.
  private func balance(of page: String) -> Int {
    let begun = page.matches(of: /<[a-z][a-z0-9]*(?:\s[^>]*)?>/).filter { match in
      let tag = page[match.range]
      return !tag.hasSuffix("/>") && !tag.hasPrefix("<meta")
    }
    return begun.count - page.matches(of: /<\/[a-z][a-z0-9]*>/).count
  }
}

@Suite("labctl events and metrics")
struct ObserveCommandTests {
  private static let event = DaemonEvent(
    number: 42, at: 1_772_384_460_000, event: "batchApplied",
    fields: ["device": .text("table-4"), "accepted": .integer(200)])

  @Test("prints one event a line, for people and for programs")
  func events() throws {
    let answering: PretendDaemon.Answering = { _ in
      try ControlCodec.encode(answer: EventPage(run: "r", events: [Self.event]))
    }
    let daemon = try PretendDaemon(answering: answering)
    defer { daemon.end() }
    #expect(
      try labctl(["events", "--socket", daemon.path]).output
        == "2026-03-01T17:01:00+00:00 batchApplied accepted=200 device=table-4\n")
    #expect(
      try labctl(["events", "--json", "--socket", daemon.path]).output
        == #"{"at":1772384460000,"event":"batchApplied","fields":{"accepted":200,"device":"table-4"},"number":42,"version":1}"#
        + "\n")
  }

  @Test("follows from the last number it was given, and waits less than its timeout")
  func follows() throws {
    let daemon = try PretendDaemon { request in
      guard case .events(let request) = request else { throw CancellationError() }
      if (request.after ?? 0) >= 43 {
        throw ControlFailure(what: "enough", why: "", remedy: "")
      }
      var event = Self.event
      event.number = (request.after ?? 41) + 1
      return try ControlCodec.encode(answer: EventPage(run: "r", events: [event]))
    }
    defer { daemon.end() }
    let run = try labctl(["events", "--follow", "--json", "--socket", daemon.path])
    #expect(run.output.split(separator: "\n").count == 2)
    #expect(run.errors == "labctl: enough\n")
    #expect(
      daemon.requests == [
        .events(EventsRequest()),
        .events(EventsRequest(after: 42, run: "r", waitMilliseconds: 15_000)),
        .events(EventsRequest(after: 43, run: "r", waitMilliseconds: 15_000)),
      ])
  }

  @Test("prints metrics as they are")
  func metrics() throws {
    let daemon = try PretendDaemon { _ in
      try ControlCodec.encode(answer: MetricsText(text: "# HELP a b\na 1\n"))
    }
    defer { daemon.end() }
    #expect(try labctl(["metrics", "--socket", daemon.path]).output == "# HELP a b\na 1\n")
  }
}
