import SyncCore

/// One project as both sides of a session share it.
struct Share: Sendable {
  var phase: Phase
  /// What the peer has, or will have when everything that was sent arrives. Sequences alone count.
  var sent: ProjectVector
  /// What the peer said to have on disk.
  var acknowledged: ProjectVector
  /// The part of that whose chain hashes were compared here and are equal.
  var confirmed = ProjectVector()
  /// Origins whose chains differ, or that can not be sent.
  var excluded: Set<Origin> = []
  /// Those of them whose next change no message has room for.
  var unsendable: Set<Origin> = []
  /// Lanes of which something may be left to send.
  var pending: Set<Lane> = []
  var proof: Proof = .unproven
  /// Of a revoked peer: what is here, in the log or held outside it.
  var handedOver = ProjectVector()

  enum Phase: Hashable, Sendable {
    /// Our vector is on its way; the peer's has not come.
    case announced
    case open
  }

  /// Whether both sides hold the same.
  enum Proof: Hashable, Sendable {
    case unproven
    /// The ping of this number asks.
    case asked(UInt64)
    /// Asked, and not equal; to be asked again when something moves.
    case different
    case proven(at: Instant)
  }

  init(phase: Phase, peer vector: ProjectVector) {
    self.phase = phase
    sent = vector
    acknowledged = vector
  }

  /// How far the peer is known to be with what `origin` wrote.
  func peerSequence(of origin: Origin) -> UInt64 { acknowledged.sequence(of: origin) }

  var provenAt: Instant? {
    if case .proven(let instant) = proof { instant } else { nil }
  }

  /// Neither sent nor taken any more in this session.
  mutating func exclude(_ origin: Origin) {
    excluded.insert(origin)
    sent.advance(origin, to: ChainPosition(sequence: UInt64(Int64.max), hash: .zero))
    proof = .unproven
  }

  /// Compares the peer's position with our chain. `false`, and nothing more, where they differ.
  mutating func confirm(_ position: ChainPosition, of origin: Origin, hash: Digest128?) -> Bool {
    guard let hash else { return true }
    guard hash == position.hash else { return false }
    confirmed.advance(origin, to: position)
    return true
  }
}
