import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// Letting a machine in.
extension OnlineLink {
  func invite(
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

  func approve(
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
