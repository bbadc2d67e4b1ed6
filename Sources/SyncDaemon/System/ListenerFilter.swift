import CLinux
import Glibc

/// Whether new connections reach a listening TCP socket. Those that are there are not touched: with
/// libzmq, to stop listening would end them too.
enum ListenerFilter {
  /// Drops what arrives for the listener itself. Whoever connects tries again by itself for as long
  /// as its system does, some seconds and more.
  static func shut(_ listener: Int32) throws(SystemError) {
    // A socket filter (socket(7)) of one instruction: keep no byte.
    var instruction = sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
    let result = withUnsafeMutablePointer(to: &instruction) { pointer in
      var program = sock_fprog(len: 1, filter: pointer)
      return setsockopt(
        listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<sock_fprog>.size))
    }
    guard result == 0 else {
      throw SystemError("keep new connections from the port", code: errno)
    }
  }

  static func open(_ listener: Int32) throws(SystemError) {
    var unused: Int32 = 0
    guard
      setsockopt(
        listener, SOL_SOCKET, SO_DETACH_FILTER, &unused, socklen_t(MemoryLayout<Int32>.size)) == 0
        || errno == ENOENT
    else { throw SystemError("let new connections reach the port", code: errno) }
  }
}
