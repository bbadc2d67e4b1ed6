import Glibc

/// The journal's socket. It takes an entry at once or not at all; nothing waits for the journal.
final class JournalSocket: Sendable {
  private let descriptor: FileDescriptor
  private let address: sockaddr_un
  private let length: socklen_t

  /// Whether there is a journal shows when it is given something.
  init(path: String = "/run/systemd/journal/socket") throws(SystemError) {
    let doing = "write to the journal at \(path)"
    guard let (address, length) = unixAddress(path) else {
      throw SystemError(doing, code: ENAMETOOLONG)
    }
    self.address = address
    self.length = length
    let kind =
      Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    descriptor = try FileDescriptor(socket(AF_UNIX, kind, 0), doing)
  }

  /// Gives the journal an entry; `false` where it has not got it: it is not there, it is behind with
  /// reading, or the entry is larger than a datagram may be.
  func send(_ entry: JournalEntry) -> Bool {
    let bytes = entry.bytes
    // By its address each time: a journal that was started anew is found again.
    return withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor.number, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    } == bytes.count
  }

  /// Waits until the journal has read everything; `false` where it has not within the time. Whose an
  /// entry is, it asks of the process when it reads it, and a process that has ended tells nothing.
  @discardableResult
  func waitUntilRead(milliseconds: Int = 500) -> Bool {
    for turn in 0...milliseconds {
      var unread: Int32 = 0
      guard ioctl(descriptor.number, UInt(TIOCOUTQ), &unread) == 0 else { return false }
      if unread == 0 { return true }
      if turn < milliseconds { usleep(1_000) }
    }
    return false
  }
}
