import ArgumentParser
import SyncControl

struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Connects now, pauses, or goes on.",
    discussion: """
      now: connects at once; while a sync runs, another one follows it. \
      pause: ends the connection and makes none until resume; capture goes on. \
      While much has to travel, it says how far that is; --timeout counts from the last progress.
      """)

  @Argument(help: "now, pause or resume.") var action: SyncRequest.Action
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    var drain = DrainProgress()
    let confirmation: Confirmation
    do {
      let beside = try connection.client()
      confirmation = try client.ask(SyncRequest(action: action)) { drain.look(through: beside) }
      drain.clear()
    } catch {
      drain.clear()
      throw pausedOr(error)
    }
    if output.json { return try printDocument(confirmation) }
    try StandardOutput.line(Terminal.harmless(confirmation.words))
  }

  /// Where syncing is paused, there is nothing to look for.
  private func pausedOr(_ error: any Error) -> any Error {
    guard action == .now, var failure = error as? ControlFailure, failure.exit == .needsAttention
    else { return error }
    do {
      guard try connection.ask(StatusRequest()).isPaused else { return error }
    } catch { return failure }
    failure.why = "syncing is paused on this machine"
    failure.remedy = "labctl sync resume"
    return failure
  }
}

extension SyncRequest.Action: ExpressibleByArgument {}
