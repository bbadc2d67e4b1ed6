import Glibc
import SyncControl

/// The reader of our standard output has gone.
struct ClosedPipe: Error {}

/// Where data goes. It is gathered and written in large pieces, and a disk that is full is said.
enum StandardOutput {
  // Used by the one thread of this program only.
  nonisolated(unsafe) private static var gathered: [UInt8] = []
  private static let pieceBytes = 64 * 1024

  static func line(_ text: String = "") throws {
    try write(Array(text.utf8) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }

  /// Gathers bytes for `descriptor`; what was gathered for it is written when there is enough.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    gathered += bytes
    if gathered.count >= pieceBytes { try flush(to: descriptor) }
  }

  static func flush() throws { try flush(to: STDOUT_FILENO) }

  static func flush(to descriptor: Int32) throws {
    defer { gathered.removeAll(keepingCapacity: true) }
    switch writeAll(gathered, to: descriptor) {
    case 0: break
    case EPIPE: throw ClosedPipe()
    case let code:
      throw ControlFailure(
        what: "the output could not be written", why: String(cString: strerror(code)),
        remedy: "make room, or write somewhere else")
    }
  }
}

/// Where everything that is not data goes.
enum StandardError {
  static func line(_ text: String) { write(text + "\n") }

  static func write(_ text: String) {
    // Nobody is left to be told when even this can not be written.
    _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
  }
}

/// Writes every byte, whatever pieces the system takes them in. The errno; 0 when all is written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  var start = 0
  while start < bytes.count {
    let count = bytes[start...].withUnsafeBytes {
      Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    if count >= 0 {
      start += count
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
