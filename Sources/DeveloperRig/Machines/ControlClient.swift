import Glibc
import SyncControl
import ZeroMQ

/// A line to one labsyncd's control socket: one question at a time, each with its answer.
public final class ControlClient {
  private let path: String
  private let context: Context
  private let socket: Socket

  private enum Tag { case socket }

  /// Returns at once; whether somebody listens shows with the first question.
  public init(path: String) throws {
    var options = Socket.Options()
    options.maximumMessageBytes = ControlProtocol.messageBytes
    context = try Context()
    let socket = try context.socket(.dealer, options: options)
    try socket.connect("ipc://\(path)")
    self.socket = consume socket
    self.path = path
  }

  /// Sends the question and waits for its answer.
  ///
  /// Throws the daemon's own `ControlFailure`, or `RigError` when no answer came in time; the client
  /// is then of no more use, since a late answer would be taken for the next one.
  public func ask<Question: ControlQuestion>(
    _ question: Question, seconds: Double = 120
  ) throws -> Question.Answer {
    let request = try ControlCodec.encode(question)
    let deadline = Deadline(seconds: seconds)
    var isSent = false
    var poller = Poller<Tag>()
    poller.add(socket.pollItem(.socket, for: .writable))
    while true {
      if !isSent, try socket.send([request]) == .sent {
        isSent = true
        poller.setInterest(.readable, for: .socket)
      }
      if isSent, let message = try socket.receive() {
        return try ControlCodec.decodeAnswer(to: Question.self, message.parts[0])
      }
      guard !deadline.hasPassed else {
        throw RigError("no answer to \(Question.name) through \(path) within \(seconds) s")
      }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
  }
}
