import Glibc
import Logging
import ZeroMQ

/// Serves the metrics over HTTP from the loop's own poll: no thread, and nothing ever waits. What a
/// client does not take at once stays with its connection until it does, or until its time is over.
final class MetricsServer {
  private final class Connection {
    let socket: FileDescriptor
    let deadline: Int64
    var request: [UInt8] = []
    /// What is left of the answer; nil until the request is whole.
    var answer: ArraySlice<UInt8>?

    init(_ socket: consuming FileDescriptor, deadline: Int64) {
      self.socket = socket
      self.deadline = deadline
    }
  }

  private let address: MetricsAddress
  private let logger: Logger
  /// Nil while the address can not be had.
  private var listener: FileDescriptor?
  /// When to try again what the system refused; nil where nothing was.
  private var nextTry: Int64?
  private var connections: [Int32: Connection] = [:]
  /// Moves when ``pollItems`` are others.
  private(set) var generation = 0

  /// Connections at once; others wait in the system's queue.
  static let mostConnections = 8
  /// From connecting to the last byte of the answer.
  static let longestMilliseconds: Int64 = 10_000

  /// From a refusal of the system to the next try: to take a connection, and to have the address.
  static let restMilliseconds: Int64 = 1_000
  static let addressMilliseconds: Int64 = 30_000

  private static let noWait = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

  /// An address that is taken, or not there yet, keeps nothing else from working: it is said once, and
  /// tried again.
  init(_ address: MetricsAddress, _ logger: Logger, at milliseconds: Int64) {
    self.address = address
    self.logger = logger
    listen(at: milliseconds) { error in
      logger.error(
        "no metrics are served",
        metadata: [
          "why": "\(error)", "meanwhile": "everything else works, and it is tried again",
          "try": "end what has the address (ss -ltnp), or set metrics.listen to another",
        ])
    }
  }

  var isListening: Bool { listener != nil }

  private func listen(at milliseconds: Int64, failing: (any Error) -> Void) {
    do {
      listener = try address.listen()
      nextTry = nil
      generation += 1
      logger.notice("serving metrics", metadata: ["address": "\(address)"])
    } catch {
      nextTry = milliseconds + Self.addressMilliseconds
      failing(error)
    }
  }

  var pollItems: [PollItem<LoopTag>] {
    var items: [PollItem<LoopTag>] = connections.map { number, connection in
      .file(
        number, .metricsConnection(number), for: connection.answer == nil ? .readable : .writable)
    }
    if let number = listenerNumber, nextTry == nil, connections.count < Self.mostConnections {
      items.append(.file(number, .metricsListener))
    }
    return items
  }

  private var listenerNumber: Int32? {
    switch listener {
    case .some(let listener): listener.number
    case .none: nil
    }
  }

  /// Takes connections that wait.
  func accept(at milliseconds: Int64) {
    guard let listening = listenerNumber else { return }
    while connections.count < Self.mostConnections {
      do {
        let socket = try FileDescriptor(Glibc.accept(listening, nil, nil), "take a connection")
        let number = socket.number
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        connections[number] = Connection(
          socket, deadline: milliseconds + Self.longestMilliseconds)
        generation += 1
      } catch {
        // Nobody waits, or whoever did has gone.
        if [EAGAIN, EINTR, ECONNABORTED].contains(error.code) { return }
        // Whoever waits can not be taken, and would wake the loop again at once.
        nextTry = milliseconds + Self.restMilliseconds
        generation += 1
        return
      }
    }
  }

  /// Reads or writes what there is room for. `text` is asked for once the request is whole.
  func serve(_ number: Int32, text: () throws -> String) {
    guard let connection = connections[number] else { return }
    if connection.answer == nil, !read(connection, text) { return drop(number) }
    if connection.answer != nil, !write(connection) { drop(number) }
  }

  /// Ends what takes too long, and tries again what the system refused.
  func tidy(at milliseconds: Int64) {
    for (number, connection) in connections where connection.deadline <= milliseconds {
      drop(number)
    }
    guard let due = nextTry, due <= milliseconds else { return }
    if isListening {
      nextTry = nil
      generation += 1
    } else {
      listen(at: milliseconds) { _ in }
    }
  }

  private func drop(_ number: Int32) {
    connections[number] = nil
    // What it had is free now.
    if isListening { nextTry = nil }
    generation += 1
  }

  /// Whether the connection goes on.
  private func read(_ connection: Connection, _ text: () throws -> String) -> Bool {
    var bytes = [UInt8](repeating: 0, count: MetricsRequestReading.longestHead)
    let count = recv(connection.socket.number, &bytes, bytes.count, Self.noWait)
    guard count > 0 else { return count < 0 && [EAGAIN, EINTR].contains(errno) }
    connection.request += bytes.prefix(count)
    switch MetricsRequestReading(connection.request) {
    case .incomplete: return true
    case .metrics(let hasBody):
      do {
        connection.answer =
          MetricsRequestReading.answer(status: "200 OK", body: try text(), hasBody: hasBody)[...]
      } catch {
        connection.answer =
          MetricsRequestReading.answer(status: "503 Service Unavailable", body: "\(error)\n")[...]
      }
    case .refused(let status):
      connection.answer =
        MetricsRequestReading.answer(status: status, body: "GET /metrics is all there is.\n")[...]
    }
    generation += 1
    return true
  }

  /// Whether something is left to write.
  private func write(_ connection: Connection) -> Bool {
    guard let answer = connection.answer else { return false }
    let count = answer.withUnsafeBytes {
      send(connection.socket.number, $0.baseAddress, $0.count, Self.noWait)
    }
    guard count >= 0 else { return [EAGAIN, EINTR].contains(errno) }
    connection.answer = answer.dropFirst(count)
    return count < answer.count
  }
}
