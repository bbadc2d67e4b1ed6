import SyncCore

/// Whether a laptop may be lost now without losing anything that was written on it, and the
/// evidence.
///
/// It is asked right after a pass that somebody asked for was answered, so that the proof is of this
/// moment. It says safe only if every write is a change, every change of this store's is on the other
/// side's disk with an equal chain, and both sides were just seen to hold the same.
public struct LeaveCheck: Hashable, Sendable {
  /// Writes that are no change yet.
  public var uncaptured: Int
  /// This store's changes that the other side has not on its disk, as far as it said.
  public var notDurable = 0
  /// On disk there, and not seen to be in an equal chain.
  public var notConfirmed = 0
  public var confirmed = 0
  /// Whether there is a project to lose anything of.
  public private(set) var hasProject = false
  /// When both sides were last seen to hold the same; `nil` where that is not proven now.
  public var provenAt: Instant?

  /// `lastPeer` is the other side as it was met last, whose acknowledgements count where there is no
  /// session. `only` looks at one project, as if there were no other; `uncaptured` has to be of it then.
  /// Cost: a few look-ups for each project.
  public init(
    uncaptured: Int, session: Session?, lastPeer: ReplicaID? = nil, only: ProjectID? = nil,
    store: some ChangeStore
  ) throws {
    self.uncaptured = uncaptured
    if let only { provenAt = session?.inSync(only) } else { provenAt = session?.inSyncSince }
    for project in try only.map({ [$0] }) ?? store.projects {
      let progress = try Self.progress(of: project, session, lastPeer, store)
      hasProject = true
      notDurable += progress.queued + progress.received
      notConfirmed += progress.durable - progress.confirmed
      confirmed += progress.confirmed
    }
  }

  /// Of a project that the other side does not share, what it acknowledged once.
  private static func progress(
    of project: ProjectID, _ session: Session?, _ lastPeer: ReplicaID?, _ store: some ChangeStore
  ) throws -> Progress {
    if let progress = try session?.progress(of: project, in: store) { return progress }
    var acknowledged = ProjectVector()
    if let peer = session?.peer?.replica ?? lastPeer {
      acknowledged = try store.acknowledged(in: project, by: peer)
    }
    return Progress(
      vector: try store.vector(of: project), acknowledged: acknowledged, confirmed: acknowledged,
      own: store.replica)
  }

  public enum Reason: Hashable, Sendable {
    case notCaptured(Int)
    case notDurable(Int)
    case notConfirmed(Int)
    /// It is not known now that both sides hold the same of the projects that are here.
    case notProven
  }

  /// Why it is not safe; empty where it is.
  public var reasons: [Reason] {
    var reasons: [Reason] = []
    if uncaptured > 0 { reasons.append(.notCaptured(uncaptured)) }
    if notDurable > 0 { reasons.append(.notDurable(notDurable)) }
    if notConfirmed > 0 { reasons.append(.notConfirmed(notConfirmed)) }
    if provenAt == nil, hasProject { reasons.append(.notProven) }
    return reasons
  }

  public var isSafe: Bool { reasons.isEmpty }
}
