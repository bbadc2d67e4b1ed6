import SyncCore

/// Everything that two replicas with the same changes must agree about.
struct Outcome: Equatable {
  var state: RecordState
  var shown: Resolution
  var note: Resolution
  var deletion: Deletion.Outcome

  init(of replica: Replica, _ subject: RuleCase) throws {
    state = replica.state
    shown = try replica.resolution(of: subject.cell, subject.rule)
    note = try replica.resolution(of: HistoryGenerator.note, .register)
    deletion = try replica.deletion()
  }

  init(receiving changes: some Sequence<Change>, _ subject: RuleCase) throws {
    try self.init(of: Replica(receiving: changes), subject)
  }
}
