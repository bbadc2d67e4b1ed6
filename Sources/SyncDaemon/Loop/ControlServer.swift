import Glibc
import SyncControl
import ZeroMQ

/// The socket that labctl talks to. Who may open the file may ask; its mode and group decide.
final class ControlServer {
  private let socket: Socket
  private let path: String

  /// Readable and writable for the owner and the group.
  private static let mode: mode_t = 0o660

  init(path: String, context: ContextBox) throws {
    try Self.requireFree(path)
    var options = Socket.Options()
    options.maximumMessageBytes = ControlProtocol.messageBytes
    let socket = try context.value.socket(.router, options: options, security: .plain)
    try socket.bind("ipc://\(path)")
    guard chmod(path, Self.mode) == 0 else {
      throw SystemError("set who may use the control socket \(path)", code: errno)
    }
    self.socket = consume socket
    self.path = path
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

  func pollItem(_ tag: LoopTag) -> PollItem<LoopTag> { socket.pollItem(tag) }

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
