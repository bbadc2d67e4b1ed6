import CZeroMQ

/// A libzmq socket, owned by one thread at a time.
///
/// It is not `Sendable` and can not be copied: two threads can not reach it, and it is closed
/// exactly once, by ``close()`` or when its owner goes. Nothing here blocks: waiting is done by
/// ``Poller``.
public struct Socket: ~Copyable {
  /// How a socket treats those at the other end.
  public enum Kind: Hashable, Sendable {
    /// Talks to everyone it is connected to, in turn; with one connection, a plain two-way line.
    case dealer
    /// Talks to each peer by the routing id in the first part of every message.
    case router
    /// Exactly one peer; for two threads over `inproc`.
    case pair

    var number: Int32 {
      switch self {
      case .dealer: ZMQ_DEALER
      case .router: ZMQ_ROUTER
      case .pair: ZMQ_PAIR
      }
    }
  }

  public let kind: Kind
  let handle: SocketHandle
  let maximumParts: Int
  let needsAdmissionHandler: Bool

  init(
    _ kind: Kind, options: Options, security: Security, core: ContextCore
  ) throws(ZeroMQError) {
    let handle = try SocketHandle(kind, core: core)
    try options.apply(to: handle, kind: kind)
    try security.apply(to: handle)
    self.kind = kind
    self.handle = handle
    maximumParts = options.maximumParts
    switch security {
    case .plain, .curveClient: needsAdmissionHandler = false
    case .curveServer: needsAdmissionHandler = true
    }
  }

  deinit {
    handle.close()
  }

  /// Closes the socket now. What was not sent yet is given the linger time of its options.
  public consuming func close() {}
}

// libzmq: "individual sockets are not thread safe" (zmq_socket(3)).
@available(*, unavailable)
extension Socket: Sendable {}

/// The libzmq handle, shared by a socket with its poll items and its monitor, which outlive it
/// only as something that knows it is closed.
final class SocketHandle {
  let core: ContextCore
  private(set) var pointer: UnsafeMutableRawPointer?
  private var isMonitored = false

  init(_ kind: Socket.Kind, core: ContextCore) throws(ZeroMQError) {
    guard let pointer = zmq_socket(core.pointer, kind.number) else {
      throw .last(.openSocket)
    }
    self.core = core
    self.pointer = pointer
  }

  deinit {
    close()
  }

  var open: UnsafeMutableRawPointer {
    guard let pointer else { preconditionFailure("a closed socket is still in use") }
    return pointer
  }

  func close() {
    guard let open = pointer else { return }
    stopMonitor()
    pointer = nil
    // The only failure is a handle that is no socket, which this class rules out.
    zmq_close(open)
  }

  /// Sends what happens to this socket to `endpoint`.
  func startMonitor(_ endpoint: String) throws(ZeroMQError) {
    precondition(!isMonitored, "a socket has one monitor at a time")
    guard zmq_socket_monitor(open, endpoint, ZMQ_EVENT_ALL) == 0 else {
      throw .last(.monitor)
    }
    isMonitored = true
  }

  /// Done while the reading end is still open: a thread of libzmq that has an event and nobody to
  /// give it to waits for ever, and the context with it.
  func stopMonitor() {
    guard isMonitored, let pointer else { return }
    isMonitored = false
    zmq_socket_monitor(pointer, nil, 0)
  }
}

@available(*, unavailable)
extension SocketHandle: Sendable {}
