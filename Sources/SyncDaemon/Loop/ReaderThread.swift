import Foundation
import Logging
import SQLiteStore
import SyncControl
import SyncCore
import ZeroMQ

/// Answers questions that only read, beside the loop, on a thread and a connection of its own: a long
/// list or an export never delays a sync. Questions come and answers go over one socket pair, each
/// message `[who asked, bytes]`.
final class ReaderThread {
  /// The loop's end of the pair.
  let socket: Socket

  /// Starts the thread. `makeAnswerer` runs on it, once.
  init(
    context: ContextBox, logger: Logger,
    makeAnswerer: @escaping @Sendable () throws -> ReadAnswerer
  ) throws {
    let endpoint = context.value.uniqueInprocEndpoint()
    var options = Socket.Options()
    options.sendHighWaterMark = 0
    options.receiveHighWaterMark = 0
    let near = try context.value.socket(.pair, options: options, security: .plain)
    try near.bind(endpoint)
    let far = try context.value.socket(.pair, options: options, security: .plain)
    try far.connect(endpoint)
    let parcel = SocketParcel(far)
    socket = consume near
    let thread = Thread {
      do {
        try Self.serve(parcel, makeAnswerer)
      } catch {
        logger.error("the reader ended", metadata: ["why": "\(error)"])
      }
    }
    thread.name = "labsync-reader"
    thread.stackSize = 2 << 20
    thread.start()
  }

  /// Hands a question over; its answer comes back on ``socket``.
  ///
  /// - Parameter knowing: what the loop knows and the store does not, for a report.
  func ask(_ client: [UInt8], _ request: [UInt8], knowing: [UInt8]? = nil) throws {
    _ = try socket.send([client, request] + (knowing.map { [$0] } ?? []))
  }

  /// Ends the thread when it has answered what it was asked.
  func stop() throws { _ = try socket.send([[]]) }

  /// How often exports that nobody goes on with are looked for.
  private static let idleMilliseconds = 20_000

  private static func serve(
    _ parcel: SocketParcel, _ makeAnswerer: () throws -> ReadAnswerer
  ) throws {
    guard let socket = parcel.open() else { return }
    let answerer = try makeAnswerer()
    var poller = Poller<Bool>()
    poller.add(socket.pollItem(true))
    while true {
      _ = try poller.wait(timeoutMilliseconds: Self.idleMilliseconds)
      answerer.dropIdle()
      while let message = try socket.receive() {
        guard message.parts.count > 1 else { return }
        let knowledge = message.parts.count > 2 ? message.parts[2] : nil
        _ = try socket.send([
          message.parts[0], answerer.answer(message.parts[1], knowing: knowledge),
        ])
      }
    }
  }
}

/// One question's bytes to its answer's bytes, on the reader's thread.
struct ReadAnswerer {
  let reader: StoreReader
  let service: ReadService
  let logger: Logger

  init(reader: StoreReader, configurationPath: String?, logger: Logger) {
    self.reader = reader
    self.logger = logger
    service = ReadService(reader: reader, configurationPath: configurationPath, logger: logger)
  }

  private var now: Instant {
    Instant(
      monotonicMilliseconds: SystemClock.monotonicMilliseconds,
      wallMilliseconds: SystemClock.wallMilliseconds)
  }

  func answer(_ bytes: [UInt8], knowing knowledge: [UInt8]? = nil) -> [UInt8] {
    do {
      var service = service
      if let knowledge { service.completeness = try Report.Completeness(knowledge) }
      service.names = ReplicaNames(try reader.replicaNames())
      return try service.answer(to: ControlCodec.decodeRequest(bytes), at: now)
    } catch {
      return ControlRequests.bytes(of: ControlFailure(of: error, in: logger))
    }
  }

  func dropIdle() { service.dropIdleExports(at: now) }
}
