import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import ZeroMQ

/// Who gets in, as labctl asks for it.
extension OnlineLink {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    let answer: any Codable & Hashable & Sendable =
      switch request {
      case .list: try list(at: now, store)
      case .show(let request): try show(request, store)
      case .invite(let request): try invite(request, at: now, store)
      case .approve(let request): try approve(request, at: now, &store)
      case .revoke(let request): try revoke(request, at: now, &store)
      case .release(let request): try release(request, at: now, &store)
      case .serverKey(let request): try serverKey(request, at: now, &store)
      case .leave:
        throw ControlFailure(
          what: "the online side leaves no project", why: "laptops do",
          remedy: "run it on the laptop")
      }
    return try ControlCodec.encode(answer: answer)
  }

  private func list(at now: Instant, _ store: SQLiteStore) throws -> PeerList {
    let counts = try store.heldCounts()
    let connected = Set(worker.sessions.map(\.device.key))
    var entries = doorkeeper.enrolled.values.filter { !doorkeeper.isByFile($0.key) }
      .map { entry($0, isByFile: false, held: counts[$0.key] ?? 0, connected) }
    entries += doorkeeper.byFile.map { key, name in
      let device = EnrolledDevice(key: key, name: name, standing: .admitted, since: 0)
      return entry(device, isByFile: true, held: 0, connected)
    }
    entries.sort { ($0.name, $0.key) < ($1.name, $1.key) }
    return PeerList(peers: entries, openInvitations: try store.openInvitations(at: now).count)
  }

  private func entry(
    _ device: EnrolledDevice, isByFile: Bool, held: Int, _ connected: Set<String>
  ) -> PeerEntry {
    PeerEntry(
      name: device.name, fingerprint: Doorkeeper.fingerprint(of: device.key), key: device.key,
      standing: device.standing.rawValue, role: device.role.rawValue,
      projects: device.projects.map { $0.sorted().map(\.description) },
      isConnected: connected.contains(device.key),
      lastContact: lastContacts[device.key] ?? device.lastContact, since: device.changedAt,
      held: held, reason: device.reason, isByFile: isByFile)
  }

  /// The one device that a text names: by its key, else by its fingerprint, else by its name. A machine
  /// that waits says its name itself, so that this names nobody; one that was let in before, by a file that
  /// is gone, goes by the name that it had then, unless it is to be let in.
  private func device(
    _ text: String, orFormer: Bool = true, _ store: SQLiteStore
  ) throws -> EnrolledDevice {
    var known = doorkeeper.enrolled.values.filter { !doorkeeper.isByFile($0.key) }
    known += doorkeeper.byFile.map {
      EnrolledDevice(key: $0.key, name: $0.name, standing: .admitted, since: 0)
    }
    let former = try former(besides: known, store)
    known = known.filter { device in !former.contains { $0.key == device.key } }
    let all = known + former
    let ways = [
      all.filter { $0.key == text },
      all.filter { Doorkeeper.fingerprint(of: $0.key) == text.uppercased() },
      known.filter { $0.standing != .pending && $0.name == text },
      former.filter { orFormer && $0.name == text },
    ]
    let found = ways.first { !$0.isEmpty } ?? []
    if let device = found.first, found.count == 1 { return device }
    throw ControlFailure(
      what: found.isEmpty
        ? "no machine is called '\(text)'" : "\(found.count) machines are '\(text)'",
      why: "a machine is named by its name, its fingerprint or its key, and one that waits to be "
        + "let in by its fingerprint or its key alone",
      remedy: "take the fingerprint from labctl peer list", exit: .usage)
  }

  /// Machines that spoke as a replica here, and have no rights any more that anybody took from them: their
  /// file is gone. What they are granted is what a file grants: all.
  private func former(
    besides known: [EnrolledDevice], _ store: SQLiteStore
  ) throws -> [EnrolledDevice] {
    let standing = Dictionary(known.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    return try store.devicesThatSpoke().compactMap { key, name in
      guard standing[key].map({ $0.standing == .pending }) ?? true else { return nil }
      var device = EnrolledDevice(
        key: key, name: doorkeeper.formerFileNames[key] ?? name, standing: .pending,
        since: standing[key]?.since ?? 0)
      device.lastContact = standing[key]?.lastContact
      return device
    }
  }

  /// As a person compares it.
  private func named(_ device: EnrolledDevice) -> String {
    "\(device.name) (\(Doorkeeper.fingerprint(of: device.key)))"
  }

  private func projects(
    _ texts: [String], _ store: SQLiteStore
  ) throws(ControlFailure) -> Set<ProjectID>? {
    guard !texts.isEmpty else { return nil }
    var projects: Set<ProjectID> = []
    for text in texts {
      guard let project = try projectID(text), store.projects.contains(project) else {
        throw ControlFailure(
          what: "there is no project \(text) here", why: "a project is named by its id",
          remedy: "take the id from labctl status", exit: .usage)
      }
      projects.insert(project)
    }
    return projects
  }

  private func role(_ text: String) throws(ControlFailure) -> DeviceRole {
    guard let role = DeviceRole(rawValue: text) else {
      throw ControlFailure(
        what: "'\(text)' is no role", why: "",
        remedy: DeviceRole.allCases.map(\.rawValue).joined(separator: ", "), exit: .usage)
    }
    return role
  }
}

// MARK: - Letting in

extension OnlineLink {
  private func invite(
    _ request: PeerInviteRequest, at now: Instant, _ store: SQLiteStore
  ) throws -> Invitation {
    guard let keys else {
      throw ControlFailure(
        what: "nobody can be invited", why: "listen.plain is set: nothing is encrypted",
        remedy: "take listen.plain out of the configuration", exit: .failed)
    }
    let longest = GateLimits.longestInvitationDays * 86_400
    guard (1...longest).contains(request.expiresInSeconds) else {
      throw ControlFailure(
        what: "an invitation is good for 1 s to \(GateLimits.longestInvitationDays) days", why: "",
        remedy: "--expires 24h", exit: .usage)
    }
    try checkName(request.peer)
    let projects = try projects(request.projects, store)
    let named = (projects.map { $0.sorted() } ?? store.projects).prefix(200)
    let endpoints =
      request.endpoints.isEmpty ? AdvertisedEndpoints.of(endpoint) : request.endpoints
    for endpoint in endpoints { _ = try Endpoint(endpoint, for: .connect) }
    guard !endpoints.isEmpty else {
      throw ControlFailure(
        what: "where laptops dial is not known", why: "\(endpoint) is for this machine alone",
        remedy: "--endpoint tcp://hub.example.org:5570", exit: .usage)
    }
    var generator = SystemRandomNumberGenerator()
    let secret = (0..<ProtocolLimits.invitationBytes).map { _ in
      UInt8.random(in: 0...UInt8.max, using: &generator)
    }
    let expiresAt = now.wallMilliseconds + Int64(request.expiresInSeconds) * 1_000
    try store.invite(
      secret: secret,
      InvitationTerms(
        name: request.peer, projects: projects, role: role(request.role), expiresAt: expiresAt),
      at: now)
    let line = InvitationLine(
      // Whoever joins during a change of keys dials with the present one, and is told the next.
      secret: secret, serverKey: try keys.load().publicKey.bytes, expiresAt: expiresAt,
      projects: named.map(\.rawValue.bytes),
      endpoints: Array(endpoints.prefix(GateLimits.invitedEndpoints)), name: request.peer)
    return Invitation(
      line: line.text, expiresAt: expiresAt, projects: named.map(\.description),
      endpoints: line.endpoints)
  }

  private func checkName(_ name: String?) throws {
    guard let name, !MachineName.isUsable(name) else { return }
    throw ControlFailure(
      what: "a machine can not be called that", why: MachineName.words,
      remedy: "--name \"Table 3\"", exit: .usage)
  }

  private func approve(
    _ request: PeerApproveRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> Confirmation {
    var device = try device(request.peer, orFormer: false, store)
    let wasRevoked = device.standing == .revoked
    device.projects = try projects(request.projects, store)
    device.role = try role(request.role)
    device.standing = .admitted
    device.changedAt = now.wallMilliseconds
    device.reason = nil
    try checkName(request.newName)
    if let name = request.newName { device.name = name }
    let others = doorkeeper.enrolled.values.contains {
      $0.key != device.key && $0.name == device.name && $0.standing != .pending
    }
    guard !others else {
      throw ControlFailure(
        what: "there is another machine called '\(device.name)'", why: "",
        remedy: "--name NAME", exit: .usage)
    }
    if wasRevoked { try store.supersede(device: device.key, at: now) }
    try doorkeeper.admit(device, at: now, store)
    tell(.rightsChanged(key: device.key), at: now, &store)
    let rest =
      wasRevoked
      ? "; it goes on under a new name, and what it wrote meanwhile comes with it"
      : ""
    return Confirmation(words: "\(named(device)) is let in\(rest)")
  }
}

// MARK: - Shutting out

extension OnlineLink {
  private func revoke(
    _ request: PeerRevokeRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> PeerRevocation {
    var device = try device(request.peer, store)
    let ledgers = try store.ledgers(ofDevice: device.key)
    var after: [Dot] = []
    for text in request.after { after.append(try dot(text)) }
    device.standing = .revoked
    device.reason = request.reason
    device.changedAt = now.wallMilliseconds
    device.lastContact = lastContacts[device.key] ?? device.lastContact
    // Out before anything else is done.
    try doorkeeper.save(device, at: now, store)
    tell(.revoked(key: device.key, words: Doorkeeper.revoked(device)), at: now, &store)
    var voided: Int64 = 0
    for ledger in ledgers {
      for project in try projects(of: device, ledgers, store) {
        var ends: [Lane: UInt64] = [:]
        for lane in Lane.allCases {
          let origin = SyncCore.Origin(replica: ledger.replica, lane: lane)
          let here = try store.vector(of: project).sequence(of: origin)
          let end = try self.end(of: origin, here, in: project, request, after, store)
          ends[lane] = end
          voided += Int64(here - min(end, here))
        }
        try store.revoke(
          ledger.replica, in: project, lastStanding: ends, reason: request.reason, at: now)
      }
    }
    let taken =
      voided == 0
      ? "nothing that is here was taken back"
      : "\(counted(Int(voided), "change")) of it count no more"
    return PeerRevocation(words: "\(named(device)) is shut out; \(taken)", voided: voided)
  }

  /// What it may have and, whatever it may now, what its replicas wrote to.
  private func projects(
    of device: EnrolledDevice, _ ledgers: [PeerLedger], _ store: SQLiteStore
  ) throws -> [ProjectID] {
    let replicas = Set(ledgers.map(\.replica))
    return try store.projects.filter { project in
      guard let granted = device.projects, !granted.contains(project) else { return true }
      return try store.vector(of: project).origins.contains { replicas.contains($0.replica) }
    }
  }

  private func end(
    of origin: SyncCore.Origin, _ here: UInt64, in project: ProjectID,
    _ request: PeerRevokeRequest, _ after: [Dot], _ store: SQLiteStore
  ) throws -> UInt64 {
    let named = after.filter { $0.replica == origin.replica && $0.lane == origin.lane }
    if request.since == nil, named.isEmpty {
      // What was taken back before stays so.
      return min(here, try store.lastStanding(of: origin, in: project) ?? here)
    }
    var end = here
    if let since = request.since {
      end = min(end, try store.lastChange(of: origin, in: project, before: since))
    }
    for dot in named { end = min(end, dot.sequence) }
    return end
  }

  private func dot(_ text: String) throws(ControlFailure) -> Dot {
    let parts = text.split(separator: "/")
    guard parts.count == 3, let replica = ReplicaID(String(parts[0])),
      let lane = UInt8(parts[1]).flatMap(Lane.init(rawValue:)), let sequence = UInt64(parts[2])
    else {
      throw ControlFailure(
        what: "'\(text)' is no change", why: "a change is REPLICA/LANE/SEQUENCE",
        remedy: "take it from labctl peer show or labctl explain", exit: .usage)
    }
    return Dot(replica: replica, lane: lane, sequence: sequence)
  }

  private func release(
    _ request: PeerReleaseRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> Confirmation {
    let device = try device(request.peer, store)
    let session = worker.sessions.first { $0.device.key == device.key }?.session
    if device.standing == .admitted, session?.inSyncSince == nil,
      try store.heldCounts()[device.key] ?? 0 > 0
    {
      throw ControlFailure(
        what: "nothing of \(device.name) is released now",
        why: "it is let in again: what is held of it comes with it, and would count twice",
        remedy: """
          wait until it has been connected; if it never comes again, shut it out (labctl peer revoke) \
          and release then
          """)
    }
    let released = try store.release(of: device.key, until: request.until ?? .max, at: now)
    let left = try store.heldCounts()[device.key] ?? 0
    return Confirmation(
      words: "released \(counted(released, "change")) of \(device.name); still held: \(left)")
  }

  private func show(_ request: PeerShowRequest, _ store: SQLiteStore) throws -> PeerDetail {
    let device = try device(request.peer, store)
    let ledgers = try store.ledgers(ofDevice: device.key)
    let isStranger = device.standing == .pending && ledgers.isEmpty
    let projects = try projects(of: device, ledgers, store)
    var chains: [PeerDetail.Chain] = []
    for ledger in ledgers {
      for project in projects {
        for lane in Lane.allCases {
          let origin = SyncCore.Origin(replica: ledger.replica, lane: lane)
          let here = try store.vector(of: project).sequence(of: origin)
          let end = try store.lastStanding(of: origin, in: project)
          guard here > 0 || end != nil else { continue }
          chains.append(
            PeerDetail.Chain(
              project: project.description, replica: ledger.replica.description,
              lane: Int(lane.rawValue), here: Int64(here), standsUntil: end.map { Int64($0) }))
        }
      }
    }
    let counts = try store.heldCounts()
    let connected = Set(worker.sessions.map(\.device.key))
    let held = try store.held(of: device.key, atMost: 100).map { held in
      PeerDetail.Held(
        change: "\(held.dot.replica)/\(held.dot.lane.rawValue)/\(held.dot.sequence)",
        project: held.project.description, kind: held.kind, writtenAt: held.writtenAt,
        heldAt: held.heldAt)
    }
    return PeerDetail(
      peer: entry(
        device, isByFile: doorkeeper.isByFile(device.key), held: counts[device.key] ?? 0, connected),
      chains: chains, held: held,
      onlyThere: isStranger
        ? "nothing of it is here, and it has nothing from here" : onlyThere(device, store),
      participants: isStranger ? 0 : try store.participants(in: projects),
      departures: try store.departures(of: device.key).map {
        PeerDetail.Departed(
          project: $0.project.description, changes: Int64(clamping: $0.changes), at: $0.at)
      })
  }

  /// What would be lost with the machine.
  private func onlyThere(_ device: EnrolledDevice, _ store: SQLiteStore) -> String {
    if doorkeeper.hasLeft(device.key, all: store.projects) {
      return "nothing: it removed every project that it shared"
    }
    let session = worker.sessions.first { $0.device.key == device.key }?.session
    if session?.inSyncSince != nil { return "nothing: it is connected and everything is here" }
    if session != nil { return "it is connected and hands over what it has" }
    guard let last = lastContacts[device.key] ?? device.lastContact else {
      return "it has not spoken since this daemon started: what it captured since is on it alone"
    }
    return "what it captured since it last spoke, at \(Timestamp.text(milliseconds: last))"
  }
}

// MARK: - The key of this side

extension OnlineLink {
  private func serverKey(
    _ request: ServerKeyRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> ServerKey {
    guard let keys else {
      throw ControlFailure(
        what: "there is no key to look after", why: "listen.plain is set: nothing is encrypted",
        remedy: "take listen.plain out of the configuration")
    }
    switch request.action {
    case .show: break
    case .announce:
      doorkeeper.announced = try keys.makeNext().publicKey
      // Everybody comes again, and is told in the welcome.
      for session in worker.sessions { tell(.greetAnew(session.handle), at: now, &store) }
    case .switch:
      guard let next = try keys.next() else {
        throw ControlFailure(
          what: "there is no next key", why: "none was announced", remedy: "labctl key announce")
      }
      let waiting = waiting(for: next.publicKey)
      guard waiting.isEmpty || request.force else {
        throw ControlFailure(
          what: "the next key is not known yet to \(counted(waiting.count, "machine"))",
          why: waiting.joined(separator: ", "),
          remedy: "wait until they were connected, or --force and invite them anew",
          exit: .needsAttention)
      }
      let pair = try keys.switchToNext()
      doorkeeper.announced = nil
      try listen(with: pair.secretKey, at: now, store: &store)
    }
    return try serverKeyAnswer(keys, request.action)
  }

  private func waiting(for key: CurvePublicKey) -> [String] {
    let admitted = doorkeeper.enrolled.values.filter { $0.standing == .admitted }
      .map { ($0.key, $0.name) }
    return (admitted + doorkeeper.byFile.map { ($0.key, $0.name) })
      .filter { doorkeeper.keptServerKey($0.0) != key.z85 }.map(\.1).sorted()
  }

  private func serverKeyAnswer(
    _ keys: KeyFolder, _ action: ServerKeyRequest.Action
  ) throws -> ServerKey {
    let present = try keys.load().publicKey
    let next = try keys.next()?.publicKey
    let waiting = next.map { self.waiting(for: $0) } ?? []
    let words =
      switch (action, next) {
      case (.switch, _): "the next key is the present one now; the former is in \(keys.path)"
      case (_, nil): "there is no next key"
      case (_, .some) where waiting.isEmpty: "every machine knows the next key: labctl key switch"
      case (_, .some): "the next key is not known yet to \(counted(waiting.count, "machine"))"
      }
    return ServerKey(
      present: present.z85, next: next?.z85, waitingFor: waiting, words: words)
  }
}

/// `1 change`, `2 changes`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
