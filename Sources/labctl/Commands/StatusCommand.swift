import ArgumentParser
import Glibc
import SyncControl

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Says how things stand.",
    discussion: """
      --check ends with 4 unless everything is in sync and nothing asks for a person, and says \
      why. --watch prints again every two seconds until it is interrupted.
      """)

  @Flag(help: "Print again every two seconds.") var watch = false
  @Flag(help: "End with status 4 unless all is well.") var check = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if watch && check { throw ValidationError("--watch and --check do not go together.") }
  }

  func run() throws {
    guard watch else {
      let status = try connection.ask(StatusRequest())
      try print(status)
      try StandardOutput.flush()
      return try judge(status)
    }
    while true {
      do {
        try watch(through: connection.client())
      } catch let failure as ControlFailure where failure.exit == .daemonUnreachable {
        StandardError.line("labctl: \(Terminal.harmless("\(failure)"))")
        sleep(2)
      }
    }
  }

  private func watch(through client: borrowing ControlClient) throws {
    while true {
      let status = try client.ask(StatusRequest())
      if !output.json, Terminal.isTerminal(STDOUT_FILENO) {
        // To the top left corner, and nothing below it.
        try StandardOutput.write(Array("\u{1B}[H\u{1B}[2J".utf8), to: STDOUT_FILENO)
      }
      try print(status)
      if !output.json { try StandardOutput.line() }
      try StandardOutput.flush()
      sleep(2)
    }
  }

  private func print(_ status: Status) throws {
    if output.json { return try printDocument(status) }
    let report = StatusReport(status)
    try StandardOutput.line(Terminal.bold(Terminal.harmless(report.headline)))
    try StandardOutput.line()
    try printPairs(try report.pairs())
  }

  private func judge(_ status: Status) throws {
    guard check else { return }
    let reasons = StatusReport(status).reasonsToLook
    if reasons.isEmpty { return }
    StandardError.line("labctl: somebody has to look: \(reasons.joined(separator: "; ")).")
    throw Ended(status: .needsAttention)
  }
}
