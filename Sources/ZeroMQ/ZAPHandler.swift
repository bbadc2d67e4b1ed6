/// Decides who may connect: the ZAP handler (ZeroMQ RFC 27) of a context.
///
/// It has no thread. The owner's poll loop waits for ``pollItem(_:)``, takes each
/// ``nextRequest()``, decides and calls ``reply(_:to:)``; until then that client's handshake
/// waits, and so does nothing else. It is made before any CURVE server socket listens and kept
/// as long as they do.
///
/// Its decision is about the handshake only. To refuse a key afterwards does not cut a connection
/// that is already admitted.
public struct ZAPHandler: ~Copyable {
  /// The endpoint at which libzmq looks for the handler.
  public static let endpoint = "inproc://zeromq.zap.01"

  private let socket: Socket

  /// Throws ``ZeroMQError/Cause/addressInUse`` when the context has a handler already.
  public init(_ context: borrowing Context) throws(ZeroMQError) {
    let socket = try context.socket(.router)
    try socket.bind(ZAPHandler.endpoint)
    self.socket = socket
    context.core.admissionHandlers.add(1, ordering: .releasing)
  }

  deinit {
    socket.handle.core.admissionHandlers.subtract(1, ordering: .releasing)
  }

  public func pollItem<Tag>(_ tag: Tag) -> PollItem<Tag> {
    socket.pollItem(tag)
  }

  /// The next applicant, or nil when there is none now. A request that is not one, which libzmq
  /// does not make, is dropped, and its handshake times out.
  public func nextRequest() throws(ZeroMQError) -> ZAPRequest? {
    while let message = try socket.receive() {
      if let request = ZAPRequest(parts: message.parts) { return request }
    }
    return nil
  }

  /// Answers. An applicant that has left meanwhile is not an error.
  public func reply(_ reply: ZAPReply, to request: ZAPRequest) throws(ZeroMQError) {
    let status: String
    let text: String
    let user: String
    switch reply {
    case .accepted(let userID): (status, text, user) = ("200", "OK", userID)
    case .refused(let refusal, let reason): (status, text, user) = (refusal.code, reason, "")
    }
    _ = try socket.send(
      request.envelope + [
        Array("1.0".utf8), request.requestID, Array(status.utf8), Array(text.utf8),
        Array(user.utf8), [],
      ])
  }
}
