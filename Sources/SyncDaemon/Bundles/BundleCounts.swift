import SyncControl
import SyncCore
import SyncProtocol

/// What became of the changes of a bundle, each counted once.
struct BundleCounts {
  var duplicates = 0
  private var applied = 0
  private var conflicts = 0
  private var parked = 0
  private var held = 0
  private var refused = 0
  private var elsewhere: [ProjectID: Int] = [:]
  private var reasons: [Reason: Int] = [:]

  private struct Reason: Hashable {
    var project: ProjectID
    var replica: ReplicaID
    var words: String
  }

  mutating func add(_ outcome: Applied) {
    applied += outcome.accepted + outcome.exceptions.count
    for exception in outcome.exceptions {
      switch exception.verdict {
      case .conflict: conflicts += 1
      case .parked: parked += 1
      case .accepted, .duplicate: break
      }
    }
  }

  /// This side does not have the project.
  mutating func passOver(_ batch: ChangeBatch) {
    elsewhere[batch.project, default: 0] += batch.count
  }

  mutating func refuse(
    _ count: Int, of replica: ReplicaID, in project: ProjectID, _ words: String
  ) {
    refused += count
    reasons[Reason(project: project, replica: replica, words: words), default: 0] += count
  }

  mutating func hold(_ count: Int, of replica: ReplicaID, in project: ProjectID) {
    held += count
    let words = "it was shut out: what it wrote is held until somebody decides (labctl peer show)"
    reasons[Reason(project: project, replica: replica, words: words), default: 0] += count
  }

  func result(from sender: Introduction, words: String, names: ReplicaNames) -> BundleResult {
    let refusals = reasons.map { reason, count in
      BundleResult.Refusal(
        replica: reason.replica.description, name: names[reason.replica],
        project: reason.project.description, changes: count, reason: reason.words)
    }
    return BundleResult(
      sender: BundleResult.Sender(
        replica: sender.replica.description, name: sender.name, side: Status.Side(sender.side),
        software: sender.software, at: sender.clockMilliseconds),
      applied: applied, duplicates: duplicates, held: held, refused: refused,
      elsewhere: elsewhere.values.reduce(0, +), conflicts: conflicts, parked: parked,
      refusals: refusals.sorted {
        ($0.project, $0.replica, $0.reason) < ($1.project, $1.replica, $1.reason)
      },
      projectsElsewhere: elsewhere.keys.sorted().map(\.description), words: words)
  }
}
