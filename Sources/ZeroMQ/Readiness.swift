import CZeroMQ

/// What a socket or a file descriptor can do without waiting.
public struct Readiness: OptionSet, Hashable, Sendable {
  public let rawValue: Int16

  public init(rawValue: Int16) {
    self.rawValue = rawValue
  }

  public static let readable = Readiness(rawValue: Int16(ZMQ_POLLIN))
  public static let writable = Readiness(rawValue: Int16(ZMQ_POLLOUT))
  /// A file descriptor has failed or its other end is closed. Never said of a socket.
  public static let failed = Readiness(rawValue: Int16(ZMQ_POLLERR))
}
