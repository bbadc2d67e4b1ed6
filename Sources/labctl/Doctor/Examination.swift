import SyncControl

/// Looks at one thing after another, and never stops at the first that is wrong.
struct Examination {
  private let status: Status
  private let facts: DoctorFacts
  private let roundTrip: RoundTrip
  private let route: Route

  /// How a sync that was asked for ended.
  enum RoundTrip: Hashable {
    case notTried
    case done(milliseconds: Int)
    case failed(words: String)
  }

  init(_ client: borrowing ControlClient) throws {
    let before = try client.ask(StatusRequest())
    facts = try client.ask(DoctorRequest()) { true }
    let isLab = before.side == .lab
    route = isLab ? Route(to: before.connection.endpoint) : .none
    let canSync = isLab && !before.isPaused && before.connection.state != .unconfigured
    roundTrip = canSync ? try Self.tryRoundTrip(client) : .notTried
    // The round trip finds out what keeps the sides apart.
    status = canSync ? try client.ask(StatusRequest()) : before
  }

  private static func tryRoundTrip(_ client: borrowing ControlClient) throws -> RoundTrip {
    let start = monotonicMilliseconds()
    do {
      _ = try client.ask(SyncRequest(action: .now))
      return .done(milliseconds: monotonicMilliseconds() - start)
    } catch {
      guard error.exit == .needsAttention else { throw error }
      return .failed(words: error.why)
    }
  }

  func report() -> DoctorReport {
    var findings = [
      finding("daemon", .good, "\(status.software) answers, as the \(status.side.rawValue) side")
    ]
    findings += status.side == .lab ? wayOut : [door, machines].compactMap(\.self)
    findings += [
      disk, store, storing, storingThere, size, capture, waiting, parked, held, conflicts,
    ]
    .compactMap(\.self)
    return DoctorReport(findings: findings)
  }

  private typealias Finding = DoctorReport.Finding

  private func finding(
    _ check: String, _ state: Finding.State, _ words: String, _ remedy: String? = nil
  ) -> Finding {
    Finding(check: check, state: state, words: words, remedy: remedy)
  }

  // MARK: The way to the other side

  private var door: Finding {
    let connected = status.peers.count(where: \.isConnected)
    if status.peers.isEmpty {
      return finding(
        "door", .warning, "it listens, and no laptop is let in",
        "labctl peer invite, and the line that it prints on the laptop")
    }
    // What is not stored is a finding of its own.
    let words = status.connection.storeFailure == nil ? status.connection.words : "it listens"
    return finding("door", .good, "\(words) (\(connected) of \(status.peers.count) laptops)")
  }

  private var machines: Finding? {
    let waiting = status.peersToLetIn
    guard let first = waiting.first else { return nil }
    let names = waiting.map { "\(Terminal.oneLine($0.name)) (\($0.fingerprint ?? "no key"))" }
    return finding(
      "machines", .warning,
      "\(Words.count(waiting.count, "machine")) \(waiting.count == 1 ? "waits" : "wait") to be let "
        + "in: \(names.joined(separator: ", "))",
      "compare the fingerprint with what labctl status shows there, and then: labctl peer approve "
        + (first.fingerprint ?? "FINGERPRINT"))
  }

  private var wayOut: [Finding] {
    switch status.connection.state {
    case .unconfigured:
      return [
        finding(
          "endpoint", .problem, "no online side is configured, so nothing leaves this machine",
          "labctl join with the line that labctl peer invite prints on the online side")
      ]
    case .paused:
      return [
        finding(
          "endpoint", .problem, "somebody paused the sync, so nothing leaves this machine",
          "labctl sync resume")
      ]
    case .waiting, .connecting, .refused, .syncing, .live, .listening:
      return [name, port, key, test, clock]
    }
  }

  private var name: Finding {
    switch route {
    case .none: finding("name", .skipped, "no endpoint is known")
    case .unnamed(let host, let why):
      finding(
        "name", .problem, "the name \(host) is not found (\(why))",
        "is the network there (ip address)? is the name right: online.endpoints in \(configuration)?"
      )
    case .closed(let host, let address, _, _), .open(let host, let address, _):
      finding("name", .good, host == address ? "\(host)" : "\(host) is \(address)")
    }
  }

  private var configuration: String { facts.configurationPath ?? "lab.yaml" }

  private var port: Finding {
    switch route {
    case .none, .unnamed: finding("port", .skipped, "the name comes first")
    case .closed(_, let address, let port, let why):
      finding(
        "port", .problem, "nothing answers at \(address), port \(port) (\(why))",
        "does labsyncd-online run there? does a firewall on the way let TCP port \(port) through? is "
          + "the port right: online.endpoints in \(configuration)?")
    case .open(_, let address, let port):
      finding("port", .good, "\(address) answers at port \(port)")
    }
  }

  private var key: Finding {
    switch status.connection.state {
    case .refused:
      finding(
        "key", .problem, status.connection.words,
        status.letIn.map { "on the online side, if it may come in: \($0)" }
          ?? "do what these words say, with who runs the online side")
    case .syncing, .live: finding("key", .good, "the online side lets this machine in")
    case .waiting where status.connection.obstacle == .serverKey,
      .connecting where status.connection.obstacle == .serverKey:
      finding(
        "key", .problem,
        "what answers ends the connection before it is secured: most likely it has another key than "
          + "online.serverKey says",
        "compare online.serverKey in \(configuration) with keys/curve.public on the online side; mend "
          + "it and restart labsyncd, or ask for an invitation (labctl peer invite)")
    case .waiting where status.connection.obstacle == .peerStore,
      .connecting where status.connection.obstacle == .peerStore:
      finding("key", .good, "the online side lets this machine in")
    case .waiting, .connecting, .unconfigured, .paused, .listening:
      finding("key", .skipped, "nobody has answered yet: \(status.connection.words)")
    }
  }

  private var test: Finding {
    switch roundTrip {
    case .notTried: finding("round trip", .skipped, "no sync was tried")
    case .done(let milliseconds):
      finding("round trip", .good, "both sides were made equal in \(milliseconds) ms")
    case .failed(let words):
      finding(
        "round trip", .problem, "a sync did not end well: \(words)",
        size == nil
          ? "mend what is wrong above, or what these words name; then labctl sync now"
          : "what is said below about the size")
    }
  }

  private var clock: Finding {
    guard let offset = status.clockOffsetMilliseconds else {
      return finding("clock", .skipped, "it is compared when the sides meet")
    }
    // The other side's clock less this one's.
    if offset.magnitude < 60_000 {
      return finding("clock", .good, "\(Words.clockOffset(-offset)), by the online side's")
    }
    return finding(
      "clock", .warning,
      "it is \(Words.clockOffset(-offset)) of the online side's: nothing is lost by that, and times "
        + "that people see are wrong", "timedatectl set-ntp true")
  }

  // MARK: This machine

  private var disk: Finding {
    let free = "\(Words.bytes(facts.diskFreeBytes)) are free beside \(facts.storePath)"
    // A backup, an upgrade and the write-ahead log each may need the store's size again.
    let needed = max(200_000_000, status.storeBytes)
    if facts.diskFreeBytes < 20_000_000 {
      return finding(
        "disk", .problem, "it is full: \(free), and nothing more can be captured",
        "make room; nothing was lost, and capture goes on by itself then")
    }
    if facts.diskFreeBytes < needed {
      return finding(
        "disk", .warning, "only \(free), and a backup needs \(Words.bytes(needed))", "make room")
    }
    return finding("disk", .good, free)
  }

  private var store: Finding {
    guard let first = facts.damage.first else {
      return finding("store", .good, "whole, \(Words.bytes(status.storeBytes))")
    }
    return finding(
      "store", .problem, "the file is damaged: \(first)",
      "stop labsyncd, copy the file away, and restore a backup (see the runbook)")
  }

  /// What others sent and this store does not take.
  private var storing: Finding? {
    guard let words = status.connection.storeFailure else { return nil }
    return finding(
      "storing", .problem, "what another machine sent is not stored: \(words)",
      "do what it says; labsyncd goes on by itself then")
  }

  /// What this machine sent and the online side does not take.
  private var storingThere: Finding? {
    guard status.connection.obstacle == .peerStore else { return nil }
    return finding(
      "storing", .problem,
      "the online side could not store what was sent: \(status.connection.words)",
      "labctl doctor on the online side; this machine keeps everything and tries again by itself")
  }

  /// A change that no message has room for. Capture makes none.
  private var size: Finding? {
    guard (status.connection.unsendable ?? 0) > 0 else { return nil }
    return finding(
      "size", .problem,
      "a change that an earlier version wrote is larger than a message may be (8 MB): it and what its "
        + "machine wrote after it stay here, and nothing of it is lost",
      "keep this machine and make a backup of it (labctl backup FILE); ask who looks after LabSync: "
        + "labctl export writes out what is only here")
  }

  private var capture: Finding? {
    guard let first = facts.setAside.first else { return nil }
    return finding(
      "capture", .problem,
      "what a program wrote can not be sent, and waits in the outbox: \(first)",
      "tell who wrote the program; the rows are in the table sync_outbox, with the reason in failure"
    )
  }

  private var waiting: Finding {
    let count = status.outbox + status.queued + status.received
    guard status.side == .lab, count > 0 else {
      return finding("waiting", .good, "nothing waits to be sent")
    }
    let age = status.oldestAgeSeconds.map { ", the oldest for \(Words.duration($0))" } ?? ""
    let words = "\(Words.count(count, "change")) only on this machine\(age)"
    let isOld = (status.oldestAgeSeconds ?? 0) > 3_600
    return finding(
      "waiting", isOld ? .problem : .warning, words,
      "keep this machine, and connect it; labctl status --watch shows how the rest goes")
  }

  private var parked: Finding {
    guard status.parked > 0 else { return finding("parked", .good, "nothing is parked") }
    return finding(
      "parked", .problem,
      "\(Words.count(status.parked, "change")) came in that this version can not use",
      "labctl parked list says why; a newer version, or labctl parked retry")
  }

  private var held: Finding? {
    guard let first = status.peersWithHeld.first else { return nil }
    let names = status.peersWithHeld.map { Terminal.oneLine($0.name) }.joined(separator: ", ")
    return finding(
      "held", .warning,
      "\(Words.count(status.held, "change")) of machines that were shut out wait for a decision: "
        + names,
      "labctl peer show \(status.shellName(of: first)), then labctl peer release, or leave them held"
    )
  }

  private var conflicts: Finding {
    guard status.conflicts > 0 else { return finding("conflicts", .good, "nobody is asked") }
    return finding(
      "conflicts", .warning,
      "\(Words.count(status.conflicts, "conflict")) \(status.conflicts == 1 ? "waits" : "wait") for a "
        + "person",
      "labctl conflict list")
  }
}
