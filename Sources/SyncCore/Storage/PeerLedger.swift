/// What both sides keep of their last session, so that a copied or restored machine is noticed.
public struct SessionToken: Hashable, Sendable {
  public var rawValue: UniqueID

  public init(rawValue: UniqueID) { self.rawValue = rawValue }
}

/// What a side that is dialed keeps of one replica that spoke to it: whose it is, and the tokens
/// that tell the replica from an older copy of itself.
///
/// Every session gives a fresh token. The token that was presented last and all that were given
/// since are good, because a welcome may be lost on its way. Presenting one makes the others void.
public struct PeerLedger: Hashable, Sendable {
  public let replica: ReplicaID
  /// The device that speaks as this replica, by its public key as text.
  public private(set) var device: String
  public private(set) var presented: SessionToken?
  /// Given since, the oldest first.
  public private(set) var issued: [SessionToken]
  /// Another machine uses the same device key: this one has to make its own.
  public private(set) var mustRenewKey: Bool

  public init(
    replica: ReplicaID, device: String, presented: SessionToken? = nil,
    issued: [SessionToken] = [], mustRenewKey: Bool = false
  ) {
    self.replica = replica
    self.device = device
    self.presented = presented
    self.issued = issued
    self.mustRenewKey = mustRenewKey
  }

  /// Takes the token of a hello. `false` where it is superseded: a store that speaks with it is an
  /// older copy of one that spoke since; then nothing changes.
  public mutating func present(_ token: SessionToken?) -> Bool {
    if token == presented { return true }
    guard let token else { return false }
    if issued.contains(token) {
      presented = token
      issued = []
      return true
    }
    // Nothing was ever given: whatever another online side gave it, or this one before it was restored, says
    // nothing here. It stays good until the answer was heard.
    guard presented == nil, issued.isEmpty else { return false }
    presented = token
    return true
  }

  /// As of a replica that was never given a token.
  public var withoutTokens: PeerLedger {
    PeerLedger(replica: replica, device: device, mustRenewKey: mustRenewKey)
  }

  /// Makes every token void that the replica has: its next hello is one of an older copy.
  public mutating func supersede(with unknown: SessionToken) {
    presented = unknown
    issued = []
  }

  public mutating func demandNewKey() { mustRenewKey = true }

  /// The machine has made the key that was demanded of it.
  public mutating func move(to device: String) {
    self.device = device
    mustRenewKey = false
  }

  /// Notes a token that goes out with a welcome.
  public mutating func issue(_ token: SessionToken) {
    issued.append(token)
    if issued.count > Limits.unusedTokens { issued.removeFirst() }
  }
}
