import ZeroMQ

/// Nothing came before the deadline.
struct TooLate: Error {
  let what: String
}

/// Turns `attempt` until it gives a value, sleeping on `item` in between.
func wait<Value>(
  for what: String, on item: PollItem<Int>, milliseconds: Int = 10_000,
  _ attempt: () throws -> Value?
) throws -> Value {
  let clock = ContinuousClock()
  let deadline = clock.now + .milliseconds(milliseconds)
  var poller = Poller<Int>()
  poller.add(item)
  while true {
    if let value = try attempt() { return value }
    guard clock.now < deadline else { throw TooLate(what: what) }
    _ = try poller.wait(timeoutMilliseconds: 20)
  }
}

extension Socket {
  func nextMessage() throws -> Message {
    try wait(for: "a message", on: pollItem(0)) { try receive() }
  }

  func deliver(_ parts: [[UInt8]]) throws {
    try wait(for: "room to send", on: pollItem(0, for: .writable)) {
      try send(parts) == .sent ? () : nil
    }
  }
}

extension Monitor {
  /// Every event up to and including the first that fits.
  func events(until fits: (MonitorEvent.Kind) -> Bool) throws -> [MonitorEvent] {
    var seen: [MonitorEvent] = []
    return try wait(for: "an event", on: pollItem(0)) {
      while let event = try next() {
        seen.append(event)
        if fits(event.kind) { return seen }
      }
      return nil
    }
  }
}

extension ZAPHandler {
  /// Answers the next applicant and returns who it was.
  @discardableResult
  func answer(_ reply: (ZAPRequest) -> ZAPReply) throws -> ZAPRequest {
    let request = try wait(for: "an applicant", on: pollItem(0)) { try nextRequest() }
    try self.reply(reply(request), to: request)
    return request
  }
}

extension MonitorEvent.Kind {
  /// Cut off while greeting, with no more said than that.
  var isCut: Bool {
    guard case .handshakeFailed(.noDetail) = self else { return false }
    return true
  }

  var isHandshakeFailure: Bool {
    guard case .handshakeFailed = self else { return false }
    return true
  }
}

let loopback = "tcp://127.0.0.1:*"

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The error of `attempt`, nil when there was none. A socket can not be captured by `#expect`.
func failure(_ attempt: () throws(ZeroMQError) -> Void) -> ZeroMQError? {
  do {
    try attempt()
    return nil
  } catch {
    return error
  }
}
