import Glibc
import SyncControl

/// Reads a file line by line in constant memory.
struct LineReader: ~Copyable {
  /// A line without its end, or why it can not be one.
  enum Line: Hashable {
    case text(String)
    case refused(reason: String)
  }

  /// Bytes in the file; nil when it is a pipe or a terminal.
  let totalBytes: Int?
  /// Bytes that were read so far.
  private(set) var bytesRead = 0
  private let descriptor: Int32
  private let path: String
  private let lineBytesLimit: Int
  private let pieceBytes: Int
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var isAtStart = true

  /// A byte order mark and a carriage return, which are no part of a line and count for nothing.
  private static let besidesBytes = 4

  /// Opens `path`; `-` is the standard input. So many bytes are read at once.
  init(
    _ path: String, lineBytesLimit: Int = ControlProtocol.importLineBytes,
    pieceBytes: Int = 256 * 1024
  ) throws(ControlFailure) {
    self.path = path
    self.lineBytesLimit = lineBytesLimit
    self.pieceBytes = pieceBytes
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    var information = stat()
    guard descriptor >= 0, fstat(descriptor, &information) == 0 else {
      totalBytes = nil
      throw Self.failure(path)
    }
    let isFile = information.st_mode & S_IFMT == S_IFREG
    totalBytes = isFile ? Int(information.st_size) : nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next line; nil at the end. A byte order mark at the start of the file is passed over.
  mutating func next() throws(ControlFailure) -> Line? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return line(buffer[position..<end])
      }
      if isAtEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        return line(buffer[position...])
      }
      if buffer.count - position > lineBytesLimit + Self.besidesBytes { return try skipLine() }
      searched = buffer.count - position
      try fill()
    }
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) -> Line {
    var bytes = bytes
    if isAtStart, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    isAtStart = false
    if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    guard bytes.count <= lineBytesLimit else { return tooLong }
    return String(validating: bytes, as: UTF8.self).map { .text($0) }
      ?? .refused(reason: "not UTF-8 text")
  }

  private var tooLong: Line {
    .refused(reason: "longer than \(lineBytesLimit) bytes")
  }

  /// Passes over a line that is too long to be kept.
  private mutating func skipLine() throws(ControlFailure) -> Line {
    isAtStart = false
    while true {
      if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
        position = end + 1
        return tooLong
      }
      position = buffer.count
      if isAtEnd { return tooLong }
      try fill()
    }
  }

  /// Forgets what was used and reads what comes next.
  private mutating func fill() throws(ControlFailure) {
    buffer.removeFirst(position)
    position = 0
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: pieceBytes))
    let count = buffer[start...].withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress, pieceBytes)
    }
    let code = errno
    buffer.removeLast(pieceBytes - max(0, count))
    if count == 0 { isAtEnd = true }
    if count > 0 { bytesRead += count }
    if count < 0, code != EINTR {
      errno = code
      throw Self.failure(path)
    }
  }

  private static func failure(_ path: String) -> ControlFailure {
    ControlFailure(
      what: "\(path) can not be read", why: String(cString: strerror(errno)),
      remedy: "look at its name and at who may read it")
  }
}
