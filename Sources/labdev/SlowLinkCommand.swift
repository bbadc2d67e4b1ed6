import ArgumentParser
import DeveloperRig

struct SlowLinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slowlink",
    abstract: "Small changes of four laptops over 600 ms and 30 kbit/s, whole and with a cut.",
    discussion: """
      Each way of each link takes 600 ms and carries 30 kbit/s; a cut silences every link for longer \
      than the silence limit when half of the work is online. Needs the rights of root, and says so \
      where it has not.
      """)

  @Option(help: "Changes of all laptops together.") var changes = 2000
  @Option(help: "How many laptops.") var laptops = 4
  @Flag(help: "One link for all, at the online side. Without, each laptop has its own.")
  var shared = false

  /// What a receiver lets a sender have unacknowledged.
  private static let creditBytes = 1 << 20

  func run() throws {
    try inSealedBox {
      let whole = try run(isCut: false)
      report("without a cut", whole)
      let cut = try run(isCut: true)
      report("with \(Figures.duration(milliseconds: cut.silentMilliseconds)) of silence", cut)
      var checks = Checklist()
      checks.expect("changes that came a second time, without a cut", whole.duplicates, 0)
      let more = zip(cut.bytesFromLaptops, whole.bytesFromLaptops).map { max(0, $0 - $1) }
      checks.note(
        "sent again by each laptop, in frames",
        more.map { "\(Figures.grouped($0)) bytes" }.joined(separator: ", "))
      checks.expect(
        "each sent at most one credit again", more.allSatisfy { $0 <= Self.creditBytes }, true)
      try checks.finish()
    }
  }

  private func run(isCut: Bool) throws -> SlowLinkScenario.Outcome {
    let faultLab = try FaultLab(
      laptops: laptops, diskMegabytes: nil, seed: 1, program: try ownProgram())
    return try SlowLinkScenario(
      changesPerLaptop: changes / laptops, isShared: shared, isCut: isCut
    ).run(on: faultLab)
  }

  private func report(_ title: String, _ outcome: SlowLinkScenario.Outcome) {
    say("\(laptops) laptops, \(shared ? "one link" : "a link each"), \(title):")
    say("       all online after \(Figures.duration(milliseconds: outcome.durableMilliseconds))")
    say("       all in sync after \(Figures.duration(milliseconds: outcome.inSyncMilliseconds))")
    let (up, down) = (outcome.bytesFromLaptops, outcome.bytesToLaptops)
    say("       bytes from each laptop: \(up.map(Figures.grouped).joined(separator: ", "))")
    say("       bytes to each laptop: \(down.map(Figures.grouped).joined(separator: ", "))")
    say("       changes that came a second time: \(Figures.grouped(outcome.duplicates))")
  }
}
