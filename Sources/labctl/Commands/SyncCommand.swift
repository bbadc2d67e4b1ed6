import ArgumentParser
import SyncControl

struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Connects now, pauses, or goes on.",
    discussion: """
      now: connects at once; while a sync runs, another one follows it. \
      pause: ends the connection and makes none until resume; capture goes on.
      """)

  @Argument(help: "now, pause or resume.") var action: SyncRequest.Action
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let confirmation = try connection.ask(SyncRequest(action: action))
    if output.json { return try printDocument(confirmation) }
    try StandardOutput.line(Terminal.harmless(confirmation.words))
  }
}

extension SyncRequest.Action: ExpressibleByArgument {}
