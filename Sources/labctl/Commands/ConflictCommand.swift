import ArgumentParser
import SyncControl

struct ConflictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflict", abstract: "Values written without having seen each other.",
    subcommands: [
      ConflictListCommand.self, ConflictShowCommand.self, ConflictResolveCommand.self,
      ConflictUndoCommand.self,
    ])
}

struct ConflictListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the conflicts that ask for a person.")

  @Flag(help: "Those that a rule or a person has settled.") var settled = false
  @Flag(help: "The open and the settled.") var all = false
  @Option(help: "At most so many; 0 is all.") var limit: Int = 100
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if settled && all { throw ValidationError("--settled and --all do not go together.") }
    guard limit >= 0 else { throw ValidationError("--limit is 0 or more.") }
  }

  func run() throws {
    let page = try pages(from: connection.client())
    if output.json { return try printDocument(page) }
    if page.conflicts.isEmpty {
      return StandardError.line(settled || all ? "No conflicts." : "No open conflicts.")
    }
    var table = Table(["id", "status", "record", "field", "values", "shown meanwhile", "newest"])
    for conflict in page.conflicts {
      table.add([
        conflict.id, conflict.status.rawValue, "\(conflict.kind) \(conflict.name)", conflict.field,
        String(conflict.valueCount), try Words.value(conflict.shown), Words.time(conflict.at),
      ])
    }
    try table.print()
    try StandardOutput.flush()
    if page.cursor != nil {
      StandardError.line("There are more than \(limit): --limit 0 lists all.")
    }
  }

  private func pages(from client: borrowing ControlClient) throws -> ConflictPage {
    var request = ConflictListRequest(status: all ? .all : settled ? .settled : .open)
    var result = ConflictPage(conflicts: [])
    repeat {
      let left = limit == 0 ? Int.max : limit - result.conflicts.count
      request.limit = min(left, ControlProtocol.maximumPageRows)
      let page = try client.ask(request)
      result.conflicts += page.conflicts
      result.cursor = page.cursor
      request.cursor = page.cursor
      if page.conflicts.isEmpty { break }
    } while request.cursor != nil && (limit == 0 || result.conflicts.count < limit)
    return result
  }
}

struct ConflictShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows every value of a conflict, and where it came from.")

  @Argument(help: "The conflict's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try connection.ask(ConflictShowRequest(id: id))
    if output.json { return try printDocument(detail) }
    try print(detail)
  }
}

struct ConflictResolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Settles a conflict by your choice, everywhere.",
    discussion: "labctl conflict undo takes it back.")

  @Argument(help: "The conflict's id.") var id: String
  @Option(help: "Keep the value with this number in labctl conflict show.") var keep: Int?
  @Option(parsing: .unconditional, help: "Another value instead of all of them.")
  var value: String?
  @Option(help: "The revision in what you looked at; refused when values came in since.")
  var seen: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (keep == nil) != (value == nil) else {
      throw ValidationError("Give either --keep N or --value V.")
    }
    if let keep, keep < 1 { throw ValidationError("--keep is the number of a value, from 1.") }
  }

  func run() throws {
    let choice: ConflictResolveRequest.Choice =
      keep.map { .keep($0) } ?? .value(.text(value ?? ""))
    let detail = try connection.ask(ConflictResolveRequest(id: id, choice: choice, seen: seen))
    if output.json { return try printDocument(detail) }
    try StandardOutput.line(Terminal.harmless(detail.choice))
  }
}

struct ConflictUndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Takes the last choice back; the conflict is open again.")

  @Argument(help: "The conflict's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try connection.ask(ConflictUndoRequest(id: id))
    if output.json { return try printDocument(detail) }
    try StandardOutput.line(Terminal.harmless(detail.choice))
  }
}

extension ConflictSummary {
  /// What people call the record.
  fileprivate var name: String { title ?? record }
}

private func print(_ detail: ConflictDetail) throws {
  let summary = detail.summary
  try printPairs([
    (name: "conflict", value: "\(summary.id), \(summary.status.rawValue)"),
    (name: "record", value: "\(summary.kind) \(summary.record)"),
    (name: "called", value: summary.title ?? ""),
    (name: "field", value: "\(summary.field), merged by the rule \(summary.rule)"),
    (name: "choice", value: detail.choice),
    (name: "revision", value: detail.revision),
  ])
  for value in detail.values {
    try StandardOutput.line()
    let mark = value.value == summary.shown ? ", shown meanwhile" : ""
    try StandardOutput.line(Terminal.bold("Value \(value.number)\(mark)"))
    try printPairs([
      (name: "  value", value: try Words.value(value.value)),
      (name: "  who", value: value.who ?? "not said"),
      (name: "  where", value: "\(value.replica) (\(value.side.rawValue)), by \(value.channel)"),
      (name: "  when", value: Words.timeAndAge(value.at)),
      (name: "  had seen", value: value.whatItHadSeen),
      (name: "  changes", value: value.dots.joined(separator: "\n")),
    ])
  }
  guard summary.status == .open else { return }
  try StandardOutput.line()
  try StandardOutput.line("To choose: labctl conflict resolve \(summary.id) --keep 1")
}
