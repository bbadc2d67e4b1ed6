import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

extension VerifyPage {
  init(_ stored: StoredVerification) {
    self.init(
      checked: stored.checked, total: stored.total,
      damages: stored.damages.map { damage in
        Damage(
          project: damage.project.description, replica: damage.origin.replica.description,
          lane: Int(damage.origin.lane.rawValue), sequence: Int64(damage.sequence),
          what: damage.what, own: damage.isOwn)
      }, cursor: stored.cursor)
  }
}

extension LeaveAnswer {
  /// `why` is how the pass that was made for it ended, where that was not well.
  init(_ check: LeaveCheck, why: String?) {
    var reasons = check.reasons.map { reason in
      switch reason {
      case .notCaptured(let count):
        "\(count) \(count == 1 ? "write is" : "writes are") not captured yet"
      case .notDurable(let count):
        "\(count) \(count == 1 ? "change is" : "changes are") only on this machine"
      case .notConfirmed(let count):
        "\(count) \(count == 1 ? "change is" : "changes are") online and not confirmed"
      case .notProven: "it is not known now that both sides hold the same"
      }
    }
    if !check.isSafe, let why { reasons.append(why) }
    let words =
      switch (check.isSafe, check.hasProject) {
      case (true, true):
        "Safe to leave: everything that was written on this machine is on the other side's disk."
      case (true, false): "Safe to leave: this machine has no project, and nothing is on it alone."
      case (false, _): "NOT SAFE to leave: \(reasons.joined(separator: "; "))."
      }
    self.init(
      safe: check.isSafe, words: words, reasons: reasons,
      provenAt: check.provenAt?.wallMilliseconds, confirmed: check.confirmed,
      waiting: check.uncaptured + check.notDurable, attachmentsPending: 0)
  }
}
