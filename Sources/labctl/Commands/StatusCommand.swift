import ArgumentParser
import Glibc
import SyncControl

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Says how things stand.",
    discussion: """
      --check ends with 4 unless everything is in sync and nothing asks for a person, and says \
      why. --watch shows it on the whole terminal, anew every second, with how fast what waits \
      goes, until it is interrupted; where there is no terminal, it prints every two seconds.
      """)

  @Flag(help: "Show it anew, until interrupted.") var watch = false
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
    let isScreen = !output.json && Terminal.isTerminal(STDOUT_FILENO)
    if isScreen { return try WatchScreen.run(connection) }
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
    let words = Terminal.harmless(reasons.joined(separator: "; "))
    StandardError.line("labctl: somebody has to look: \(words).")
    throw Ended(status: .needsAttention)
  }
}
