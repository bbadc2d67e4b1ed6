import SyncControl

/// A status in plain words: the headline first, for whoever has one second.
struct StatusReport {
  let status: Status

  init(_ status: Status) { self.status = status }

  /// Changes and writes that the other side has not on its disk.
  var waiting: Int { status.outbox + status.queued + status.received }

  var headline: String {
    if status.side == .online { return onlineHeadline }
    let age = status.oldestAgeSeconds.map { ", the oldest for \(Words.duration($0))" } ?? ""
    if waiting > 0 {
      return "NOT YET ONLINE: \(Words.count(waiting, "change")) only on this machine\(age)."
    }
    if status.inSync.value, let at = status.inSync.at {
      return "In sync: both sides held the same at \(Words.time(at))."
    }
    if let trouble { return trouble }
    if status.projects.isEmpty {
      return "SHARES NO PROJECT: nothing is on this machine, and nothing is exchanged."
    }
    return status.lastSync == nil
      ? "Nothing waits here, and this machine has never synced."
      : "Everything of this machine is durable online; whether both sides hold the same is being "
        + "found out."
  }

  /// What keeps this machine from the other side, when nothing waits here.
  private var trouble: String? {
    let rest = "what this machine wrote is all online"
    let known = status.lastSync == nil ? "it has never synced" : rest
    switch status.connection.state {
    case .unconfigured: return "WORKING ALONE: no online side is configured."
    case .paused: return "PAUSED; \(known)."
    case .waiting, .connecting: return "NOT CONNECTED; \(known)."
    case .refused: return "NOT LET IN; \(known)."
    case .syncing, .live, .listening: return nil
    }
  }

  private var onlineHeadline: String {
    let connected = status.peers.count(where: \.isConnected)
    let machines = Words.count(status.peers.count, "machine")
    let waits = status.outbox == 0 ? "" : " \(Words.count(status.outbox, "write")) to capture."
    return "Serving \(connected) of \(machines).\(waits)"
  }

  func pairs() throws -> [(name: String, value: String)] {
    var pairs = [
      (name: "Next", value: next),
      (name: "Machine", value: "\(status.name) (\(status.side.rawValue), \(status.replica))"),
      (name: "Project", value: projects),
      (name: "Connection", value: connection),
      (name: "Changes", value: changes),
      (name: "Attention", value: attention),
    ]
    if let offset = status.clockOffsetMilliseconds {
      pairs.append((name: "Clock", value: clock(offset)))
    }
    if let fork = status.fork {
      pairs.append((name: "Copy", value: "\(fork.words)\n(\(Words.timeAndAge(fork.at)))"))
    }
    pairs.append((name: "Last sync", value: status.lastSync.map(Words.timeAndAge) ?? "never"))
    pairs.append((name: "Store", value: Words.bytes(status.storeBytes)))
    pairs.append((name: "Software", value: status.software))
    for peer in status.peers {
      let contact = peer.lastContact.map { ", last heard \(Words.timeAndAge($0))" } ?? ""
      pairs.append((name: "· \(Terminal.oneLine(peer.name))", value: "\(peer.words)\(contact)"))
    }
    return pairs
  }

  /// Why `--check` is not content; empty when it is.
  var reasonsToLook: [String] {
    var reasons: [String] = []
    if waiting > 0 { reasons.append("\(Words.count(waiting, "change")) not durable online") }
    if waiting == 0, !status.inSync.value {
      let isWithout = status.side == .lab && status.projects.isEmpty
      reasons.append(isWithout ? "it shares no project" : "not confirmed to be in sync")
    }
    if status.connection.storeFailure != nil {
      reasons.append("what another machine sent is not stored")
    }
    if status.conflicts > 0 { reasons.append(Words.count(status.conflicts, "open conflict")) }
    if status.parked > 0 { reasons.append(Words.count(status.parked, "parked change")) }
    if status.held > 0 { reasons.append(Words.count(status.held, "held change")) }
    return reasons
  }

  private var projects: String {
    if status.projects.isEmpty { return "none yet" }
    return status.projects.map { project in
      project.name.map { "\($0) (\(project.id))" } ?? project.id
    }.joined(separator: "\n")
  }

  private var connection: String {
    let endpoint = status.connection.endpoint.map { " [\($0)]" } ?? ""
    return
      "\(status.connection.words)\(endpoint), since \(Words.timeAndAge(status.connection.since))"
  }

  private var changes: String {
    let counts = [
      "\(Words.grouped(status.queued)) queued here", "\(Words.grouped(status.received)) received",
      "\(Words.grouped(status.durable)) durable online",
      "\(Words.grouped(status.confirmed)) confirmed back",
    ].joined(separator: " · ")
    var lines = [counts]
    if status.outbox > 0 { lines.append("\(Words.count(status.outbox, "write")) not captured yet") }
    if let coming = status.coming, coming > 0 {
      lines.append("\(Words.count(coming, "change")) on the way to this machine")
    }
    return lines.joined(separator: "\n")
  }

  private var attention: String {
    var lines: [String] = []
    if status.conflicts > 0 {
      lines.append("\(Words.count(status.conflicts, "open conflict")): labctl conflict list")
    }
    if status.parked > 0 {
      lines.append("\(Words.count(status.parked, "parked change")): labctl parked list")
    }
    if status.held > 0 {
      let command = status.peersWithHeld.first.map {
        ": labctl peer show \(status.shellName(of: $0))"
      }
      lines.append(
        "\(Words.count(status.held, "change")) of machines that were shut out, held\(command ?? "")"
      )
    }
    if !status.peersToLetIn.isEmpty {
      let count = status.peersToLetIn.count
      lines.append(
        "\(Words.count(count, "machine")) \(count == 1 ? "waits" : "wait") to be let in: "
          + "labctl peer list")
    }
    if status.violations > 0 {
      lines.append(
        "\(Words.count(status.violations, "time")) another side broke the protocol: see the log")
    }
    if status.connection.state == .refused { lines.append("the online side does not let us in") }
    if lines.isEmpty { lines.append("nothing") }
    if status.settled > 0 {
      lines.append(
        "(\(Words.count(status.settled, "difference")) settled by rule: "
          + "labctl conflict list --settled)")
    }
    return lines.joined(separator: "\n")
  }

  private func clock(_ offset: Int64) -> String {
    let seconds = Int(offset.magnitude / 1000)
    if seconds < 2 { return "right, by the online side's" }
    // The other side's clock less ours: a positive offset means that ours is late.
    return "\(Words.duration(seconds)) \(offset > 0 ? "behind" : "ahead of") the online side's"
  }
}
