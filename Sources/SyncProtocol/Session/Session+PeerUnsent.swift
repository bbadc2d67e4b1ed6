import SyncCore

extension Session {
  /// How many of its own changes the peer has said to have and this store has not; `nil` before it
  /// has said anything of each shared project. What it has written since it last spoke is not among
  /// them. Cost: from memory.
  public func peerUnsent(in store: some ChangeStore) throws -> UInt64? {
    guard let running, !running.shares.isEmpty else { return nil }
    var unsent: [UInt64] = []
    for (project, share) in running.shares {
      guard share.phase == .open else { return nil }
      let vector = try store.vector(of: project)
      for lane in Lane.allCases {
        let origin = Origin(replica: running.peer.replica, lane: lane)
        let (there, here) = (share.peerSequence(of: origin), vector.sequence(of: origin))
        if there > here { unsent.append(there - here) }
      }
    }
    return saturatingSum(unsent)
  }

  /// When the oldest of those was written that the peer had unsent as it came, by this side's clock and as
  /// far as the peer knew; `nil` where it had none, or says what can not be.
  public var peerOldestUnsentAt: Int64? {
    guard let running, let age = running.peer.oldestUnsentAgeMilliseconds else { return nil }
    // What the peer's clock was less than how far it is off is when its word arrived.
    let (came, isWrong) = running.peer.clockMilliseconds.subtractingReportingOverflow(
      running.clockOffsetMilliseconds)
    let (oldest, isTooOld) = came.subtractingReportingOverflow(Int64(clamping: age))
    return isWrong || isTooOld || oldest < 0 ? nil : oldest
  }

  /// How many changes, of anybody, the peer has said to have and this store has not; `nil` before it
  /// has said so of each shared project. Cost: from memory, by the origins.
  public func toCome(in store: some ChangeStore) throws -> UInt64? {
    guard let running, !running.shares.isEmpty else { return nil }
    var coming: [UInt64] = []
    for (project, share) in running.shares {
      guard share.phase == .open else { return nil }
      let vector = try store.vector(of: project)
      for (origin, position) in share.acknowledged.positions {
        let here = vector.sequence(of: origin)
        if position.sequence > here { coming.append(position.sequence - here) }
      }
    }
    return saturatingSum(coming)
  }
}
