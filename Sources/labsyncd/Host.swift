import Foundation
import Glibc

/// This machine, as the process sees it.
enum Host {
  static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// The kernel's name for the machine; nobody is asked over the network.
  static var name: String {
    var system = utsname()
    guard uname(&system) == 0 else { return "localhost" }
    return withUnsafeBytes(of: &system.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
