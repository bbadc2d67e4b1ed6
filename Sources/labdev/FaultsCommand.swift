import ArgumentParser
import DeveloperRig
import Foundation

struct FaultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faults",
    abstract: "Real faults on real machines, while programs write: nothing lost, exports equal.",
    discussion: """
      An online side and three laptops, each in a network of its own with a disk and a clock of its \
      own. Needs the rights of root, and says so where it has not.
      """)

  @Option(help: "How many faults.") var times = 200
  @Option(help: "No new fault after so many seconds.") var seconds: Double?
  @Option(help: "Chooses faults, victims and times. Default: a fresh one.") var seed: UInt64?
  @Option(help: "The silence limit of the daemons, in seconds.") var silenceLimit = 10

  func validate() throws {
    guard times > 0, (5...60).contains(silenceLimit) else {
      throw ValidationError("--times is at least 1, --silence-limit from 5 to 60")
    }
  }

  func run() throws {
    let fresh = seed == nil ? ["--seed", "\(UInt64.random(in: 1...999_999_999))"] : []
    try inSealedBox(adding: fresh) {
      let seed = seed ?? 1
      say("seed \(seed)")
      let faultLab = try FaultLab(
        laptops: 3, hasSpare: true, silenceLimitSeconds: silenceLimit, seed: seed,
        program: try ownProgram())
      try faultLab.start()
      let scenario = FaultScenario(times: times, seconds: seconds, seed: seed)
      let outcome = try timed("all faults") { try scenario.run(on: faultLab) }
      try report(outcome, of: scenario)
    }
  }

  private func report(_ outcome: FaultOutcome, of scenario: FaultScenario) throws {
    var checks = Checklist()
    for fault in scenario.faults {
      let times = (outcome.recoveries[fault] ?? []).sorted()
      let words =
        times.isEmpty
        ? ""
        : ", recovered after "
          + "\(Figures.duration(milliseconds: Figures.median(times))) as a rule, "
          + "\(Figures.duration(milliseconds: times[times.count - 1])) at the most"
      checks.note(fault.rawValue, "\(times.count) times\(words)")
    }
    checks.note("rows committed", Figures.grouped(outcome.rowsCommitted))
    checks.note("edits of one shared field", Figures.grouped(outcome.sharedEdits))
    for (words, count) in outcome.refusals.sorted(by: { $0.key < $1.key }) {
      checks.note("transactions that a store refused", "\(count) times, \(words)")
    }
    for (machine, words) in outcome.forks.sorted(by: { $0.key < $1.key }) {
      checks.note("\(machine) says", words)
    }
    checks.note(
      "leave-check said",
      "safe \(outcome.leaveChecks.safe) times, not safe "
        + "\(outcome.leaveChecks.unsafe) times; never falsely safe")
    checks.note("open conflicts", Figures.grouped(outcome.openConflicts))
    checks.note("canonical exports", "equal, \(Figures.grouped(outcome.exportBytes)) bytes each")
    for loss in outcome.losses.prefix(20) { checks.note("lost", loss) }
    checks.expect("committed rows that are not everywhere", outcome.losses.count, 0)
    checks.expect("changes that a vector speaks of and no log has", outcome.changesMissing, 0)
    checks.expect("parked changes", outcome.parked, 0)
    if outcome.recoveries[.restored] != nil {
      checks.expect("a status tells of an older copy", !outcome.forks.isEmpty, true)
    }
    checks.expect("silences that ended no session", outcome.unfelt, [])
    // By then every kind has had its turn.
    if outcome.total >= scenario.faults.count {
      let never = scenario.faults.filter { outcome.recoveries[$0] == nil }.map(\.rawValue)
      checks.expect("kinds of fault that never came", never, [])
    }
    try checks.finish()
  }
}

/// The program that ``RowWriter`` starts.
struct WriteRowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write-rows", abstract: "Writes rows into a store until it is told to end.",
    shouldDisplay: false)

  @Option var store: String
  @Option var ledger: String
  @Option var seed: UInt64

  func run() throws { try RowWriting(store: store, ledger: ledger, seed: seed).run() }
}
