import ArgumentParser
import DeveloperRig

struct KillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill",
    abstract: "kill -9 of either daemon at random moments of a drain: nothing lost, nothing twice.")

  @Option(help: "How many kills.") var times = 50
  @Option(help: "Rows written on both sides together before each kill.") var rows = 1000
  @Option(help: "Chooses victims and moments.") var seed: UInt64 = 1

  func run() throws {
    let lab = try Lab(laptops: 1)
    let outcome = try timed("\(times) kills") {
      try KillScenario(times: times, rowsPerRound: rows, seed: seed).run(on: lab)
    }
    var checks = Checklist()
    for (name, count) in outcome.kills.sorted(by: { $0.key < $1.key }) {
      checks.note("kills of \(name)", "\(count)")
    }
    let wanted = Array(repeating: outcome.rowsWritten, count: lab.machines.count)
    checks.expect("rows in the tables of each side", outcome.rowsFound, wanted)
    checks.expect("changes in the log of each side", outcome.changesFound, wanted)
    checks.expect(
      "changes that a vector speaks of and no log has", outcome.changesMissing,
      wanted.map { _ in 0 })
    checks.note("canonical exports", "equal, \(Figures.grouped(outcome.exportBytes)) bytes each")
    try checks.finish()
  }
}

struct DrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain",
    abstract: "Drains a long outbox while other programs write with a busy timeout of 1 s.")

  @Option(help: "Rows that wait when the daemon starts.") var rows = 100_000
  @Option(help: "Makes the rows.") var seed: UInt64 = 1

  func run() throws {
    let lab = try Lab(laptops: 1)
    let outcome = try DrainScenario(rows: rows, seed: seed).run(on: lab)
    var checks = Checklist()
    checks.note("rows that waited", Figures.grouped(outcome.waiting))
    checks.note("drained and online after", Figures.duration(milliseconds: outcome.milliseconds))
    checks.note("writes of other programs meanwhile", Figures.grouped(outcome.writes))
    checks.note(
      "longest write, laptop and online",
      outcome.longestMilliseconds.map { "\($0) ms" }.joined(separator: ", "))
    checks.expect("writes that failed", outcome.failures, 0)
    if let words = outcome.firstFailure { checks.note("the first failure", words) }
    checks.expect("rows that are missing online", outcome.rowsMissing, 0)
    try checks.finish()
  }
}
