import Glibc
import SyncCore

/// Bytes that are put aside for a while, on the store's disk. Their file has no name: it goes with this
/// value, also where the program is killed.
final class SpoolFile {
  private(set) var byteCount = 0
  private let descriptor: FileDescriptor
  private static let doing = "put the bundle aside beside the store"

  init(beside storePath: String) throws(SystemError) {
    let path = "\(storePath).bundle-\(UniqueID.random())"
    descriptor = try FileDescriptor(
      open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600), Self.doing)
    unlink(path)
  }

  func append(_ bytes: [UInt8]) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        write(descriptor.number, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        written += count
        byteCount += count
      } else if errno != EINTR {
        throw SystemError(Self.doing, code: errno)
      }
    }
  }

  /// So many bytes from an offset on. The caller knows that they are there.
  func read(_ offset: Int, _ count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes[done...].withUnsafeMutableBytes {
        pread(descriptor.number, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if got > 0 {
        done += got
      } else if got == 0 {
        throw SystemError("read the bundle that was put aside", code: EIO)
      } else if errno != EINTR {
        throw SystemError("read the bundle that was put aside", code: errno)
      }
    }
    return bytes
  }
}
