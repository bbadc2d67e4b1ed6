import Glibc
import SyncControl

/// Knocks at a Unix socket to learn at once, and precisely, why nobody would answer; ZeroMQ itself
/// would go on trying without a word.
enum SocketProbe {
  /// Returns when somebody listens at `path`.
  static func check(_ path: String) throws(ControlFailure) {
    var address = sockaddr_un()
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard path.utf8.count <= room else {
      throw ControlFailure(
        what: "the path of the control socket is too long",
        why: "it has \(path.utf8.count) bytes, and a socket takes at most \(room)",
        remedy: "a shorter path, in control.socket and in --socket", exit: .usage)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let knock = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | SOCK_NONBLOCK_FLAG, 0)
    guard knock >= 0 else { throw failure(code: errno, path: path) }
    defer { close(knock) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(knock, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    let code = errno
    // EAGAIN: somebody listens and is busy.
    if result != 0, code != EAGAIN { throw failure(code: code, path: path) }
  }

  private static var SOCK_NONBLOCK_FLAG: Int32 { Int32(SOCK_NONBLOCK.rawValue) }

  private static func failure(code: Int32, path: String) -> ControlFailure {
    let start = DaemonStart(socket: path).command
    switch code {
    case ENOENT, ENOTDIR:
      return ControlFailure(
        what: "labsyncd is not running", why: "no socket at \(path)", remedy: start,
        exit: .daemonUnreachable)
    case ECONNREFUSED:
      return ControlFailure(
        what: "labsyncd is not running", why: "nobody listens at \(path)", remedy: start,
        exit: .daemonUnreachable)
    case EACCES, EPERM:
      return ControlFailure(
        what: "you may not talk to labsyncd", why: "permission denied at \(path)",
        remedy: "sudo labctl, or become a member of the group labsync", exit: .daemonUnreachable)
    default:
      return ControlFailure(
        what: "labsyncd can not be reached", why: "\(path): \(String(cString: strerror(code)))",
        remedy: DaemonStart(socket: path).look, exit: .daemonUnreachable)
    }
  }
}
