import ArgumentParser
import SyncControl

struct ConsentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "What participants agreed to.",
    discussion: """
      Purposes: process, publish_name, publish_contribution, photo, recording, contact, sponsor, \
      research. A consent that nobody registered is not granted. A withdrawal stays until somebody who \
      has seen it grants again.
      """,
    subcommands: [
      ConsentGrantCommand.self, ConsentWithdrawCommand.self, ConsentShowCommand.self,
    ])
}

struct ConsentGrantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "Notes that a participant agrees to a purpose.")

  @OptionGroup var consent: ConsentOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws { try consent.write("granted", connection, output) }
}

struct ConsentWithdrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Notes that a participant does not agree, or no more.",
    discussion: """
      It shows at once in the public_* views of this machine, and travels before everything else. Who \
      withdraws from process is not noted any more; what was noted stays (labctl erase removes names).
      """)

  @OptionGroup var consent: ConsentOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws { try consent.write("withdrawn", connection, output) }
}

struct ConsentShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a participant agreed to.")

  @Argument(help: "The participant's id or code.") var participant: String
  @Option(help: "One purpose alone.") var purpose: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    var conditions = [condition("participant", try Participant.id(named: participant, client))]
    if let purpose { conditions.append(condition("purpose", purpose)) }
    let page = try client.ask(
      ListRequest(kind: "consent", conditions: conditions, sort: ["purpose"]))
    if output.json { return try printDocument(page) }
    if page.records.isEmpty {
      return StandardError.line("Nothing is registered: nothing is granted.")
    }
    var table = Table(["purpose", "state", "version", "evidence"])
    for record in page.records {
      table.add(
        try ["purpose", "state", "version", "evidence"].map {
          try Words.value(record.fields[$0] ?? .null)
        })
    }
    try table.print()
  }
}

/// One person, one purpose.
struct ConsentOptions: ParsableArguments {
  @Argument(help: "The participant's id or code.") var participant: String
  @Option(help: "Such as process, publish_name or photo.") var purpose: String
  @Option(
    help: ArgumentHelp(
      "The version of the text that was agreed to; --version means the same.",
      valueName: "version"))
  var textVersion: String?
  @Option(help: .hidden) var version: String?
  @Option(help: "Where it can be seen: a form's number, a recording.") var evidence: String?
  @Option(help: "The project's id, where the store has several.") var project: String?

  fileprivate func write(
    _ state: String, _ connection: ConnectionOptions, _ output: OutputOptions
  ) throws {
    let client = try connection.client()
    let person = condition("participant", try Participant.id(named: participant, client))
    var fields: [String: JSON] = ["state": .text(state)]
    if let version = textVersion ?? version { fields["version"] = .text(version) }
    if let evidence { fields["evidence"] = .text(evidence) }
    let known = try client.ask(
      ListRequest(kind: "consent", conditions: [person, condition("purpose", purpose)], limit: 1))
    let change: RecordChange
    if let record = known.records.first {
      change = try client.ask(
        SetRequest(kind: "consent", id: record.id, fields: fields, seen: record.revision))
    } else {
      fields["participant"] = person.value
      fields["purpose"] = .text(purpose)
      change = try client.ask(AddRequest(kind: "consent", fields: fields, project: project))
    }
    if output.json { return try printDocument(change) }
    try StandardOutput.line(change.isChanged ? state : "it already was \(state)")
  }
}

private func condition(_ field: String, _ value: String) -> FieldCondition {
  FieldCondition(field: field, comparison: .equal, value: .text(value))
}
