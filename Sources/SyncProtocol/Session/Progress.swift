import SyncCore

/// How far the changes of one store have come at a peer, in changes.
public struct Progress: Hashable, Sendable {
  /// Captured here, not known to be there.
  public var queued: Int
  /// Arrived there in a batch that is not committed yet.
  public var received: Int
  /// On disk there.
  public var durable: Int
  /// On disk there, with equal chain hashes.
  public var confirmed: Int
  /// Of any replica: here, and not acknowledged by the peer.
  public var outstanding: Int
  /// Of any replica: at the peer, as last heard, and not here.
  public var expected: Int

  /// From what the peer acknowledged, as a store keeps it between sessions.
  public init(
    vector: ProjectVector, acknowledged: ProjectVector, confirmed: ProjectVector, own: ReplicaID
  ) {
    self.init()
    for lane in Lane.allCases {
      let origin = Origin(replica: own, lane: lane)
      let here = vector.sequence(of: origin)
      let there = min(acknowledged.sequence(of: origin), here)
      queued += Int(here - there)
      durable += Int(there)
      self.confirmed += Int(min(confirmed.sequence(of: origin), there))
    }
    for origin in vector.origins {
      let here = vector.sequence(of: origin)
      outstanding += Int(here - min(acknowledged.sequence(of: origin), here))
    }
    for origin in acknowledged.origins {
      let there = acknowledged.sequence(of: origin)
      expected += Int(there - min(vector.sequence(of: origin), there))
    }
  }

  public init() {
    queued = 0
    received = 0
    durable = 0
    confirmed = 0
    outstanding = 0
    expected = 0
  }
}
