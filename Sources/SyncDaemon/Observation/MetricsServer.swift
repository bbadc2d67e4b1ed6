import Glibc
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

  private let listener: FileDescriptor
  private var connections: [Int32: Connection] = [:]
  /// Moves when ``pollItems`` are others.
  private(set) var generation = 0

  /// Connections at once; others wait in the system's queue.
  static let mostConnections = 8
  /// From connecting to the last byte of the answer.
  static let longestMilliseconds: Int64 = 10_000

  private static let noWait = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

  init(_ address: MetricsAddress) throws { listener = try address.listen() }

  var pollItems: [PollItem<LoopTag>] {
    var items: [PollItem<LoopTag>] = connections.map { number, connection in
      .file(
        number, .metricsConnection(number), for: connection.answer == nil ? .readable : .writable)
    }
    if connections.count < Self.mostConnections {
      items.append(.file(listener.number, .metricsListener))
    }
    return items
  }

  /// Takes connections that wait.
  func accept(at milliseconds: Int64) {
    while connections.count < Self.mostConnections {
      do {
        let socket = try FileDescriptor(
          Glibc.accept(listener.number, nil, nil), "take a connection")
        let number = socket.number
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        connections[number] = Connection(
          socket, deadline: milliseconds + Self.longestMilliseconds)
        generation += 1
      } catch {
        // Nobody waits, or whoever did has gone.
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

  /// Ends what takes too long.
  func dropLate(at milliseconds: Int64) {
    for (number, connection) in connections where connection.deadline <= milliseconds {
      drop(number)
    }
  }

  private func drop(_ number: Int32) {
    connections[number] = nil
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
