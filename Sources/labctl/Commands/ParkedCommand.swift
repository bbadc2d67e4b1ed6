import ArgumentParser
import SyncControl

struct ParkedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parked", abstract: "Changes that are kept and could not be applied.",
    subcommands: [
      ParkedListCommand.self, ParkedShowCommand.self, ParkedRetryCommand.self,
      ParkedDiscardCommand.self,
    ])
}

struct ParkedListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists what is parked, why, and since when.")

  @Option(help: "At most so many, from 1 to 1000.") var limit: Int = 100
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...ControlProtocol.maximumPageRows).contains(limit) else {
      throw ValidationError("--limit is from 1 to \(ControlProtocol.maximumPageRows).")
    }
  }

  func run() throws {
    let page = try connection.ask(ParkedListRequest(limit: limit))
    if output.json { return try printDocument(page) }
    if page.parked.isEmpty { return StandardError.line("Nothing is parked.") }
    var table = Table(["change", "kind", "since", "bytes", "reason"])
    for entry in page.parked {
      table.add([
        entry.dot, entry.kind ?? "unknown", Words.time(entry.since), String(entry.bytes),
        entry.reason,
      ])
    }
    try table.print()
    try StandardOutput.flush()
    if page.cursor != nil { StandardError.line("There are more than \(limit).") }
  }
}

struct ParkedShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one parked change.")

  @Argument(help: "The change, as labctl parked list names it.") var change: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try connection.ask(ParkedShowRequest(dot: change))
    if output.json { return try printDocument(detail) }
    try printPairs([
      (name: "change", value: detail.entry.dot),
      (name: "project", value: detail.entry.project),
      (name: "kind", value: detail.entry.kind ?? "unknown"),
      (name: "reason", value: detail.entry.reason),
      (name: "since", value: Words.timeAndAge(detail.entry.since)),
      (name: "bytes", value: String(detail.entry.bytes)),
      (name: "content", value: detail.content),
    ])
  }
}

struct ParkedRetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Tries one parked change again, or all of them.",
    discussion: "Ends with 3 when some are still parked.")

  @Argument(help: "The change; without it, all of them.") var change: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let result = try connection.ask(ParkedRetryRequest(dot: change))
    if output.json {
      try printDocument(result)
    } else {
      try StandardOutput.line(
        "\(Words.count(result.applied, "change")) applied, "
          + "\(Words.grouped(result.stillParked)) still parked")
    }
    try StandardOutput.flush()
    if result.stillParked > 0 { throw Ended(status: .partlyDone) }
  }
}

struct ParkedDiscardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Takes a parked change back, on every machine.",
    discussion: """
      On the online side only: what counts has to be the same everywhere. The change stays in the \
      log, and those who wrote it see the reason.
      """)

  @Argument(help: "The change, as labctl parked list names it.") var change: String
  @Option(help: "Why, for the people who wrote it.") var reason: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let confirmation = try connection.ask(ParkedDiscardRequest(dot: change, reason: reason))
    if output.json { return try printDocument(confirmation) }
    try StandardOutput.line(Terminal.harmless(confirmation.words))
  }
}
