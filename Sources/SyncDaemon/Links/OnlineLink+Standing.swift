import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// How the online side and its laptops stand.
extension OnlineLink {
  func fleet(at now: Instant, store: SQLiteStore) -> Fleet? {
    noteFleet(at: now, store)
    saveFleet(at: now, store)
    return Fleet(
      machines: known(worker.sessions, held: [:]).map { fleetMemory.machine($0.key, $0.peer) })
  }

  /// Takes down how the machines stand.
  func noteFleet(at now: Instant, _ store: SQLiteStore) {
    fleetMemory.note(worker.sessions.map { ($0.device.key, $0.session) }, store, at: now)
  }

  /// The same and writes it down, once a second.
  func keepFleet(at now: Instant, _ store: SQLiteStore) {
    guard fleetMemory.isDue(at: now) else { return }
    noteFleet(at: now, store)
    saveFleet(at: now, store)
  }

  func leaveCheck(uncaptured: Int, only: ProjectID?, store: SQLiteStore) -> LeaveCheck? { nil }

  func beginAnew(at now: Instant, store: inout SQLiteStore) {}

  func connectionWords(at now: Instant) -> String {
    let failure = storeFailure.map { "; what \($0.device) sent is not stored: \($0.words)" } ?? ""
    return sessionWords + failure
  }

  private var sessionWords: String {
    let sessions = worker.sessions
    guard !sessions.isEmpty else { return "listening on \(endpoint); no laptop is connected" }
    let settled = sessions.count { $0.session.inSyncSince != nil }
    let words = "listening on \(endpoint); \(sessions.count) connected, \(settled) in sync"
    let unsendable = sessions.lazy.compactMap(\.session.unsendableWords).first
    return unsendable.map { "\(words): \($0)" } ?? words
  }

  func standing(at now: Instant, store: SQLiteStore) throws -> LinkStanding {
    let sessions = worker.sessions
    let settled = sessions.filter { $0.session.inSyncSince != nil }
    var standing = LinkStanding(
      connection: Status.Connection(
        state: .listening, words: connectionWords(at: now), endpoint: endpoint, since: since))
    standing.note(unsendable: sessions.lazy.map(\.session.unsendableOrigins).max() ?? 0)
    standing.connection.storeFailure = storeFailure?.words
    let projects = store.projects
    standing.violations = violations
    standing.fingerprint = fingerprint
    standing.inSyncAt =
      settled.compactMap(\.session.inSyncSince?.wallMilliseconds).max() ?? proofs.newest
    let known = known(sessions, held: try store.heldCounts())
    standing.peers = known.map(\.peer)
    // Whoever is not let in keeps nobody from a complete report.
    standing.machines = known.filter { $0.standing == .admitted }.map { known in
      Report.Machine(
        known.peer, isInSync: known.session.map { $0.inSyncSince != nil },
        proof: proofs[known.peer.name, known.key], reported: fleetMemory.report(of: known.key),
        sharesNothing: known.session.map { $0.isOpen && $0.projects.isEmpty } ?? false,
        hasLeft: doorkeeper.hasLeft(known.key, all: projects))
    }
    // Nobody connected is no proof of anything.
    standing.isInSync = standing.machines.allSatisfy { !$0.isMissing }
    return standing
  }

  private struct Known {
    var key: String
    var peer: Status.Peer
    var standing: EnrolledDevice.Standing
    var session: Session?
  }

  private func known(
    _ sessions: [(handle: PeerHandle, device: Device, session: Session)], held: [String: Int]
  ) -> [Known] {
    let enrolled = doorkeeper.enrolled.values.filter { !doorkeeper.isByFile($0.key) }
    let all =
      enrolled.map { (key: $0.key, name: $0.name, standing: $0.standing) }
      + doorkeeper.byFile.map { (key: $0.key, name: $0.name, standing: .admitted) }
    return all.sorted { ($0.name, $0.key) < ($1.name, $1.key) }.map { known in
      let session = sessions.first { $0.device.key == known.key }?.session
      let lastContact =
        lastContacts[known.key] ?? doorkeeper.enrolled[known.key]?.lastContact
        ?? fleetMemory.report(of: known.key)?.at
      var peer = Status.Peer(
        name: known.name, isConnected: session != nil,
        words: Self.words(known.standing, session), lastContact: lastContact,
        standing: known.standing.rawValue)
      peer.held = held[known.key]
      if known.standing == .pending || peer.held != nil {
        peer.fingerprint = Doorkeeper.fingerprint(of: known.key)
      }
      return Known(key: known.key, peer: peer, standing: known.standing, session: session)
    }
  }

  private static func words(
    _ standing: EnrolledDevice.Standing, _ session: Session?
  ) -> String {
    switch (standing, session) {
    case (.pending, _): "waits to be let in"
    case (.revoked, _): "shut out"
    case (.admitted, .none): "not connected"
    case (.admitted, .some(let session)) where session.inSyncSince != nil: "connected, in sync"
    case (.admitted, .some(let session)) where session.isOpen && session.projects.isEmpty:
      "connected, shares no project"
    case (.admitted, .some): "connected, synchronising"
    }
  }
}
