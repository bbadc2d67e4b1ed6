import CZeroMQ

/// Something that happened to a connection or a listening port.
public struct MonitorEvent: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// TCP is up; greeting and handshake follow.
    case connected
    /// The connection is being made.
    case connectDelayed
    /// It failed, and libzmq tries again after this time.
    case connectRetried(afterMilliseconds: Int)
    case listening
    case bindFailed(code: Int32)
    case accepted
    case acceptFailed(code: Int32)
    /// The file descriptor is closed, by our own doing or because a connect failed.
    case closed
    case closeFailed(code: Int32)
    /// A connection ended, also one that was still in its handshake.
    case disconnected
    /// From here messages flow.
    case handshakeSucceeded
    case handshakeFailed(HandshakeFailure)
    /// The socket or the monitor was closed; no event follows.
    case monitorStopped
    /// An event this layer has no name for.
    case unknown(event: UInt16, value: UInt32)
  }

  public let kind: Kind
  /// The local or remote endpoint, as libzmq gives it; empty for `monitorStopped`.
  public let endpoint: String
  /// The file descriptor of what now listens or was accepted; nil for the other kinds. The accepted
  /// one is libzmq's, and may be closed and be another's by the time that it is read here.
  public internal(set) var descriptor: Int32?
}

extension MonitorEvent {
  /// Nil unless the parts are an event: 16 bits of kind and 32 of value in the machine's byte
  /// order, then the endpoint (zmq_socket_monitor(3)).
  init?(parts: [[UInt8]]) {
    guard parts.count == 2, parts[0].count == 6 else { return nil }
    let (event, value) = parts[0].withUnsafeBytes {
      ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: UInt32.self))
    }
    kind = Kind(event: event, value: value)
    endpoint = String(decoding: parts[1], as: UTF8.self)
    descriptor =
      switch kind {
      case .listening, .accepted: Int32(truncatingIfNeeded: value)
      default: nil
      }
  }
}

extension MonitorEvent.Kind {
  init(event: UInt16, value: UInt32) {
    let code = Int32(truncatingIfNeeded: value)
    switch Int32(event) {
    case ZMQ_EVENT_CONNECTED: self = .connected
    case ZMQ_EVENT_CONNECT_DELAYED: self = .connectDelayed
    case ZMQ_EVENT_CONNECT_RETRIED: self = .connectRetried(afterMilliseconds: Int(value))
    case ZMQ_EVENT_LISTENING: self = .listening
    case ZMQ_EVENT_BIND_FAILED: self = .bindFailed(code: code)
    case ZMQ_EVENT_ACCEPTED: self = .accepted
    case ZMQ_EVENT_ACCEPT_FAILED: self = .acceptFailed(code: code)
    case ZMQ_EVENT_CLOSED: self = .closed
    case ZMQ_EVENT_CLOSE_FAILED: self = .closeFailed(code: code)
    case ZMQ_EVENT_DISCONNECTED: self = .disconnected
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: self = .handshakeSucceeded
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
      self = .handshakeFailed(HandshakeFailure(code: code))
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
      self = .handshakeFailed(.protocolError(ProtocolError(code: code)))
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .handshakeFailed(.refused(status: Int(value)))
    case ZMQ_EVENT_MONITOR_STOPPED: self = .monitorStopped
    default: self = .unknown(event: event, value: value)
    }
  }
}

extension MonitorEvent {
  /// One sentence for an operator, without a final stop.
  public var words: String {
    switch kind {
    case .connected: "reached \(endpoint), now greeting"
    case .connectDelayed: "connecting to \(endpoint)"
    case .connectRetried(let milliseconds):
      "no connection to \(endpoint), trying again in \(milliseconds) ms"
    case .listening: "listening on \(endpoint)"
    case .bindFailed(let code): "could not listen on \(endpoint): \(reason(code))"
    case .accepted: "somebody connected to \(endpoint)"
    case .acceptFailed(let code): "could not accept a connection on \(endpoint): \(reason(code))"
    case .closed: "\(endpoint) is closed"
    case .closeFailed(let code): "could not close \(endpoint): \(reason(code))"
    case .disconnected: "the connection of \(endpoint) ended"
    case .handshakeSucceeded: "the connection of \(endpoint) is ready"
    case .handshakeFailed(let failure): "greeting on \(endpoint) failed: \(failure.words)"
    case .monitorStopped: "the socket is no longer watched"
    case .unknown(let event, let value): "event \(event) with value \(value) on \(endpoint)"
    }
  }

  private func reason(_ code: Int32) -> String {
    ZeroMQError.Cause(code: code).words
  }
}
