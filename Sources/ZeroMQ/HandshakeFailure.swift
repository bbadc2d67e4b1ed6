import CZeroMQ

/// Why greeting or authentication did not succeed.
public enum HandshakeFailure: Hashable, Sendable {
  /// The connection failed or ended meanwhile, or the handshake was not finished within
  /// ``Socket/Options/handshakeIntervalMilliseconds``. The code is an `errno`: EPIPE when the other
  /// side ended it; after the time ran out, whatever was left over, mostly EAGAIN, at times EPIPE.
  case noDetail(code: Int32)
  /// A CURVE server whose context has no ``ZAPHandler`` any more.
  case noAdmissionHandler
  /// One side said what the other does not understand.
  case protocolError(ProtocolError)
  /// The server's ZAP handler refused. The server sees 300, 400 or 500, the client 400 or 500.
  case refused(status: Int)

  init(code: Int32) {
    switch code {
    // No connection fails with EFAULT: libzmq says it when the ZAP handler is not there.
    case EFAULT: self = .noAdmissionHandler
    default: self = .noDetail(code: code)
    }
  }

  /// The reason as part of a sentence.
  public var words: String {
    switch self {
    case .noDetail(EAGAIN): "the other side did not finish in time"
    case .noDetail(EPIPE): "the other side ended it, or did not finish in time"
    case .noDetail(let code): ZeroMQError.Cause.system(code: code).words
    case .noAdmissionHandler: ZeroMQError.Cause.noAdmissionHandler.words
    case .protocolError(let error): error.words
    case .refused(let status): "the key is not admitted (status \(status))"
    }
  }
}

/// What one side said that the other does not understand.
public enum ProtocolError: Hashable, Sendable {
  /// The keys do not fit together: seen by a CURVE *server* when the client was told another
  /// server key. The client sees only that the connection ends.
  case cryptographic
  /// One side wants CURVE and the other does not, or both want to be the server.
  case mechanismMismatch
  /// Any other `ZMQ_PROTOCOL_ERROR_ZMTP_...`: the peer is no ZeroMQ program, or a broken one.
  case zmtp(code: Int32)
  /// Any `ZMQ_PROTOCOL_ERROR_ZAP_...`: our own ZAP handler is missing or answers wrongly.
  case zap(code: Int32)
  case other(code: Int32)

  init(code: Int32) {
    switch code {
    case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC: self = .cryptographic
    case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: self = .mechanismMismatch
    case ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED..<ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED:
      self = .zmtp(code: code)
    case ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED..<ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED:
      self = .zap(code: code)
    default: self = .other(code: code)
    }
  }

  var words: String {
    switch self {
    case .cryptographic: "the keys of the two sides do not fit together"
    case .mechanismMismatch: "only one side wants an encrypted connection"
    case .zmtp(let code): "the other side does not speak this protocol (\(hexadecimal(code)))"
    case .zap(let code): "the keys could not be checked here (\(hexadecimal(code)))"
    case .other(let code): "protocol error \(hexadecimal(code))"
    }
  }

  private func hexadecimal(_ code: Int32) -> String {
    "0x" + String(UInt32(bitPattern: code), radix: 16)
  }
}
