import Glibc
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// How things stand, from the store and the link: the answer to `labctl status`.
struct StatusReport {
  let name: String

  func make(
    _ store: SQLiteStore, _ standing: LinkStanding, at now: Instant
  ) throws -> Status {
    let peers = try store.acknowledgingPeers()
    let peer = standing.peer ?? peers.first?.peer
    var acknowledged: [ProjectID: ProjectVector] = [:]
    var progress = Progress()
    for project in store.projects {
      let known = try acknowledgedVector(of: project, by: peer, in: store)
      acknowledged[project] = known
      let part = try self.progress(of: project, acknowledged: known, in: store)
      progress.queued += part.queued
      progress.durable += part.durable
      progress.confirmed += part.confirmed
    }
    let figures = try store.figures(acknowledged: acknowledged)
    let outboxRows = figures.outboxWaiting + figures.outboxFailed
    let received = min(standing.received, progress.queued)
    // The link's proof covers every change of every replica; what was written since is counted here.
    let held = try store.heldCounts().values.reduce(0, +)
    let isClean = held == 0 && figures.parked == 0 && outboxRows == 0 && progress.queued == 0
    var status = Status(
      side: store.side == .lab ? .lab : .online, replica: store.replica.description, name: name,
      projects: try store.projects.map {
        Status.Project(id: $0.description, name: try store.name(of: $0))
      },
      connection: standing.connection, outbox: outboxRows,
      queued: progress.queued - received, received: received, durable: progress.durable,
      confirmed: progress.confirmed,
      oldestAgeSeconds: figures.oldestUnacknowledgedAt.map {
        Int(max(0, now.wallMilliseconds - $0) / 1_000)
      },
      conflicts: figures.openConflicts, settled: figures.settledConflicts,
      parked: figures.parked, held: held,
      clockOffsetMilliseconds: standing.clockOffsetMilliseconds,
      lastSync: standing.inSyncAt ?? peers.first?.at,
      inSync: Status.InSync(value: standing.isInSync && isClean, at: standing.inSyncAt),
      storeBytes: figures.storeBytes, software: Daemon.software, peers: standing.peers,
      isPaused: standing.isPaused, fork: try fork(of: store),
      violations: standing.violations, coming: standing.coming, fingerprint: standing.fingerprint)
    status.processID = getpid()
    return status
  }

  private func fork(of store: SQLiteStore) throws -> Status.Fork? {
    guard let (fork, at) = try store.lastFork() else { return nil }
    let kept =
      switch fork.reissued {
      case 0: "nothing was written on it alone"
      case 1: "the one change that only it had was kept and goes online like any other"
      default:
        "the \(fork.reissued) changes that only it had were kept and go online like any others"
      }
    let why =
      try wasShutOut(fork.former, in: store)
      ? """
      this machine was shut out and is let in again: its former name stays shut out, so it works on \
      under a new one
      """
      : """
      this machine's data was an older copy (a restored backup, or a copied disk): it gets back \
      what it lacked, works on under a new name
      """
    return Status.Fork(
      at: at, former: fork.former.description, kept: fork.reissued, words: "\(why), and \(kept)")
  }

  /// Whether the online side has said how far the changes of a replica count. That is news from the other
  /// side: until it is here, the words are those of a copy.
  private func wasShutOut(_ replica: ReplicaID, in store: SQLiteStore) throws -> Bool {
    try store.projects.contains { project in
      let origin = SyncCore.Origin(replica: replica, lane: .records)
      return try store.lastStanding(of: origin, in: project) != nil
    }
  }

  /// The online side is itself the place where things become durable.
  private func acknowledgedVector(
    of project: ProjectID, by peer: ReplicaID?, in store: SQLiteStore
  ) throws -> ProjectVector {
    switch store.side {
    case .online: return try store.vector(of: project)
    case .lab:
      guard let peer else { return ProjectVector() }
      return try store.acknowledged(in: project, by: peer)
    }
  }

  /// Confirmed is what the peer acknowledged with the chain hash that this store has there.
  private func progress(
    of project: ProjectID, acknowledged: ProjectVector, in store: SQLiteStore
  ) throws -> Progress {
    var confirmed = ProjectVector()
    for lane in Lane.allCases {
      let origin = SyncCore.Origin(replica: store.replica, lane: lane)
      guard let position = acknowledged[origin],
        try store.chainHash(of: origin, at: position.sequence, in: project) == position.hash
      else { continue }
      confirmed[origin] = position
    }
    return Progress(
      vector: try store.vector(of: project), acknowledged: acknowledged, confirmed: confirmed,
      own: store.replica)
  }
}
