import Glibc

/// An open file, socket or other descriptor, closed when its owner goes.
public struct FileDescriptor: ~Copyable, Sendable {
  /// What the operating system calls it; for a poll, and for nobody to close.
  public let number: Int32

  /// Takes over what a system call returned; throws the call's `errno` when that is negative.
  init(_ result: Int32, _ doing: String) throws(SystemError) {
    guard result >= 0 else { throw SystemError(doing, code: errno) }
    number = result
  }

  deinit { close(number) }

  /// Reads what there is now, at most `limit` bytes; nil when there is nothing.
  func readAvailable(limit: Int, _ doing: String) throws(SystemError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    while true {
      let count = bytes.withUnsafeMutableBytes { read(number, $0.baseAddress, limit) }
      if count >= 0 {
        bytes.removeLast(limit - count)
        return bytes
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      case let code: throw SystemError(doing, code: code)
      }
    }
  }
}
