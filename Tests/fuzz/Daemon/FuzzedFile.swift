import Glibc
import SyncControl

/// A file in memory that holds the input, for decoders that read files. Used on one thread.
struct FuzzedFile: Sendable {
  static let shared = FuzzedFile()

  private let descriptor: Int32 = {
    // It has no name once it is open, so nothing is left behind.
    var name = Array("/dev/shm/labsync-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    unlink(name)
    return descriptor
  }()

  private var path: String { "/proc/self/fd/\(descriptor)" }

  private func hold(_ bytes: [UInt8]) {
    guard ftruncate(descriptor, 0) == 0,
      pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    else {
      perror("the file in memory can not be written")
      exit(74)
    }
  }

  func lines(
    of bytes: [UInt8], limit: Int, pieceBytes: Int
  ) throws(ControlFailure) -> [LineReader.Line] {
    hold(bytes)
    var reader = try LineReader(path, lineBytesLimit: limit, pieceBytes: pieceBytes)
    var lines: [LineReader.Line] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
  }
}
