extension Socket {
  /// How a socket behaves, all of it set before the socket binds or connects.
  ///
  /// The values here are chosen for a program that keeps its own queue: nothing lingers, nothing
  /// is queued for a peer that is not there, and a message that can not be delivered says so.
  /// Heartbeats, keepalive and ``maximumRetransmitMilliseconds`` are off unless given, as in
  /// libzmq: without one of them a peer that vanished without a word is never noticed.
  public struct Options: Hashable, Sendable {
    /// How long a closed socket still tries to send; 0 drops what is left, nil waits for ever.
    public var lingerMilliseconds: Int? = 0
    /// Queue only for connections that are complete: a send before that is `wouldBlock`.
    public var immediate = true
    /// A router says `unroutable` for a routing id it does not know, where it would drop.
    public var routerMandatory = true
    /// A router gives a routing id in use to a newer peer that claims it, where it would refuse
    /// the newer. Never with peers that choose their own id and are not trusted.
    public var routerHandover = false
    /// The largest part accepted from the network. A larger one closes the connection before
    /// its bytes are read. Bounds each part, not their number. `inproc` is not bounded.
    public var maximumMessageBytes = 8 * 1024 * 1024
    /// The most parts of a message that ``Socket/receive()`` keeps; the rest is counted only.
    public var maximumParts = 16
    /// Messages held for each peer before a send is `wouldBlock`; 0 is no limit.
    public var sendHighWaterMark = 1000
    /// Messages held from each peer before its connection is no longer read; 0 is no limit.
    public var receiveHighWaterMark = 1000
    /// Asks the peer's libzmq for a sign of life. Nil is off.
    public var heartbeat: Heartbeat?
    /// Asks the peer's operating system for a sign of life. Nil leaves the system's default.
    public var tcpKeepalive: Keepalive?
    /// How long sent bytes may stay unacknowledged before TCP gives up (TCP_USER_TIMEOUT on
    /// Linux); 0 leaves the system's default, about 15 minutes.
    public var maximumRetransmitMilliseconds = 0
    /// How long a TCP connect may take; 0 leaves the system's default, about two minutes.
    public var connectTimeoutMilliseconds = 0
    /// How long the greeting and the cryptographic handshake may take; 0 is without limit.
    public var handshakeIntervalMilliseconds = 30_000
    /// What libzmq does by itself when a connection fails or ends.
    public var reconnection = Reconnection.every(milliseconds: 100, upToMilliseconds: 0)
    /// Use IPv6, and IPv4 through it. Without, a name that has only an IPv6 address is not found.
    public var ipv6 = false
    /// Connections that the operating system holds until they are accepted.
    public var backlog = 100

    public init() {}
  }

  /// ZMTP heartbeats: a PING each interval, answered by the peer's I/O thread, also when the
  /// program that owns the peer is busy.
  public struct Heartbeat: Hashable, Sendable {
    public var intervalMilliseconds: Int
    /// Silence after a PING that ends the connection.
    public var timeoutMilliseconds: Int
    /// Silence after which the *peer* should end the connection, told to it with each PING;
    /// rounded down to tenths of a second, at most 6,553,599. 0 does not ask for that.
    public var timeToLiveMilliseconds: Int

    public init(intervalMilliseconds: Int, timeoutMilliseconds: Int, timeToLiveMilliseconds: Int) {
      self.intervalMilliseconds = intervalMilliseconds
      self.timeoutMilliseconds = timeoutMilliseconds
      self.timeToLiveMilliseconds = timeToLiveMilliseconds
    }
  }

  /// TCP keepalive, as in tcp(7).
  public struct Keepalive: Hashable, Sendable {
    public var idleSeconds: Int
    public var intervalSeconds: Int
    public var count: Int

    public init(idleSeconds: Int, intervalSeconds: Int, count: Int) {
      self.idleSeconds = idleSeconds
      self.intervalSeconds = intervalSeconds
      self.count = count
    }
  }

  /// Whether libzmq connects again by itself.
  public enum Reconnection: Hashable, Sendable {
    /// One try for each ``Socket/connect(_:)``; the owner builds a new socket when it wants.
    case never
    /// Again after the interval, which doubles up to the second value unless that is 0.
    case every(milliseconds: Int, upToMilliseconds: Int)
  }
}

extension Socket.Options {
  func apply(to handle: SocketHandle, kind: Socket.Kind) throws(ZeroMQError) {
    try handle.set(.linger, lingerMilliseconds ?? -1)
    try handle.set(.immediate, immediate)
    if kind == .router {
      try handle.set(.routerMandatory, routerMandatory)
      try handle.set(.routerHandover, routerHandover)
    }
    try handle.setWide(.maximumMessage, Int64(maximumMessageBytes))
    try handle.set(.sendHighWaterMark, sendHighWaterMark)
    try handle.set(.receiveHighWaterMark, receiveHighWaterMark)
    if let heartbeat {
      try handle.set(.heartbeatInterval, heartbeat.intervalMilliseconds)
      try handle.set(.heartbeatTimeout, heartbeat.timeoutMilliseconds)
      try handle.set(.heartbeatTimeToLive, heartbeat.timeToLiveMilliseconds)
    }
    if let tcpKeepalive {
      try handle.set(.keepalive, true)
      try handle.set(.keepaliveIdle, tcpKeepalive.idleSeconds)
      try handle.set(.keepaliveInterval, tcpKeepalive.intervalSeconds)
      try handle.set(.keepaliveCount, tcpKeepalive.count)
    }
    try handle.set(.maximumRetransmit, maximumRetransmitMilliseconds)
    try handle.set(.connectTimeout, connectTimeoutMilliseconds)
    try handle.set(.handshakeInterval, handshakeIntervalMilliseconds)
    switch reconnection {
    case .never:
      try handle.set(.reconnectInterval, -1)
    case .every(let milliseconds, let maximum):
      try handle.set(.reconnectInterval, milliseconds)
      try handle.set(.reconnectIntervalMaximum, maximum)
    }
    try handle.set(.ipv6, ipv6)
    try handle.set(.backlog, backlog)
  }
}
