/// kill -9 of either daemon at moments that a seed chooses, while both sides capture and send.
public struct KillScenario: Sendable {
  public var times: Int
  public var rowsPerRound: Int
  public var seed: UInt64

  /// What happened. Each row that was written has to be one change, everywhere.
  public struct Outcome: Hashable, Sendable {
    public var kills: [String: Int] = [:]
    public var rowsWritten = 0
    /// Of each machine: rows in its tables that were not there before.
    public var rowsFound: [Int] = []
    /// Of each machine: changes in its log that were not there before.
    public var changesFound: [Int] = []
    /// Of each machine: changes that its vectors speak of and that its log does not have.
    public var changesMissing: [Int] = []
    public var exportBytes = 0
  }

  public init(times: Int, rowsPerRound: Int = 400, seed: UInt64 = 1) {
    self.times = times
    self.rowsPerRound = rowsPerRound
    self.seed = seed
  }

  /// Runs on a lab with one laptop or more that was not started. Throws when the machines do not come
  /// in sync afterwards, or when their exports differ.
  public func run(on lab: Lab) throws -> Outcome {
    var chance = SeededGenerator(seed: seed)
    var outcome = Outcome()
    try lab.start()
    try lab.waitUntilInSync()
    let before = try lab.machines.map { try Self.counts(of: $0) }
    let writers = try lab.machines.map {
      try OutsideWriter($0, seed: chance.next(), busyTimeoutMilliseconds: 10_000)
    }
    for _ in 0..<times {
      for writer in writers { try writer.write(rowsPerRound / writers.count) }
      Deadline.pause(milliseconds: Int.random(in: 0...250, using: &chance))
      let victim = lab.machines[Int.random(in: 0..<lab.machines.count, using: &chance)]
      try victim.kill()
      outcome.kills[victim.name, default: 0] += 1
      try victim.start()
      for laptop in lab.laptops { laptop.connectNow() }
    }
    try lab.waitUntilInSync()
    outcome.rowsWritten = writers.map(\.rowsWritten).reduce(0, +)
    for (machine, before) in zip(lab.machines, before) {
      let after = try Self.counts(of: machine)
      outcome.rowsFound.append(after.rows - before.rows)
      outcome.changesFound.append(after.changes - before.changes)
      outcome.changesMissing.append(try Vectors(of: machine).changeCount - after.changes)
    }
    outcome.exportBytes = try lab.equalExports("after-kills").byteCount
    return outcome
  }

  private static func counts(of machine: Machine) throws(RigError) -> (rows: Int, changes: Int) {
    let database = try machine.database(isReadOnly: true)
    let rows = try database.integer(
      "SELECT (SELECT count(*) FROM ideas) + (SELECT count(*) FROM activities)")
    return (rows, try database.integer("SELECT count(*) FROM sync_log"))
  }
}
