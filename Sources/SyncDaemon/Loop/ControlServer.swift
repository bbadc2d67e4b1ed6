import Glibc
import Logging
import SyncControl
import ZeroMQ

/// The socket that labctl talks to. Who may open the file may ask; its mode and group decide.
final class ControlServer {
  private let socket: Socket
  private let monitor: Monitor
  private let path: String
  private let logger: Logger
  private var isEmptying = false

  /// Readable and writable for the owner and the group.
  private static let mode: mode_t = 0o660

  init(path: String, context: ContextBox, logger: Logger) throws {
    try Self.requireFree(path)
    var options = Socket.Options()
    options.maximumMessageBytes = ControlProtocol.messageBytes
    let socket = try context.value.socket(.router, options: options, security: .plain)
    monitor = try socket.monitor()
    try Self.listen(socket, at: path)
    self.socket = consume socket
    self.path = path
    self.logger = logger
  }

  private static func listen(_ socket: borrowing Socket, at path: String) throws {
    try socket.bind("ipc://\(path)")
    guard chmod(path, mode) == 0 else {
      throw SystemError("set who may use the control socket \(path)", code: errno)
    }
  }

  /// Binding would take a path over from another daemon without a word.
  private static func requireFree(_ path: String) throws {
    guard let (address, length) = unixAddress(path) else {
      throw ConfigurationError("the control socket's path \(path) is longer than 107 bytes")
    }
    let descriptor = try FileDescriptor(
      Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0),
      "look at the control socket \(path)")
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor.number, $0, length)
      }
    }
    guard result != 0 else {
      throw ConfigurationError(
        "another labsyncd answers at \(path). Stop it, or set control.socket to another path")
    }
  }

  var pollItems: [PollItem<LoopTag>] {
    [socket.pollItem(.control), monitor.pollItem(.controlMonitor)]
  }

  /// Sees to it that connections here do not take the last descriptors: libzmq ends the process when
  /// it can accept none. All of them are ended, and whoever only asks a question asks again.
  func observe() throws {
    let bound = Door.controlBound(ofLimit: OpenDescriptors.limit)
    while let event = try monitor.next() {
      switch event.kind {
      case .accepted:
        guard !isEmptying, let descriptor = event.descriptor, descriptor >= bound else { continue }
        isEmptying = true
        try socket.unbind("ipc://\(path)")
        logger.warning(
          "the connections to the control socket were ended",
          metadata: [
            "why": "more than \(bound) files and connections are open",
            "try": "see which program asks and does not end: ss -xp | grep \(path)",
          ])
      case .closed where isEmptying:
        // Not before: the old listener takes the file away when it goes.
        try Self.listen(socket, at: path)
        isEmptying = false
      default: continue
      }
    }
  }

  /// The next question and who asked; `nil` when none waits. A message of another form is dropped.
  func next() throws -> (client: [UInt8], request: [UInt8])? {
    while let message = try socket.receive() {
      if message.parts.count == 2, message.excessParts == 0 {
        return (message.parts[0], message.parts[1])
      }
    }
    return nil
  }

  /// Whoever asked may have gone.
  func answer(_ client: [UInt8], _ bytes: [UInt8]) throws {
    _ = try socket.send([client, bytes])
  }

  func close() { unlink(path) }
}
