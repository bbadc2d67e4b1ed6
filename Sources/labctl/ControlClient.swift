import Glibc
import SyncControl
import ZeroMQ

/// The line to the labsyncd of this machine: one question at a time, each with its answer.
///
/// This is the only place that knows how questions travel: a DEALER socket over `ipc`, one part
/// of JSON each way.
struct ControlClient: ~Copyable {
  private let path: String
  private let timeoutSeconds: Int
  private let context: Context
  private let socket: Socket
  private let monitor: Monitor

  private enum Tag { case socket, monitor }

  /// Reaches for the socket. Throws at once, with the reason, when nobody listens there or this
  /// user may not use it.
  static func reaching(
    _ path: String, timeoutSeconds: Int
  ) throws(ControlFailure) -> ControlClient {
    try SocketProbe.check(path)
    do {
      return try ControlClient(path: path, timeoutSeconds: timeoutSeconds)
    } catch {
      throw failure(error, path: path)
    }
  }

  private init(path: String, timeoutSeconds: Int) throws(ZeroMQError) {
    var options = Socket.Options()
    options.maximumMessageBytes = ControlProtocol.messageBytes
    let context = try Context()
    let socket = try context.socket(.dealer, options: options)
    let monitor = try socket.monitor()
    try socket.connect("ipc://\(path)")
    self.path = path
    self.timeoutSeconds = timeoutSeconds
    self.context = context
    self.socket = socket
    self.monitor = monitor
  }

  /// Sends the question and waits for its answer, at most the timeout.
  ///
  /// `meanwhile` is called twice a second; as long as it says that there is progress, the timeout
  /// begins anew. A daemon that ends is noticed at once, whatever it says.
  func ask<Question: ControlQuestion>(
    _ question: Question, meanwhile: (() -> Bool)? = nil
  ) throws(ControlFailure) -> Question.Answer {
    let request = try ControlCodec.encode(question)
    var deadline = monotonicMilliseconds() + timeoutSeconds * 1000
    do {
      var isSent = false
      var poller = Poller<Tag>()
      poller.add(socket.pollItem(.socket, for: .writable))
      poller.add(monitor.pollItem(.monitor))
      while true {
        if !isSent, try socket.send([request]) == .sent {
          isSent = true
          poller.setInterest(.readable, for: .socket)
        }
        if isSent, let message = try socket.receive() {
          return try Self.answer(to: Question.self, in: message)
        }
        if try hasLost(), isSent { throw wentAway() }
        let left = deadline - monotonicMilliseconds()
        guard left > 0 else { throw silent() }
        guard let meanwhile else {
          _ = try poller.wait(timeoutMilliseconds: left)
          continue
        }
        if try poller.wait(timeoutMilliseconds: min(left, 500)) == .timedOut, meanwhile() {
          deadline = monotonicMilliseconds() + timeoutSeconds * 1000
        }
      }
    } catch let failure as ControlFailure {
      throw failure
    } catch {
      throw Self.failure(error, path: path)
    }
  }

  private static func answer<Question: ControlQuestion>(
    to question: Question.Type, in message: Message
  ) throws(ControlFailure) -> Question.Answer {
    guard message.parts.count == 1, message.excessParts == 0 else {
      throw ControlFailure(
        what: "the answer of labsyncd was not understood",
        why: "it has \(message.parts.count + message.excessParts) parts",
        remedy: "use the labctl that came with labsyncd")
    }
    return try ControlCodec.decodeAnswer(to: question, message.parts[0])
  }

  /// Whether the connection has ended since the last look.
  private func hasLost() throws(ZeroMQError) -> Bool {
    var isLost = false
    while let event = try monitor.next() {
      if event.kind == .disconnected { isLost = true }
    }
    return isLost
  }

  private func wentAway() -> ControlFailure {
    ControlFailure(
      what: "labsyncd stopped before it answered", why: "the connection to \(path) ended",
      remedy: "\(DaemonStart(socket: path).look), then the same command again",
      exit: .daemonUnreachable
    )
  }

  private func silent() -> ControlFailure {
    ControlFailure(
      what: "labsyncd did not answer within \(timeoutSeconds) s", why: "asked through \(path)",
      remedy: "a longer --timeout, or \(DaemonStart(socket: path).look)", exit: .daemonUnreachable)
  }

  private static func failure(_ error: any Error, path: String) -> ControlFailure {
    ControlFailure(
      what: "labsyncd can not be reached through \(path)", why: "\(error)",
      remedy: DaemonStart(socket: path).look, exit: .daemonUnreachable)
  }
}

/// Milliseconds of a clock that no one sets.
func monotonicMilliseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
