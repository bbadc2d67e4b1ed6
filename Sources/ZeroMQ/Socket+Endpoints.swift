import CZeroMQ

extension Socket {
  /// The longest path of an `ipc` endpoint, in bytes: `sun_path` of unix(7) less its final zero.
  public static let longestPathBytes = 107

  /// Listens on `endpoint`, such as `tcp://*:5570`, `ipc:///run/x.sock` or `inproc://x`.
  ///
  /// On return a TCP port is open. An `ipc` path that exists is taken over without a word, also
  /// from a program that listens there: whoever must know has to try to connect first. The mode
  /// of the path follows the process's umask.
  public func bind(_ endpoint: String) throws(ZeroMQError) {
    try checkLength(endpoint, for: .bind)
    if needsAdmissionHandler, handle.core.admissionHandlers.load(ordering: .acquiring) == 0 {
      throw ZeroMQError(.bind, .noAdmissionHandler, endpoint: endpoint)
    }
    try check(zmq_bind(handle.open, endpoint), .bind, endpoint)
  }

  /// Starts to connect to `endpoint` and returns at once; a ``Monitor`` tells how it went.
  ///
  /// Throws for an endpoint that can not be right. A host name is looked up later, by an I/O
  /// thread, which stands still meanwhile.
  public func connect(_ endpoint: String) throws(ZeroMQError) {
    try checkLength(endpoint, for: .connect)
    try check(zmq_connect(handle.open, endpoint), .connect, endpoint)
  }

  /// Stops listening. A port chosen by `*` is named as ``lastEndpoint()`` says. Connections
  /// that came through it end too, when the socket is next used or polled.
  public func unbind(_ endpoint: String) throws(ZeroMQError) {
    try check(zmq_unbind(handle.open, endpoint), .unbind, endpoint)
  }

  /// Ends the connection that ``connect(_:)`` began; unsent messages of it are dropped.
  public func disconnect(_ endpoint: String) throws(ZeroMQError) {
    try check(zmq_disconnect(handle.open, endpoint), .disconnect, endpoint)
  }

  /// The endpoint last bound or connected, with the real port where `*` was asked for. Empty
  /// before that.
  public func lastEndpoint() throws(ZeroMQError) -> String {
    try handle.readText(.lastEndpoint)
  }

  private func checkLength(
    _ endpoint: String, for operation: ZeroMQError.Operation
  ) throws(ZeroMQError) {
    guard endpoint.hasPrefix("ipc://") else { return }
    let bytes = endpoint.utf8.count - "ipc://".utf8.count
    if bytes > Socket.longestPathBytes {
      throw ZeroMQError(
        operation, .pathTooLong(bytes: bytes, limit: Socket.longestPathBytes), endpoint: endpoint)
    }
  }

  private func check(
    _ result: Int32, _ operation: ZeroMQError.Operation, _ endpoint: String
  ) throws(ZeroMQError) {
    if result == 0 { return }
    let error = ZeroMQError.last(operation, endpoint: endpoint)
    switch operation {
    case .unbind, .disconnect:
      guard error.cause == .noSuchDirectory else { throw error }
      throw ZeroMQError(operation, .noSuchEndpoint, endpoint: endpoint)
    default:
      throw error
    }
  }
}
