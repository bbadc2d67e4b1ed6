import SyncCore

/// What the side that dials presents to be let in, and what the dialed side lets it do.
public struct Enrolment: Hashable, Sendable {
  /// The one-time secret of an invitation, presented until it was accepted.
  public var invitation: [UInt8]?
  /// The newest public key of the online side that is kept here.
  public var keptServerKey: [UInt8]?
  /// Projects that were left since the last session.
  public var departures: [Departure] = []
  /// Wall time at which the oldest change of this side's was written that the other is not known to have;
  /// `nil` where it has all.
  public var oldestUnsentAt: Int64?
  /// The public key that this side will have next.
  public var announcedServerKey: [UInt8]?
  /// What may be claimed by the changes that the peer brings.
  public var stamps: StampAccess = .any
  /// Why the peer may not bring what ``SessionConfiguration/authors`` leaves out.
  public var authorRefusal = """
    its sender may not bring what others wrote (if the online side was restored from a backup and lacks \
    it, labsyncd has to be started there once with --restored)
    """
  /// The peer is revoked, in these words: what it still has is taken and kept outside the log, and it gets
  /// nothing.
  public var heldWords: String?

  /// Whether the peer only hands over what it has.
  var isHeld: Bool { heldWords != nil }

  public init() {}
}

/// The sides and authorities that changes of a peer may be stamped with.
public enum StampAccess: Hashable, Sendable {
  case any
  /// A lab's side and authority alone, but for what these replicas wrote.
  case lab(except: Set<ReplicaID>)

  /// Why a change may not be stamped as it is; `nil` where it may. Cost: one pass over the tags of the
  /// change's bytes.
  func objection(to change: EncodedChange, of replica: ReplicaID) -> String? {
    guard case .lab(let exempt) = self, !exempt.contains(replica),
      let stamp = ChangeStamp(of: change.bytes)
    else { return nil }
    if stamp.side != UInt64(Side.lab.rawValue) {
      return "it claims to be written on a side that its sender is not"
    }
    if stamp.authority > UInt64(Authority.lab.rawValue) {
      return "it claims an authority that its sender does not have"
    }
    return nil
  }
}
