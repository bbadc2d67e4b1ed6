import SyncProtocol
import ZeroMQ

/// The socket options of both sides; libzmq has all of these off by default. Heartbeats and keepalive
/// find a dead connection, and worker pings find a half-open one.
enum TransportOptions {
  static func dealer(silenceLimitSeconds: Int) -> Socket.Options {
    var options = common(silenceLimitSeconds: silenceLimitSeconds)
    // The worker decides when to dial again, with a new socket.
    options.reconnection = .never
    return options
  }

  static func router(silenceLimitSeconds: Int) -> Socket.Options {
    var options = common(silenceLimitSeconds: silenceLimitSeconds)
    options.backlog = 512
    return options
  }

  private static func common(silenceLimitSeconds: Int) -> Socket.Options {
    let limit = silenceLimitSeconds * 1_000
    var options = Socket.Options()
    // A goodbye gets this long to leave; everything that matters is in the store.
    options.lingerMilliseconds = 200
    options.maximumMessageBytes = ProtocolLimits.frameBytes + 2
    options.heartbeat = Socket.Heartbeat(
      intervalMilliseconds: limit / 3, timeoutMilliseconds: limit, timeToLiveMilliseconds: limit)
    options.tcpKeepalive = Socket.Keepalive(
      idleSeconds: silenceLimitSeconds, intervalSeconds: max(1, silenceLimitSeconds / 3), count: 3)
    options.connectTimeoutMilliseconds = limit
    options.handshakeIntervalMilliseconds = limit
    options.ipv6 = true
    return options
  }
}
