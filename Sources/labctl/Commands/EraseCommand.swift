import ArgumentParser
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
      person; deleted records are shown nowhere, and their words stay in the log.
      """)

  @Argument(help: "The participant's whole id.") var id: String
  @Flag(help: "Delete what only this person contributed, too.") var withContributions = false
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let certificate = try connection.ask(
      EraseRequest(participant: id, withContributions: withContributions, project: project))
    if output.json { return try printDocument(certificate) }
    try certificate.print()
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
      ? "no byte is left in the files of this machine"
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
