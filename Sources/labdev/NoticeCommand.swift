import ArgumentParser
import DeveloperRig

struct NoticeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notice",
    abstract: "How soon a dead connection is noticed, and how soon a laptop dials when it may.",
    discussion: """
      Each dial begins with a backoff that has grown to a wait of 30 s or more. Needs the rights of \
      root, and says so where it has not.
      """)

  @Option(help: "How often each is measured.") var rounds = 3
  @Option(help: "The silence limit of the daemons, in seconds.") var silenceLimit = 10

  /// For the logs to be looked at, on a machine that does other things too.
  private static let allowanceMilliseconds = 1000

  func run() throws {
    try inSealedBox {
      let faultLab = try FaultLab(
        laptops: 1, diskMegabytes: nil, silenceLimitSeconds: silenceLimit, seed: 1,
        program: try ownProgram())
      let outcome = try NoticeScenario(rounds: rounds).run(on: faultLab)
      var checks = Checklist()
      let limit = silenceLimit * 1000 + Self.allowanceMilliseconds
      for (name, times) in outcome.silences.sorted(by: { $0.key < $1.key }) {
        checks.note(name, times.map { "\($0) ms" }.joined(separator: ", "))
        checks.expect("noticed within \(limit) ms", times.allSatisfy { $0 <= limit }, true)
      }
      let waits = outcome.waits.map { Figures.duration(milliseconds: $0) }
      checks.note("waits that an event ended", waits.joined(separator: ", "))
      for (name, times) in outcome.dials.sorted(by: { $0.key < $1.key }) {
        checks.note("\(name), dialed after", times.map { "\($0) ms" }.joined(separator: ", "))
        checks.expect("dialed within 1000 ms", times.allSatisfy { $0 <= 1000 }, true)
      }
      try checks.finish()
    }
  }
}
