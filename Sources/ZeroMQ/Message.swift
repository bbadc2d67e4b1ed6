/// A message as received: its parts, and what libzmq knows of who sent it.
public struct Message: Hashable, Sendable {
  /// The parts in order, at most ``Socket/Options/maximumParts`` of them. On a router the first
  /// is the sender's routing id.
  public var parts: [[UInt8]]
  /// Parts beyond the limit, which were dropped. A message with any is not what its sender meant.
  public var excessParts: Int
  /// What the ``ZAPHandler`` answered for the sender's connection; nil without one. This is who
  /// the sender *is*; a routing id is only where an answer goes.
  public var userID: String?
  /// The sender's address as the connection had it, an IP address for TCP; nil for `inproc`.
  public var peerAddress: String?

  public init(
    parts: [[UInt8]], excessParts: Int = 0, userID: String? = nil, peerAddress: String? = nil
  ) {
    self.parts = parts
    self.excessParts = excessParts
    self.userID = userID
    self.peerAddress = peerAddress
  }
}
