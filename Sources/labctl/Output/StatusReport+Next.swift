import SyncControl

extension StatusReport {
  /// The one thing to do next, most urgent first.
  var next: String {
    if (status.connection.unsendable ?? 0) > 0 {
      return "keep this machine, and ask who looks after LabSync: a change is too large to be sent "
        + "(labctl doctor)"
    }
    if status.connection.storeFailure != nil {
      return "see to what keeps the store from taking what was sent, which Connection says (labctl "
        + "doctor)"
    }
    if status.side == .online { return nextOnline }
    switch status.connection.state {
    case .refused: return "do what Connection says, with who runs the online side (labctl doctor)"
    case .paused: return "labctl sync resume, when it should send and take again"
    case .unconfigured:
      return "enrol it: labctl peer invite on the online side prints the line to paste here"
    case .waiting, .connecting:
      return waiting > 0
        ? "keep this machine and find a network; it connects by itself (labctl doctor says what "
          + "stands in the way)"
        : "nothing; it connects by itself as soon as it can"
    case .syncing, .live, .listening: break
    }
    if waiting > 0 { return "nothing; it is on its way (labctl status --watch)" }
    if let forPeople { return forPeople }
    if status.projects.isEmpty {
      return "nothing; for a project, ask who runs the online side for an invitation (labctl join)"
    }
    return "nothing; before you leave: labctl leave-check"
  }

  private var nextOnline: String {
    if status.peers.isEmpty { return "let a laptop in: labctl peer invite" }
    return forPeople ?? "nothing (labctl fleet: who has something unsent)"
  }

  /// What only a person can settle.
  private var forPeople: String? {
    if status.parked > 0 { return "see what is parked, and why: labctl parked list" }
    if status.conflicts > 0 { return "decide what people wrote apart: labctl conflict list" }
    if status.violations > 0 { return "see who breaks the protocol: journalctl -u 'labsyncd-*'" }
    return nil
  }
}
