import Foundation
import Glibc
import SyncControl

/// A file that a command hands over, read piece by piece.
final class InputFile {
  let byteCount: Int
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(ControlFailure) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var information = stat()
    guard descriptor >= 0, fstat(descriptor, &information) == 0 else {
      byteCount = 0
      throw failure(errno)
    }
    byteCount = Int(information.st_size)
    guard information.st_mode & S_IFMT == S_IFREG else { throw failure(EISDIR) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next bytes; fewer than `limit` at the end, and none behind it.
  func next(atMost limit: Int) throws(ControlFailure) -> Data {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = bytes[filled...].withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw failure(errno)
      }
    }
    return Data(bytes.prefix(filled))
  }

  private func failure(_ code: Int32) -> ControlFailure {
    ControlFailure(
      what: "\(path) can not be read",
      why: code == EISDIR ? "it is no file" : String(cString: strerror(code)),
      remedy: "look at its name and at who may read it")
  }
}
