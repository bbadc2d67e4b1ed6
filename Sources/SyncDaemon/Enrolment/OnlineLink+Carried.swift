import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// What the online side takes from a bundle, which proves no key.
extension OnlineLink {
  func ruling(
    on replica: ReplicaID, in project: ProjectID, from sender: Introduction, at now: Instant,
    store: SQLiteStore
  ) throws -> CarriedRuling {
    let ruling = try worker.ruling(
      on: replica, in: project, owner: try speaker(as: replica, store),
      carrier: try speaker(as: sender.replica, store), at: now, store: store)
    guard case .taken = ruling else { return ruling }
    if try store.ledger(of: replica)?.mustRenewKey == true {
      return .refused(
        words: "its disk is a copy of another machine's: it has to connect first, with its own key")
    }
    if try isShutOut(replica, store) {
      return .refused(
        words: "its machine was shut out under this name: let in again, it takes a new one when it "
          + "connects, and brings this with it")
    }
    return ruling
  }

  /// Whether the replica's changes count up to one of them only, in any project: what follows would never
  /// be shown there, and the machine goes on under a new name everywhere.
  private func isShutOut(_ replica: ReplicaID, _ store: SQLiteStore) throws -> Bool {
    try store.projects.contains { project in
      try Lane.allCases.contains { lane in
        let origin = SyncCore.Origin(replica: replica, lane: lane)
        return try store.lastStanding(of: origin, in: project) != nil
      }
    }
  }

  /// The device that spoke as a replica, as it stands now. Without encryption everybody is the one local
  /// device.
  private func speaker(as replica: ReplicaID, _ store: SQLiteStore) throws -> Device? {
    guard let ledger = try store.ledger(of: replica) else { return nil }
    guard keys != nil else { return Device(key: ledger.device, name: "local", role: .relay) }
    return doorkeeper.device(ledger.device)
  }

  /// Whoever imports says which machine made the bundle: its replica is that device's from now on, as if
  /// it had spoken.
  func vouch(
    for sender: Introduction, as text: String, at now: Instant, store: inout SQLiteStore
  ) throws {
    let device = try device(text, orFormer: false, store)
    guard device.standing == .admitted else {
      throw ControlFailure(
        what: "nothing was imported", why: "\(named(device)) is not let in",
        remedy: "labctl peer list", exit: .usage)
    }
    guard sender.side == .lab else {
      throw ControlFailure(
        what: "nothing was imported", why: "the bundle was not made on a laptop",
        remedy: "the same without --device", exit: .usage)
    }
    if let ledger = try store.ledger(of: sender.replica) {
      guard ledger.device == device.key else {
        throw ControlFailure(
          what: "nothing was imported",
          why: "the bundle is of another machine than \(named(device)): of "
            + Doorkeeper.fingerprint(of: ledger.device),
          remedy: "the same without --device", exit: .usage)
      }
      return
    }
    try store.save(PeerLedger(replica: sender.replica, device: device.key), at: now)
    log.note(.replicaSeen(sender.replica, device: device.name))
  }
}
