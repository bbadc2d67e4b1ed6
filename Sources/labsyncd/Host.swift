import Foundation
import Glibc

/// This machine, as the process sees it.
enum Host {
  static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// Milliseconds since 1970, as this machine believes.
  static var wallMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The kernel's name for the machine; nobody is asked over the network.
  static var name: String {
    var system = utsname()
    guard uname(&system) == 0 else { return "localhost" }
    return withUnsafeBytes(of: &system.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
