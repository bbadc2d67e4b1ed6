import SyncCore

/// An invitation lets one device in, in time; that device also a second time, because it may not have
/// heard the answer.
public struct InvitationChecker: Checker {
  public let claim = "an invitation is good once, and in time"

  public init() {}

  public mutating func redeemed(
    _ secret: [UInt8], by key: String, refusal: String?, at now: Instant, in world: World
  ) {
    let known = world.invitations[secret]
    if known?.isDoubtful == true { return }
    let isGood =
      known.map { known in
        known.usedBy.map { $0 == key } ?? (known.expiresAt > now.wallMilliseconds)
      } ?? false
    if isGood, let refusal {
      world.report(claim, "the good invitation of \(key) was refused: \(refusal)")
    } else if !isGood, refusal == nil {
      world.report(claim, "\(key) was let in with an invitation that is not good")
    }
  }
}
