import CZeroMQ

/// What became of a message given to ``Socket/send(_:)``.
public enum SendOutcome: Hashable, Sendable {
  /// libzmq took it, into a queue of this process. It says nothing about the other side.
  case sent
  /// Nothing was sent: the queue is full, or nobody is connected. Poll for `writable`.
  case wouldBlock
  /// Nothing was sent: the router has no peer of that routing id.
  case unroutable
}

extension Socket {
  /// Sends the parts as one message, all or nothing, without waiting.
  ///
  /// On a router the first part is the routing id of the receiver, and its own result is what
  /// counts: when it fails the rest is never given to libzmq, which would "succeed" in sending it
  /// to nobody. Each part is copied once.
  ///
  /// - Precondition: at least one part; on a router at least two.
  public func send(_ parts: [[UInt8]]) throws(ZeroMQError) -> SendOutcome {
    precondition(parts.count > (kind == .router ? 1 : 0), "a message needs a part to send")
    var code = sendPart(parts[0], more: parts.count > 1)
    switch code {
    case 0: break
    case EAGAIN: return .wouldBlock
    case EHOSTUNREACH: return .unroutable
    default: throw ZeroMQError(.send, ZeroMQError.Cause(code: code))
    }
    for index in parts.indices.dropFirst() {
      let partCode = sendPart(parts[index], more: index + 1 < parts.count)
      if code == 0 { code = partCode }
      // When the peer goes between two parts libzmq drops what it has of the message and wants to
      // be given the rest as well, or it would take the next message for it.
      if code != 0, code != EAGAIN { throw ZeroMQError(.send, ZeroMQError.Cause(code: code)) }
    }
    return code == 0 ? .sent : .wouldBlock
  }

  /// The next message, or nil when there is none now. Each part is copied once.
  public func receive() throws(ZeroMQError) -> Message? {
    var frame = zmq_msg_t()
    zmq_msg_init(&frame)
    defer { zmq_msg_close(&frame) }
    guard try receivePart(into: &frame) else { return nil }
    var message = Message(parts: [Self.bytes(of: &frame)])
    while zmq_msg_more(&frame) != 0 {
      guard try receivePart(into: &frame) else {
        preconditionFailure("libzmq delivered the beginning of a message without its end")
      }
      if message.parts.count < maximumParts {
        message.parts.append(Self.bytes(of: &frame))
      } else {
        message.excessParts += 1
      }
    }
    // Of the last part: the first of a router is made here and does not always know its peer.
    message.userID = Self.property("User-Id", of: &frame)
    message.peerAddress = Self.property("Peer-Address", of: &frame)
    return message
  }

  /// Becomes readable when ``events()`` may have changed. It is edge triggered: after it fires,
  /// and after every send or receive, `events` must be read until it is empty. ``Poller`` does it.
  public func fileDescriptor() throws(ZeroMQError) -> Int32 {
    try handle.read(.fileDescriptor)
  }

  /// What the socket can do now without waiting.
  public func events() throws(ZeroMQError) -> Readiness {
    Readiness(rawValue: Int16(truncatingIfNeeded: try handle.read(.events)))
  }

  /// The `errno` of sending one part, 0 when it went.
  private func sendPart(_ part: [UInt8], more: Bool) -> Int32 {
    let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
    while zmq_send(handle.open, part, part.count, flags) < 0 {
      let code = zmq_errno()
      if code != EINTR { return code }
    }
    return 0
  }

  private func receivePart(into frame: inout zmq_msg_t) throws(ZeroMQError) -> Bool {
    while zmq_msg_recv(&frame, handle.open, ZMQ_DONTWAIT) < 0 {
      switch zmq_errno() {
      case EINTR: continue
      case EAGAIN: return false
      case let code: throw ZeroMQError(.receive, ZeroMQError.Cause(code: code))
      }
    }
    return true
  }

  private static func bytes(of frame: inout zmq_msg_t) -> [UInt8] {
    let count = zmq_msg_size(&frame)
    guard count > 0, let data = zmq_msg_data(&frame) else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(
        from: UnsafeRawBufferPointer(start: data, count: count))
      initialized = count
    }
  }

  private static func property(_ name: String, of frame: inout zmq_msg_t) -> String? {
    guard let text = zmq_msg_gets(&frame, name) else { return nil }
    return String(cString: text)
  }
}
