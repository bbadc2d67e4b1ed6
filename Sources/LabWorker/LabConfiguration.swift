import SyncProtocol

public struct LabConfiguration: Hashable, Sendable {
  /// The addresses of the online side, the preferred one first. At least one.
  public var endpoints: [String]
  public var session: SessionConfiguration
  public var limits: LabLimits

  public init(
    endpoints: [String], session: SessionConfiguration, limits: LabLimits = LabLimits()
  ) {
    precondition(!endpoints.isEmpty, "a lab needs the address of an online side")
    self.endpoints = endpoints
    self.session = session
    self.limits = limits
  }
}

/// The times that a lab keeps, in milliseconds.
public struct LabLimits: Hashable, Sendable {
  /// How long a connection may take to stand.
  public var dialMilliseconds: Int64 = 10_000
  /// The longest wait after the first failure; it doubles with each.
  public var firstWaitMilliseconds: Int64 = 500
  public var longestWaitMilliseconds: Int64 = 60_000
  /// The wait after a refusal, which only a person's action ends.
  public var refusedMilliseconds: Int64 = 60_000

  public init() {}
}
