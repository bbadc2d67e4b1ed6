/// What identifies a change: its replica, its lane, and its place in that replica's sequence, which
/// counts from 1 without gaps (per project).
public struct Dot: Hashable, Comparable, Sendable {
  public var replica: ReplicaID
  public var lane: Lane
  public var sequence: UInt64

  public init(replica: ReplicaID, lane: Lane, sequence: UInt64) {
    self.replica = replica
    self.lane = lane
    self.sequence = sequence
  }

  public static func < (left: Self, right: Self) -> Bool {
    if left.replica != right.replica { return left.replica < right.replica }
    if left.lane != right.lane { return left.lane < right.lane }
    return left.sequence < right.sequence
  }

  /// What this dot adds to the revision of its record: 62 well-mixed bits (SplitMix64's finaliser,
  /// Steele et al. 2014). Sums of these are independent of the order in which changes arrive.
  public var revisionShare: Int64 {
    var bits = replica.rawValue.high ^ (replica.rawValue.low &* 0x9E37_79B9_7F4A_7C15)
    bits ^= sequence &* 0xD6E8_FEB8_6659_FD93 &+ UInt64(lane.rawValue)
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Int64((bits ^ bits >> 31) & Revision.mask)
  }
}

extension Dot: CustomStringConvertible {
  /// Replica, lane and sequence: `3f1c…/1/42` in full length.
  public var description: String { "\(replica)/\(lane.rawValue)/\(sequence)" }
}
