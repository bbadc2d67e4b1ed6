import ArgumentParser
import Glibc
import SyncControl

extension ReportRequest.Name: ExpressibleByArgument {}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Counts what came of it, and says how complete that is.",
    discussion: """
      kpi has every figure, reach and participation go session by session, innovation is about \
      ideas. What was estimated stands beside what was measured and is never added to it. A \
      report is complete, or provisional with the names of the laptops that are missing.

        labctl report kpi --from 2016-01-01 --to 2016-12-31 --html report.html
      """)

  @Argument(help: "kpi, reach, participation or innovation.") var report: ReportRequest.Name
  @Option(help: ArgumentHelp("The first day (UTC), or a moment.", valueName: "date"))
  var from: String?
  @Option(
    help: ArgumentHelp("The last day (UTC), or the moment after the last.", valueName: "date"))
  var to: String?
  @Option(help: "The project's id. Default: all projects of the store.") var project: String?
  @Option(help: "Only one session, by its id.") var session: String?
  @Option(help: "Only ideas and people of this segment.") var segment: String?
  @Option(help: "Contacts of whoever did not say how many. Default: 100.") var contacts: Int?
  @Flag(help: "Print the figures as CSV.") var csv = false
  @Option(
    help: ArgumentHelp(
      "With --csv: a table instead, such as sessions, contributions or funnel.", valueName: "name"))
  var table: String?
  @Option(
    help: ArgumentHelp(
      "Write a page with plots that needs no network; --csv or --json print besides.",
      valueName: "file"))
  var html: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if csv && output.json { throw ValidationError("--csv and --json do not go together.") }
    if table != nil && !csv { throw ValidationError("--table goes with --csv.") }
  }

  func run() throws {
    let report = try connection.ask(
      ReportRequest(
        report, from: from, to: to, project: project, session: session, segment: segment,
        contacts: contacts, withPlots: html != nil || table != nil))
    if let html {
      let file = try OutputFile(html)
      try file.add(Array(ReportPage(report).html.utf8))
      try file.finish()
      if csv || output.json { StandardError.line("\(html): the page is written") }
    }
    if output.json { return try printDocument(report) }
    if csv { return try printCSV(of: report) }
    if let html {
      return try StandardOutput.line("\(html): \(Terminal.harmless(report.completeness.words))")
    }
    try ReportText(report).print()
  }

  private func printCSV(of report: Report) throws {
    let sheet: CSVSheet
    if let table {
      guard let found = report.tables.first(where: { $0.name == table }) else {
        let names = report.tables.map(\.name)
        let nearest = Spelling.nearest(to: table, among: names)
        throw ControlFailure(
          what: "this report has no table '\(table)'",
          why: nearest.map { "did you mean \($0)?" } ?? "",
          remedy: "--table \(names.joined(separator: ", --table "))", exit: .usage)
      }
      sheet = CSVSheet(found)
    } else {
      sheet = CSVSheet(report.rows)
    }
    try StandardOutput.write(Array(sheet.text.utf8), to: STDOUT_FILENO)
    try StandardOutput.flush()
    StandardError.line(Terminal.harmless(report.completeness.words))
  }
}
