extension Socket {
  /// How a socket proves who it is and learns who the other is. Fixed when the socket is opened.
  public enum Security: Hashable, Sendable {
    /// No cryptography: for `inproc`, `ipc` and loopback.
    case plain
    /// CURVE, the side that everyone must know the public key of. Each client's key is put before
    /// the ``ZAPHandler`` of the context; while there is none, nobody is admitted.
    case curveServer(CurveSecretKey)
    /// CURVE, the side that knows the server's public key beforehand.
    case curveClient(own: CurveKeyPair, server: CurvePublicKey)
  }
}

extension Socket.Security {
  func apply(to handle: SocketHandle) throws(ZeroMQError) {
    switch self {
    case .plain:
      break
    case .curveServer(let secret):
      try handle.set(.curveServer, true)
      try handle.set(.curveSecretKey, bytes: secret.bytes)
      // Without these two, libzmq admits every key when the handler is missing.
      try handle.set(.zapDomain, bytes: Array("global".utf8))
      try handle.set(.zapEnforceDomain, true)
    case .curveClient(let own, let server):
      try handle.set(.curvePublicKey, bytes: own.publicKey.bytes)
      try handle.set(.curveSecretKey, bytes: own.secretKey.bytes)
      try handle.set(.curveServerKey, bytes: server.bytes)
    }
  }
}
