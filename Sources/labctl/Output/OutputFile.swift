import Glibc
import SyncControl

/// A file that a command makes: under its name only when it is whole and on the disk, and only its
/// user can read it, because people's words and names are in it. What has the name already and is no
/// file, such as a device or a pipe, is written straight into.
final class OutputFile {
  private(set) var byteCount = 0
  private let path: String
  private let draft: String?
  private let descriptor: Int32
  private let replaces: Bool
  private var gathered: [UInt8] = []
  private static let pieceBytes = 64 * 1024

  /// - Parameter replaces: whether a file of this name goes when this one is whole; else it stays, and
  ///   the command fails.
  init(_ path: String, replaces: Bool = true) throws(ControlFailure) {
    self.path = path
    self.replaces = replaces
    var information = stat()
    let isThere = stat(path, &information) == 0
    if isThere, information.st_mode & S_IFMT != S_IFREG {
      draft = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    } else {
      let draft = "\(path).partial"
      // What an earlier command left. It may as well be somebody's link to another file.
      unlink(draft)
      self.draft = draft
      descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw failure(errno) }
  }

  func add(_ bytes: [UInt8]) throws(ControlFailure) {
    gathered += bytes
    byteCount += bytes.count
    if gathered.count >= Self.pieceBytes { try flush() }
  }

  /// Gives the file its name.
  func finish() throws(ControlFailure) {
    try flush()
    guard let draft else { return }
    guard fsync(descriptor) == 0 else { throw failure(errno) }
    // A link fails where the name is taken, unlike a rename.
    guard (replaces ? rename(draft, path) : link(draft, path)) == 0 else { throw failure(errno) }
    if !replaces { unlink(draft) }
    try keepName()
  }

  /// Until its folder is on the disk, a file may lose its name when the power goes.
  private func keepName() throws(ControlFailure) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
    let descriptor = open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    // Some file systems have no such thing for a folder.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(errno) }
  }

  private func flush() throws(ControlFailure) {
    let code = writeAll(gathered, to: descriptor)
    gathered.removeAll(keepingCapacity: true)
    guard code == 0 else { throw failure(code) }
  }

  private func failure(_ code: Int32) -> ControlFailure {
    ControlFailure(
      what: "\(path) could not be written", why: String(cString: strerror(code)),
      remedy: "a place with room that you may write to")
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    // Nothing is there any more when it was finished.
    if let draft { unlink(draft) }
  }
}
