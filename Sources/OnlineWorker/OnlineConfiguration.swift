import SyncCore
import SyncProtocol

public struct OnlineConfiguration: Hashable, Sendable {
  /// What is said to every peer; its projects and authors follow from the device.
  public var session: SessionConfiguration
  public var limits: OnlineLimits

  public init(session: SessionConfiguration, limits: OnlineLimits = OnlineLimits()) {
    self.session = session
    self.limits = limits
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

  public init() {}
}
