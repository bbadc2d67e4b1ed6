import ArgumentParser
import Glibc
import SyncControl

struct EraseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erases a participant everywhere, for good.",
    discussion: """
      Names, contacts and the other personal fields leave every table, log and file of every machine that \
      hears of it; each says so with a receipt. Ideas, votes and counts stay, under nobody's name.
      """,
    subcommands: [EraseParticipantCommand.self, EraseStatusCommand.self])
}

struct EraseParticipantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "participant", abstract: "Erases a participant. It can not be undone.",
    discussion: """
      Backups and exports that were made before are not reached: delete them. --with-contributions \
      also deletes the ideas and comments that only this person wrote, and attachments that show the \
      person; deleted records are shown nowhere, and their words stay in the log. On a terminal it names \
      the person and asks first, and takes the code as well; anywhere else it acts at once.
      """)

  @Argument(help: "The participant's whole id.") var id: String
  @Flag(help: "Delete what only this person contributed, too.") var withContributions = false
  @Flag(help: "Ask nothing, on a terminal either.") var yes = false
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let isAsking = !yes && Terminal.isTerminal(STDIN_FILENO)
    let certificate = try connection.ask(
      EraseRequest(
        participant: isAsking ? confirmed() : id, withContributions: withContributions,
        project: project))
    if output.json { return try printDocument(certificate) }
    try certificate.print()
    try StandardOutput.line(
      "stays: the code, what was agreed to, and ideas, votes and counts under nobody's name; backups "
        + "and exports that were made before, on this machine too")
  }

  /// The whole id of the person that somebody has seen named, and confirmed.
  private func confirmed() throws -> String {
    let client = try connection.client()
    let record = try Participant.record(named: id, client)
    let names = try ["display_name", "code"].compactMap { field in
      try record.fields[field].map { try Words.value($0) }
    }.filter { !$0.isEmpty }
    let name =
      names.isEmpty ? "the participant without name and code" : names.joined(separator: ", ")
    StandardError.write(
      """
      This erases \(Terminal.oneLine(name)) (\(record.id)) everywhere, for good\
      \(withContributions ? ", with what only this person contributed" : "").
      Type yes to erase:\u{20}
      """)
    guard readLine()?.trimmingPrefix(while: \.isWhitespace).lowercased() == "yes" else {
      throw ControlFailure(what: "nothing was erased", why: "it was not confirmed", remedy: "")
    }
    return record.id
  }
}

struct EraseStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows who has erased a participant, and who has not yet.")

  @Argument(help: "The participant's id.") var id: String
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let certificate = try connection.ask(ErasureRequest(participant: id, project: project))
    if output.json { return try printDocument(certificate) }
    try certificate.print()
  }
}

extension ErasureCertificate {
  fileprivate func print() throws {
    var pairs = [(name: "participant", value: participant)]
    if let requestedAt { pairs.append((name: "requested", value: Words.timeAndAge(requestedAt))) }
    let here =
      isErasedHere
      ? "no byte is left in what labsyncd keeps on this machine"
      : "out of the tables; the files follow as soon as nobody reads them"
    pairs.append((name: "here", value: here))
    if contributionsDeleted > 0 {
      pairs.append((name: "deleted", value: Words.count(contributionsDeleted, "contribution")))
    }
    let total = receipts.count + outstanding.count
    pairs.append(
      (
        name: "receipts",
        value: "\(receipts.count) of the \(Words.count(total, "machine")) known here"
      ))
    try printPairs(pairs)
    for receipt in receipts {
      let time = receipt.erasedAt.map(Words.time) ?? ""
      try StandardOutput.line("  erased       \(Terminal.harmless(receipt.name))  \(time)")
    }
    for machine in outstanding {
      let heard =
        machine.words.map(Terminal.harmless)
        ?? machine.lastHeard.map { "last heard \(Words.timeAndAge($0))" } ?? "not heard yet"
      try StandardOutput.line("  outstanding  \(Terminal.harmless(machine.name))  \(heard)")
    }
    guard !candidates.isEmpty else { return }
    try StandardOutput.line("Others may have written the name here; nothing was changed, look:")
    for candidate in candidates {
      try StandardOutput.line("  \(candidate.kind) \(candidate.record) \(candidate.field)")
    }
  }
}
