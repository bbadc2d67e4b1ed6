import Glibc

/// Holds a store for one daemon: a lock on the file beside it, which ends with the process however
/// that ends.
public struct InstanceLock: ~Copyable {
  /// Why a store can not be had.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process has it; its id where it is known.
    case held(path: String, processID: Int32?)
    case system(SystemError)

    public var description: String {
      switch self {
      case .held(let path, let processID):
        let process = processID.map { " (pid \($0))" } ?? ""
        return "the store is in use by another labsyncd\(process), which holds \(path)"
      case .system(let error): return error.description
      }
    }
  }

  private let descriptor: FileDescriptor

  /// Takes `<storePath>.lock`, which is made when it is missing and stays afterwards. A store is one
  /// store by whatever symbolic link it is named.
  public init(storePath: String) throws(Failure) {
    let path = "\(Self.own(storePath)).lock"
    let doing = "lock the store with \(path)"
    let descriptor = try Self.opening(path, doing)
    guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      guard code == EWOULDBLOCK else { throw .system(SystemError(doing, code: code)) }
      throw .held(path: path, processID: Self.holder(descriptor))
    }
    // The number is for whoever is refused; the lock is what counts.
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor.number, 0) == 0,
      pwrite(descriptor.number, text, text.count, 0) == text.count
    else { throw .system(SystemError(doing, code: errno)) }
    self.descriptor = descriptor
  }

  /// The path without symbolic links; the path itself where there is no file yet.
  private static func own(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// True for as long as there is a value to ask: asking keeps the lock alive until here.
  public var isHeld: Bool { descriptor.number >= 0 }

  private static func opening(_ path: String, _ doing: String) throws(Failure) -> FileDescriptor {
    do {
      return try FileDescriptor(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), doing)
    } catch {
      throw .system(error)
    }
  }

  private static func holder(_ descriptor: borrowing FileDescriptor) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor.number, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes.prefix(count).prefix { $0 > 0x20 }, as: UTF8.self))
  }
}
