/// Faults of every kind befall the machines of a lab, in an order that a seed chooses, while programs
/// write rows on all of them.
public struct FaultScenario: Sendable {
  /// Ends after so many faults,
  public var times: Int
  /// or when so much time has passed, whichever is first. The repair of the last fault and the checks
  /// come after.
  public var seconds: Double?
  public var seed: UInt64
  public var faults: [Fault] = Fault.allCases
  /// The longest that a fault may be felt after its repair.
  public var recoverySeconds: Double = 150

  public init(times: Int, seconds: Double? = nil, seed: UInt64) {
    self.times = times
    self.seconds = seconds
    self.seed = seed
  }

  /// Runs on a lab that was started. Throws when the machines do not recover or do not hold the same
  /// in the end.
  public func run(on faultLab: FaultLab) throws -> FaultOutcome {
    var chance = SeededGenerator(seed: seed)
    var outcome = FaultOutcome()
    var deck: [Fault] = []
    let deadline = seconds.map { Deadline(seconds: $0) }
    while outcome.total < times, deadline?.hasPassed != true {
      // Every kind once before any comes again.
      if deck.isEmpty { deck = faults.shuffled(using: &chance) }
      let fault = deck.removeLast()
      let machines = faultLab.places.indices
      let place = Int.random(
        in: fault.befallsOnline ? machines : 1..<machines.upperBound, using: &chance)
      let inflicted = faultLab.choose(fault, at: place, &chance)
      let before = try faultLab.signs()
      try faultLab.begin(inflicted, &chance)
      Deadline.pause(milliseconds: inflicted.milliseconds)
      let start = Deadline.monotonicMilliseconds
      try faultLab.repair(inflicted)
      try faultLab.waitUntilRecovered(seconds: recoverySeconds)
      let recovery = Deadline.monotonicMilliseconds - start
      let after = try faultLab.signs()
      outcome.add(fault, recovery)
      outcome.addRefusals(after.refusals, since: before.refusals, during: fault)
      if fault.endsSessions, after.endedSessions == before.endedSessions {
        outcome.unfelt.append("\(outcome.total). \(fault.rawValue)")
      }
      let name = faultLab.lab.machines[place].name
      say(
        "\(outcome.total). \(name): \(fault.rawValue), for \(inflicted.milliseconds) ms; "
          + "recovered after \(Figures.duration(milliseconds: recovery))")
    }
    try faultLab.settle(&outcome)
    return outcome
  }
}

/// What a run of faults showed.
public struct FaultOutcome: Sendable {
  /// Of each fault, how long it was felt after its repair, in milliseconds.
  public var recoveries: [Fault: [Int]] = [:]
  public var rowsCommitted = 0
  public var sharedEdits = 0
  /// Transactions that a store did not take, by the fault and what SQLite said.
  public var refusals: [String: Int] = [:]
  /// Silences longer than the silence limit that ended no session.
  public var unfelt: [String] = []
  /// Rows that were committed and are not as they were written, in words; of all machines.
  public var losses: [String] = []
  /// Changes that a vector speaks of and the log does not have, of all machines.
  public var changesMissing = 0
  public var parked = 0
  public var openConflicts = 0
  /// What machines whose store was an older copy or another's say of it.
  public var forks: [String: String] = [:]
  public var exportBytes = 0
  /// How often a laptop was told that it may be lost, and how often that it may not.
  public var leaveChecks = (safe: 0, unsafe: 0)

  public var total: Int { recoveries.values.map(\.count).reduce(0, +) }

  mutating func addRefusals(
    _ now: [String: Int], since before: [String: Int], during fault: Fault
  ) {
    for (words, count) in now where count > before[words] ?? 0 {
      refusals["\(fault.rawValue): \(words)", default: 0] += count - (before[words] ?? 0)
    }
  }

  mutating func add(_ fault: Fault, _ milliseconds: Int) {
    recoveries[fault, default: []].append(milliseconds)
  }
}
