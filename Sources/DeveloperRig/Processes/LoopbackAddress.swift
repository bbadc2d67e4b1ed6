import Glibc
import Synchronization

/// An IPv4 address of this machine's loopback.
struct LoopbackAddress {
  private var address = sockaddr_in()

  init(port: UInt16) {
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  }

  func bind(_ descriptor: Int32) -> Int32 { withPointer { Glibc.bind(descriptor, $0, $1) } }
  func connect(_ descriptor: Int32) -> Int32 { withPointer { Glibc.connect(descriptor, $0, $1) } }

  private func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  static func stream() -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }
}

/// Chooses ports for servers that have to be told theirs.
public enum FreePort {
  private static let given = Mutex<Set<UInt16>>([])

  /// A port that nobody listens on now and that this process has not given away before. Below the
  /// range from which the kernel takes ports for outgoing connections.
  public static func choose() throws(RigError) -> UInt16 {
    for _ in 0..<1000 {
      let port = UInt16.random(in: 15_000..<32_000)
      guard given.withLock({ $0.insert(port).inserted }) else { continue }
      let descriptor = LoopbackAddress.stream()
      defer { close(descriptor) }
      if LoopbackAddress(port: port).bind(descriptor) == 0 { return port }
    }
    throw RigError("no free port was found from 15000 to 31999")
  }
}
