import ArgumentParser
import SyncControl

struct LeaveCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave-check",
    abstract: "Says whether this laptop may be switched off, or lost, without losing anything.",
    discussion: """
      Syncs first. Safe means: every write is captured, every change of this machine is on the \
      other side's disk, the chains of hashes are equal, and both sides were just seen to hold the \
      same. Ends with 4 when it is not safe, and says why.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = try connection.ask(LeaveCheckRequest())
    if output.json {
      try printDocument(answer)
    } else {
      try StandardOutput.line(Terminal.bold(Terminal.harmless(answer.words)))
      try StandardOutput.line()
      try printPairs(pairs(answer))
    }
    try StandardOutput.flush()
    if !answer.safe { throw Ended(status: .needsAttention) }
  }

  private func pairs(_ answer: LeaveAnswer) -> [(name: String, value: String)] {
    [
      (name: "Online", value: "\(Words.count(answer.confirmed, "change")) of this machine"),
      (name: "Waiting", value: answer.waiting == 0 ? "nothing" : Words.grouped(answer.waiting)),
      (name: "Both equal", value: answer.provenAt.map(Words.timeAndAge) ?? "not known now"),
    ]
  }
}
