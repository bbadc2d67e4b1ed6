import ZeroMQ

/// Reads a DEALER's monitor events as what a worker wants to know. libzmq tells a client whose server
/// key is wrong nothing but a connection that opens and closes again before the handshake is done;
/// that pattern becomes words here.
struct HandshakeWatch {
  private var isOpen = false
  private var hasConnected = false

  enum Reading: Hashable {
    case nothing
    case connected
    case failed(words: String)
    /// The server most likely has another key.
    case wrongKey(words: String)
    case disconnected(words: String)
  }

  mutating func read(_ event: MonitorEvent, endpoint: String) -> Reading {
    switch event.kind {
    case .handshakeSucceeded:
      isOpen = true
      return .connected
    case .connected:
      hasConnected = true
      return .nothing
    case .handshakeFailed(let failure):
      if case .noDetail = failure { return .wrongKey(words: Self.wrongKey(endpoint)) }
      return .failed(words: words(for: failure, endpoint: endpoint))
    case .closed, .connectRetried:
      guard !hasConnected, !isOpen else { return .nothing }
      return .failed(words: "nothing answers at \(endpoint)")
    case .disconnected:
      guard isOpen else {
        return .wrongKey(words: Self.wrongKey(endpoint))
      }
      isOpen = false
      return .disconnected(words: "the connection to \(endpoint) was lost")
    case .connectDelayed, .listening, .bindFailed, .accepted, .acceptFailed, .closeFailed,
      .monitorStopped, .unknown:
      return .nothing
    }
  }

  private func words(for failure: HandshakeFailure, endpoint: String) -> String {
    switch failure {
    case .noDetail: Self.wrongKey(endpoint)
    case .refused: "the online side at \(endpoint) does not know this laptop's key"
    case .noAdmissionHandler, .protocolError: "\(failure.words) at \(endpoint)"
    }
  }

  private static func wrongKey(_ endpoint: String) -> String {
    """
    \(endpoint) answers and ends the connection before it is secured: most likely online.serverKey \
    is not the key of that machine (compare it with keys/curve.public there)
    """
  }
}
