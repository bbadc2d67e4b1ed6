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
    case .refused: return nextRefused
    case .paused: return "labctl sync resume, when it should send and take again"
    case .unconfigured:
      return "enrol it: labctl peer invite on the online side prints the line to paste here"
    case .waiting, .connecting:
      if let nextBlocked { return nextBlocked }
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

  private var nextRefused: String {
    guard let command = status.letIn else {
      return "do what Connection says, with who runs the online side (labctl doctor)"
    }
    return "ask who runs the online side to let this machine in: \(command) there (labctl doctor)"
  }

  /// What does not end by itself, however long this machine tries.
  private var nextBlocked: String? {
    let keeping = waiting > 0 ? "keep this machine, and " : ""
    switch status.connection.obstacle {
    case .serverKey:
      return keeping + "have the online side's key compared with the one that is configured here "
        + "(labctl doctor)"
    case .peerStore:
      return keeping + "tell who runs the online side that it can not store what is sent, which "
        + "Connection says (labctl doctor)"
    case .unreachable where waiting == 0 && (status.connection.obstacleSeconds ?? 0) >= 600:
      return "find a network, or see what stands in the way: labctl doctor"
    case .unreachable, .pending, .shutOut, nil: return nil
    }
  }

  private var nextOnline: String {
    if status.peers.isEmpty { return "let a laptop in: labctl peer invite" }
    if let first = status.peersToLetIn.first {
      let others = status.peersToLetIn.count - 1
      let more = others == 0 ? "" : "; \(others) more wait (labctl peer list)"
      return "compare the fingerprint and let in \(Terminal.oneLine(first.name)): "
        + "labctl peer approve \(first.fingerprint ?? "FINGERPRINT")\(more)"
    }
    if let forPeople { return forPeople }
    if let held = status.peersWithHeld.first {
      return "decide about what is held of \(Terminal.oneLine(held.name)): "
        + "labctl peer show \(status.shellName(of: held))"
    }
    return "nothing (labctl fleet: who has something unsent)"
  }

  /// What only a person can settle.
  private var forPeople: String? {
    if status.parked > 0 { return "see what is parked, and why: labctl parked list" }
    if status.conflicts > 0 { return "decide what people wrote apart: labctl conflict list" }
    if status.violations > 0 { return "see who breaks the protocol: journalctl -u 'labsyncd-*'" }
    return nil
  }
}
