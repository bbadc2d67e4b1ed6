import SQLiteStore
import SyncControl
import SyncCore

/// The machines that are known, and one of them.
extension OnlineLink {
  func list(at now: Instant, _ store: SQLiteStore) throws -> PeerList {
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

  func show(_ request: PeerShowRequest, _ store: SQLiteStore) throws -> PeerDetail {
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
