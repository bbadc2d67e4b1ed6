import ArgumentParser
import SyncControl

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Computes the chains of hashes anew and says where the log is damaged.",
    discussion: """
      Reads the whole log, beside the sync. Whether the other side has the same is what \
      `labctl status` says: it compares the chains at every sync. --repair takes a damaged part of \
      another machine's changes off this laptop's log and fetches it anew. Ends with 4 where \
      something is damaged.
      """)

  @Flag(help: "Fetch damaged parts anew from the other side.") var repair = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    var page = try client.ask(VerifyRequest())
    var progress = ProgressBar(total: page.total)
    var damages = page.damages
    while let cursor = page.cursor {
      let rate = progress.rate(page.checked, "changes")
      progress.update(done: page.checked, Words.count(page.checked, "change") + rate)
      page = try client.ask(VerifyRequest(cursor: cursor))
      damages += page.damages
    }
    progress.clear()
    if output.json {
      try printDocument(
        VerifyPage(checked: page.checked, total: page.total, damages: damages, cursor: nil))
    } else {
      try say(damages, checked: page.checked)
    }
    try StandardOutput.flush()
    guard !damages.isEmpty else { return }
    if repair { try mend(damages, client) }
    throw Ended(status: .needsAttention)
  }

  private func say(_ damages: [VerifyPage.Damage], checked: Int) throws {
    guard !damages.isEmpty else {
      return try StandardOutput.line(
        "Whole: \(Words.count(checked, "change")) give the hashes that were stored with them.")
    }
    try StandardOutput.line(
      "DAMAGED: \(Words.count(damages.count, "chain")) of this store's log.")
    for damage in damages {
      let whose = damage.own ? "this machine's own changes" : "replica \(damage.replica)"
      try StandardOutput.line(
        "  \(whose), lane \(damage.lane), change \(damage.sequence): "
          + Terminal.harmless(damage.what))
    }
    try StandardOutput.line(
      repair ? "" : "Try: labctl verify --repair, or restore a backup where it is your own.")
  }

  private func mend(
    _ damages: [VerifyPage.Damage], _ client: borrowing ControlClient
  ) throws {
    for damage in damages where !damage.own {
      let answer = try client.ask(
        RepairRequest(
          project: damage.project, replica: damage.replica, lane: damage.lane,
          sequence: damage.sequence))
      StandardError.line("labctl: \(Terminal.harmless(answer.words))")
    }
  }
}
