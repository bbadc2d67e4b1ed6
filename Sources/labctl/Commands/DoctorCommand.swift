import ArgumentParser
import SyncControl

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Looks for what is wrong, and says how to mend it.",
    discussion: """
      The daemon, the way to the other side (name, port, key), a test round trip, the clock, the \
      disk, the store, and what waits. --fix does what harms nothing: it tries parked changes \
      again and connects at once. Ends with 4 where something is wrong.
      """)

  @Flag(help: "Mend what can be mended without harm.") var fix = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    var report = try Examination(client).report()
    if fix, report.findings.contains(where: \.isProblem) {
      report.mended = try mend(client)
      report.findings = try Examination(client).report().findings
    }
    if output.json { try printDocument(report) } else { try print(report) }
    try StandardOutput.flush()
    if report.findings.contains(where: \.isProblem) { throw Ended(status: .needsAttention) }
  }

  private func mend(_ client: borrowing ControlClient) throws -> [String] {
    let status = try client.ask(StatusRequest())
    var mended: [String] = []
    if status.parked > 0 {
      let result = try client.ask(ParkedRetryRequest())
      mended.append("parked changes tried again: \(result.applied) applied")
    }
    if status.side == .lab, !status.isPaused, status.connection.state != .unconfigured {
      do {
        mended.append(try client.ask(SyncRequest(action: .now)).words)
      } catch {
        guard error.exit == .needsAttention else { throw error }
        mended.append("connected at once: \(error.why)")
      }
    }
    return mended
  }

  private func print(_ report: DoctorReport) throws {
    for words in report.mended { try StandardOutput.line("done     \(Terminal.oneLine(words))") }
    let indent = String(repeating: " ", count: 9)
    for finding in report.findings {
      let mark =
        switch finding.state {
        case .good: "good"
        case .warning: "warning"
        case .problem: "WRONG"
        case .skipped: "skipped"
        }
      let gap = String(repeating: " ", count: 9 - mark.count)
      let lines = Terminal.wrapped("\(finding.check): \(finding.words)", indent: 9)
      let first = "\(finding.isProblem ? Terminal.bold(mark) : mark)\(gap)"
      try StandardOutput.line(first + lines.joined(separator: "\n" + indent))
      guard let remedy = finding.remedy else { continue }
      let advice = Terminal.wrapped("→ \(remedy)", indent: 9)
      try StandardOutput.line(indent + advice.joined(separator: "\n" + indent))
    }
    let problems = report.findings.count(where: \.isProblem)
    try StandardOutput.line()
    try StandardOutput.line(
      problems == 0
        ? "Nothing is wrong."
        : "\(Words.count(problems, "thing")) \(problems == 1 ? "is" : "are") wrong.")
  }
}
