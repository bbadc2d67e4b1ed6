import ArgumentParser
import SyncControl

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Changes the online side's key without visiting the laptops.",
    discussion: """
      announce: makes the next key, and every laptop that connects is told. show: who does not know it yet. \
      switch: puts it in the place of the present one. A laptop that was never told needs an invitation then.
      """)

  @Argument(help: "show, announce or switch.") var action: ServerKeyRequest.Action
  @Flag(help: "Switch although laptops do not know the next key.") var force = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let key = try connection.ask(ServerKeyRequest(action: action, force: force))
    if output.json { return try printDocument(key) }
    try printPairs(
      [(name: "present", value: key.present)] + (key.next.map { [(name: "next", value: $0)] } ?? [])
        + (key.waitingFor.isEmpty
          ? [] : [(name: "not told yet", value: key.waitingFor.joined(separator: "\n"))])
        + [(name: "so", value: key.words)])
  }
}

extension ServerKeyRequest.Action: ExpressibleByArgument {}

struct LeaveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave", abstract: "Removes a project and its data from this laptop.",
    discussion: """
      Only when both sides are seen to hold the same of it, which needs a connection; with --discard at \
      once, and what only this laptop has is lost. The online side gets a receipt with the next connection.
      """)

  @Argument(help: "The project's id.") var project: String
  @Flag(help: "Also what the online side does not have: it is lost.") var discard = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try printWords(
      try connection.ask(LeaveRequest(project: project, discard: discard)), output)
  }
}
