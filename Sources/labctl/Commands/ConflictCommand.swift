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
    let shown = settled || all ? "shown" : "shown meanwhile"
    var table = Table(["id", "status", "record", "field", "values", shown, "newest"])
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
    discussion: """
      With an id: --keep and the number of a value in labctl conflict show, or lab, online or \
      newest for the value of that side or the last one; or --value. Without an id, many at once: \
      --keep lab, online or newest, for the open conflicts of a session or of a kind; one that has \
      several values of that side stays open, and the command ends with 3. --trial says what would \
      be done. labctl conflict undo takes each back.

        labctl conflict resolve --keep lab --session 01a201f5-8a46-7be1-88c4-f6acb09dbe4c
      """)

  @Argument(help: "The conflict's id; without it, those of --session or --kind.") var id: String?
  @Option(help: "The number of a value; or lab, online or newest.") var keep: String?
  @Option(parsing: .unconditional, help: "Another value instead of all of them.")
  var value: String?
  @Option(help: "The revision in what you looked at; refused when values came in since.")
  var seen: String?
  @Option(help: "Those of this session's records, by its id.") var session: String?
  @Option(help: "Those of this kind, such as idea.") var kind: String?
  @Flag(help: "Say what would be done, and do nothing.") var trial = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (keep == nil) != (value == nil) else {
      throw ValidationError("Give either --keep N or --value V.")
    }
    if id == nil {
      guard session != nil || kind != nil else {
        throw ValidationError("Give a conflict's id, or say which with --session or --kind.")
      }
      guard let keep, ConflictBulk.Choice(rawValue: keep) != nil else {
        throw ValidationError("Several conflicts take --keep lab, online or newest.")
      }
    } else if session != nil || kind != nil || trial {
      throw ValidationError("--session, --kind and --trial are for many; an id is one conflict.")
    } else if let keep, ConflictBulk.Choice(rawValue: keep) == nil,
      Int(keep).map({ $0 < 1 }) ?? true
    {
      throw ValidationError("--keep is the number of a value from 1, or lab, online or newest.")
    }
  }

  func run() throws {
    guard let id else { return try resolveMany() }
    let request = try request(id)
    let detail = try ConflictStanding.asking(to: .resolve, id, connection) {
      try connection.ask(request)
    }
    if output.json { return try printDocument(detail) }
    try StandardOutput.line(Terminal.harmless(detail.choice))
    try StandardOutput.flush()
    StandardError.line("To take it back: labctl conflict undo \(detail.summary.id)")
  }

  private func request(_ id: String) throws -> ConflictResolveRequest {
    guard let side = keep.flatMap(ConflictBulk.Choice.init) else {
      let choice: ConflictResolveRequest.Choice =
        keep.flatMap { Int($0) }.map { .keep($0) } ?? .value(.text(value ?? ""))
      return ConflictResolveRequest(id: id, choice: choice, seen: seen)
    }
    let detail = try connection.ask(ConflictShowRequest(id: id))
    switch side.value(of: detail) {
    case .success(let number):
      return ConflictResolveRequest(
        id: id, choice: .keep(number), seen: seen ?? detail.revision)
    case .failure(let reason):
      throw ControlFailure(
        what: "the conflict \(id) stays as it is", why: reason.words,
        remedy: "labctl conflict show \(id), and --keep with a number")
    }
  }

  private func resolveMany() throws {
    guard let keep, let choice = ConflictBulk.Choice(rawValue: keep) else { return }
    let bulk = ConflictBulk(choice: choice, session: session, kind: kind, isTrial: trial)
    let isForPrograms = output.json
    let summary = try bulk.run(connection.client()) { conflict, words in
      guard !isForPrograms else { return }
      let name = Terminal.cut(Terminal.oneLine(conflict.name), to: 40)
      try StandardOutput.line(
        "\(conflict.id)  \(conflict.kind) \(name), \(conflict.field): \(Terminal.oneLine(words))")
    }
    if isForPrograms {
      try printDocument(summary)
    } else if summary.resolved.isEmpty, summary.skipped.isEmpty {
      StandardError.line("No open conflict is meant by that.")
    }
    try StandardOutput.flush()
    if !summary.skipped.isEmpty { throw Ended(status: .partlyDone) }
  }
}

struct ConflictUndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Takes the last choice back; the conflict is open again.")

  @Argument(help: "The conflict's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try ConflictStanding.asking(to: .undo, id, connection) {
      try connection.ask(ConflictUndoRequest(id: id))
    }
    if output.json { return try printDocument(detail) }
    let now = detail.summary.status == .open ? "The conflict is open again. " : ""
    try StandardOutput.line("Taken back. \(now)\(Terminal.harmless(detail.choice))")
  }
}

extension ConflictSummary {
  /// What people call the record.
  fileprivate var name: String { title ?? record }
}

private func print(_ detail: ConflictDetail) throws {
  let summary = detail.summary
  try StandardOutput.line(
    Terminal.bold("\(summary.kind) \(Terminal.oneLine(summary.name)): \(summary.field)"))
  try printPairs([
    (name: "conflict", value: "\(summary.id), \(summary.status.rawValue)"),
    (name: "record", value: "\(summary.kind) \(summary.record)"),
    (name: "rule", value: summary.rule),
    (name: "choice", value: detail.choice),
    (name: "revision", value: detail.revision),
  ])
  let texts = detail.values.map { value in
    if case .text(let text) = value.value { text } else { nil as String? }
  }
  for (index, value) in detail.values.enumerated() {
    try StandardOutput.line()
    let word = summary.status == .open ? ", shown meanwhile" : ", chosen"
    let mark = value.value == summary.shown ? word : ""
    try StandardOutput.line(Terminal.bold("Value \(value.number)\(mark)"))
    var words = try Words.value(value.value)
    // Each beside the first; the first beside the second.
    let other = texts.count < 2 ? nil : texts[index == 0 ? 1 : 0]
    if let text = texts[index], let other { words = WordDifference.marking(text, against: other) }
    try printPairs([
      (name: "  value", value: words),
      (name: "  who", value: value.who ?? "not said"),
      (name: "  where", value: "\(value.replica) (\(value.side.rawValue)), by \(value.channel)"),
      (name: "  when", value: Words.timeAndAge(value.at)),
      (name: "  had seen", value: value.whatItHadSeen),
      (name: "  changes", value: value.dots.joined(separator: "\n")),
    ])
  }
  if texts.count > 1, texts.allSatisfy({ $0 != nil }) {
    try StandardOutput.line()
    try StandardOutput.line("[ ] marks the words in which the values differ.")
  }
  try StandardOutput.line()
  guard summary.status == .open else {
    return try StandardOutput.line("To open it again: labctl conflict undo \(summary.id)")
  }
  try StandardOutput.line(
    "To choose: labctl conflict resolve \(summary.id) --keep 1 --seen \(detail.revision)")
  try StandardOutput.line("or with words of your own: --value \"…\" instead of --keep 1")
}
