import SyncControl

extension FaultLab {
  /// Waits until everything that was committed anywhere before now is in every store. Nobody is told
  /// to hurry.
  func waitUntilRecovered(seconds: Double) throws {
    let deadline = Deadline(seconds: seconds)
    var waiting = try lastRows()
    while true {
      try approveNewKeys()
      for place in places { try writers[place].requireRunning() }
      for machine in running where !machine.isRunning {
        throw RigError("\(machine.name) has ended by itself: \(machine.log().suffix(2000))")
      }
      waiting = try waiting.filter { try !$0.isEverywhere(in: running) }
      if waiting.isEmpty { return }
      guard !deadline.hasPassed else {
        throw RigError("not recovered within \(seconds) s: \(waiting). \(try words())")
      }
      Deadline.pause(milliseconds: 50)
    }
  }

  /// The machines that run or should.
  var running: [Machine] { places.map { lab.machines[$0] } }

  /// A row that has to arrive.
  struct AwaitedRow {
    var table: String
    var id: String

    func isEverywhere(in machines: [Machine]) throws -> Bool {
      for machine in machines {
        let database = try machine.database(isReadOnly: true)
        let found = try database.prepare("SELECT 1 FROM \(table) WHERE id = ?").rows([.text(id)])
        if found.isEmpty { return false }
      }
      return true
    }
  }

  /// The newest rows of each machine: what was written before them arrives before them.
  private func lastRows() throws -> [AwaitedRow] {
    try writers.flatMap { writer in
      let ledger = try writer.ledger()
      return ledger.lastIdea.map { [AwaitedRow(table: "ideas", id: $0)] } ?? []
        + (ledger.lastActivity.map { [AwaitedRow(table: "activities", id: $0)] } ?? [])
    }
  }

  /// What shows that a fault was felt.
  struct Signs {
    var refusals: [String: Int] = [:]
    var endedSessions = 0
  }

  func signs() throws -> Signs {
    var signs = Signs()
    for writer in writers { signs.refusals.merge(try writer.ledger().refusals) { $0 + $1 } }
    signs.endedSessions = running.map { machine in
      machine.log().split(separator: "\n").count { $0.contains("session ended") }
    }.reduce(0, +)
    return signs
  }

  /// How every machine describes itself.
  private func words() throws -> String {
    try running.map { machine in
      let status = try machine.ask(StatusRequest(), seconds: 10)
      return "\(machine.name): \(status.connection.words), outbox \(status.outbox), queued "
        + "\(status.queued), parked \(status.parked)"
    }.joined(separator: "; ")
  }

  /// Ends the writing, waits until all machines hold the same, and looks for every row.
  func settle(_ outcome: inout FaultOutcome) throws {
    for place in places { try writers[place].stop() }
    outcome.leaveChecks = leaveChecks
    outcome.forks = forksOfTheLost
    try lab.waitUntilInSync(seconds: 300)
    outcome.exportBytes = try lab.equalExports("after-faults").byteCount
    let ledgers = try writers.map { try $0.ledger() }
    for ledger in ledgers {
      outcome.rowsCommitted += ledger.rowCount
      outcome.sharedEdits += ledger.sharedEdits
    }
    for machine in running {
      let database = try machine.database(isReadOnly: true)
      let changes = try database.integer("SELECT count(*) FROM sync_log")
      outcome.changesMissing += try Vectors(of: machine).changeCount - changes
      let status = try machine.ask(StatusRequest())
      outcome.parked += status.parked
      outcome.openConflicts = max(outcome.openConflicts, status.conflicts)
      if let fork = status.fork { outcome.forks[machine.name] = fork.words }
      let rows = try Rows(database)
      for (writer, ledger) in zip(writers, ledgers) {
        outcome.losses += rows.missing(from: ledger).map {
          "\(machine.name) does not have what \(writer.machine.name) wrote: \($0)"
        }
      }
    }
  }

  /// What a store shows.
  struct Rows {
    var titles: [String: String] = [:]
    var activities: Set<String> = []

    init(_ database: Database) throws {
      for row in try database.rows("SELECT id, title FROM ideas") {
        if case .text(let id) = row[0], case .text(let title) = row[1] { titles[id] = title }
      }
      for row in try database.rows("SELECT id FROM activities") {
        if case .text(let id) = row[0] { activities.insert(id) }
      }
    }

    /// What is not there at all.
    func absent(from ledger: Ledger) -> [String] {
      ledger.titles.keys.filter { titles[$0] == nil }.sorted().map { "idea \($0)" }
        + ledger.activities.subtracting(activities).sorted().map { "activity \($0)" }
    }

    /// What is not there as it was written last.
    func missing(from ledger: Ledger) -> [String] {
      let ideas = ledger.titles.filter { id, allowed in
        titles[id].map { !allowed.contains($0) } ?? true
      }
      return ideas.sorted { $0.key < $1.key }.map {
        "idea \($0.key) \($0.value.sorted()), found \(titles[$0.key] ?? "nothing")"
      } + ledger.activities.subtracting(activities).sorted().map { "activity \($0)" }
    }
  }
}
