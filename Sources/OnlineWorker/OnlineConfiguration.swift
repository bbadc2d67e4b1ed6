import SyncCore
import SyncProtocol

public struct OnlineConfiguration: Hashable, Sendable {
  /// What is said to every peer; its projects and authors follow from the device.
  public var session: SessionConfiguration
  public var limits: OnlineLimits
  /// Until when devices may bring what others wrote, because this side was restored from a backup and
  /// lacks it; the wall clock's milliseconds.
  public var recoversUntilMilliseconds: Int64?

  public init(session: SessionConfiguration, limits: OnlineLimits = OnlineLimits()) {
    self.session = session
    self.limits = limits
  }

  /// - Parameter fork: when this side's store was found to be an older copy; the wall clock's
  ///   milliseconds.
  public mutating func recover(since fork: Int64) {
    recoversUntilMilliseconds = fork + limits.recoveryMilliseconds
  }

  func recovers(at now: Instant) -> Bool {
    recoversUntilMilliseconds.map { now.wallMilliseconds < $0 } ?? false
  }
}

/// How many peers an online side serves at once.
public struct OnlineLimits: Hashable, Sendable {
  /// Open sessions.
  public var sessions = 1_024
  /// Sessions that are not in sync yet.
  public var catchingUp = 512
  /// Bytes of changes that all sessions together may have underway to this side. Each is granted its
  /// part when it begins, and never less than one first batch.
  public var creditBytes = 64 << 20
  /// The wait that is named to those that come too many, in milliseconds.
  public var comeBackMilliseconds: UInt32 = 2_000
  /// How long after a restore any device may bring what it has of others: 30 days, in which every
  /// laptop that is in use was there.
  public var recoveryMilliseconds: Int64 = 30 * 86_400_000

  public init() {}
}
