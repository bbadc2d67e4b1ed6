import Glibc

/// Tells the service manager how the daemon is, by the datagrams of sd_notify(3).
///
/// Without a service manager every call does nothing. Nothing here waits: a manager that does not
/// read loses a message, and the next one tells it more.
public struct ServiceNotifier: ~Copyable {
  /// What can be told.
  public enum Message: Hashable, Sendable {
    case ready
    /// One line for `systemctl status`.
    case status(String)
    /// A sign of life; due every ``watchdogIntervalMilliseconds``.
    case watchdog
    /// A reload begins, at this time of the monotonic clock; `ready` ends it.
    case reloading(monotonicMicroseconds: Int64)
    case stopping
  }

  /// How often to give a sign of life: half of what the manager allows. Nil when it does not ask.
  public let watchdogIntervalMilliseconds: Int?
  /// Nil without a service manager.
  private let socket: FileDescriptor?

  /// - Parameter environment: of which `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` count.
  ///
  /// Throws when `NOTIFY_SOCKET` names something that can not be reached.
  public init(environment: [String: String], processID: Int32 = getpid()) throws(SystemError) {
    watchdogIntervalMilliseconds = Self.watchdogInterval(environment, processID: processID)
    guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else {
      socket = nil
      return
    }
    let doing = "reach the service manager at \(path)"
    let descriptor = try FileDescriptor(
      Glibc.socket(
        AF_UNIX,
        Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0
      ), doing)
    guard let (address, length) = unixAddress(path) else {
      throw SystemError(doing, code: ENAMETOOLONG)
    }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor.number, $0, length)
      }
    }
    guard result == 0 else { throw SystemError(doing, code: errno) }
    socket = consume descriptor
  }

  /// Sends the messages together. Returns whether the manager has got them.
  @discardableResult
  public func tell(_ messages: Message...) -> Bool {
    guard socket != nil else { return false }
    let text = messages.map(\.text).joined(separator: "\n")
    return send(Array(text.utf8))
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    switch socket {
    case .some(let socket):
      Glibc.send(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    case .none: false
    }
  }

  private static func watchdogInterval(
    _ environment: [String: String], processID: Int32
  ) -> Int? {
    guard let microseconds = environment["WATCHDOG_USEC"].flatMap(Int.init), microseconds > 0 else {
      return nil
    }
    if let addressee = environment["WATCHDOG_PID"], Int32(addressee) != processID { return nil }
    return max(1, microseconds / 2000)
  }
}

extension ServiceNotifier.Message {
  fileprivate var text: String {
    switch self {
    case .ready: "READY=1"
    case .status(let words):
      "STATUS=" + words.split(whereSeparator: \.isNewline).joined(separator: " ")
    case .watchdog: "WATCHDOG=1"
    case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
    case .stopping: "STOPPING=1"
    }
  }
}

/// The address of a Unix socket and its length; `@` at the start is the abstract namespace of
/// unix(7). Nil when the path is too long.
func unixAddress(_ path: String) -> (sockaddr_un, socklen_t)? {
  var address = sockaddr_un()
  var bytes = Array(path.utf8)
  let isAbstract = bytes.first == UInt8(ascii: "@")
  if isAbstract { bytes[0] = 0 }
  let room = MemoryLayout.size(ofValue: address.sun_path)
  guard bytes.count < room else { return nil }
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  let head = MemoryLayout<sockaddr_un>.size - room
  return (address, socklen_t(head + bytes.count + (isAbstract ? 0 : 1)))
}
