import Glibc

/// The service manager's end of sd_notify(3): where a daemon says that it is ready.
final class ReadinessSocket {
  let path: String
  private let descriptor: Int32

  /// Makes the socket; an earlier one at `path` goes.
  init(path: String) throws(RigError) {
    self.path = path
    unlink(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard let address = UnixAddress(path), descriptor >= 0, address.bind(descriptor) == 0 else {
      throw RigError("no readiness socket at \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// Waits for `READY=1`; false when the process ends before it comes. Throws when neither does.
  func waitUntilReady(_ process: ChildProcess, seconds: Double) throws(RigError) -> Bool {
    let deadline = Deadline(seconds: seconds)
    while !deadline.hasPassed {
      if process.hasEnded { return false }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // Short turns: the end of the process is no event of this socket.
      guard poll(&entry, 1, Int32(min(50, deadline.remainingMilliseconds))) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(
        separator: "\n")
      if lines.contains("READY=1") { return true }
    }
    throw RigError("labsyncd (pid \(process.processID)) was not ready within \(seconds) s")
  }
}

/// A Unix socket's address.
struct UnixAddress {
  private var address = sockaddr_un()

  /// Nil when the path is too long.
  init?(_ path: String) {
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  }

  func bind(_ descriptor: Int32) -> Int32 {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
