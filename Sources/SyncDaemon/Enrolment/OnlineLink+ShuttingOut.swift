import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// Shutting a machine out, and what is held of it.
extension OnlineLink {
  func revoke(
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
    let projects = try projects(of: device, ledgers, store)
    for ledger in ledgers {
      for project in try revocable(ledger.replica, in: projects, store) {
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
    return PeerRevocation(
      words: "\(named(device)) is shut out; \(taken)", voided: voided)
  }

  /// The projects that a replica wrote to; where there is none, the first that its device may have.
  private func revocable(
    _ replica: ReplicaID, in projects: [ProjectID], _ store: SQLiteStore
  ) throws -> [ProjectID] {
    let written = try projects.filter { project in
      try store.vector(of: project).origins.contains { $0.replica == replica }
    }
    return written.isEmpty ? Array(projects.prefix(1)) : written
  }

  /// What it may have and, whatever it may now, what its replicas wrote to.
  func projects(
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

  func release(
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
}
