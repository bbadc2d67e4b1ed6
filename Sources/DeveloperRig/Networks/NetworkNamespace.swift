import CLinux
import Foundation
import Glibc
import Synchronization

/// A network of one machine: its own loopback, and one Ethernet port whose cable ends in this process.
///
/// Nobody else knows the namespace: it goes when this object and the processes in it are gone, also
/// after kill -9.
public final class NetworkNamespace {
  /// As in `10.77.0.11`.
  public let address: String
  /// The other end of the port: whole Ethernet frames are read and written here, without blocking.
  let tap: Int32
  private let descriptor: Int32

  /// Needs the rights of root. The port is named `eth0` and stands in a network of 24 bits.
  public init(address: String) throws {
    self.address = address
    let made = try Self.make()
    descriptor = made.namespace
    tap = made.tap
    try run("ip", "link", "set", "lo", "up")
    // Without IPv6, nothing moves on the cable that no program has sent.
    try run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6 || :")
    try run("ip", "address", "add", "\(address)/24", "dev", "eth0")
    try run("ip", "link", "set", "eth0", "up")
  }

  deinit {
    close(tap)
    close(descriptor)
  }

  /// What starts a program in this network.
  var prefix: [String] { ["/usr/bin/nsenter", "--net=/proc/\(getpid())/fd/\(descriptor)"] }

  /// Runs a program of the operating system in this network.
  @discardableResult
  public func run(_ words: String...) throws -> String { try SystemCommand.run(prefix + words) }

  /// Pulls the cable, or plugs it in: the machine's kernel sees the carrier go and come.
  public func setCarrier(_ isThere: Bool) throws(RigError) {
    var value: Int32 = isThere ? 1 : 0
    guard ioctl(tap, Request.setCarrier, &value) == 0 else { throw Self.failure("the carrier") }
  }

  /// linux/if_tun.h; the numbers are those of every architecture that Debian has but mips and power.
  private enum Request {
    static let setInterface: UInt = 0x4004_54CA
    static let setCarrier: UInt = 0x4004_54E2
    static let tapWithoutHeader: UInt16 = 0x0002 | 0x1000
  }

  private struct Made: Sendable {
    var namespace: Int32
    var tap: Int32
  }

  private final class Answer: Sendable {
    let made = Mutex<Result<Made, RigError>?>(nil)
    let isThere = DispatchSemaphore(value: 0)
  }

  /// A namespace belongs to a thread: one is spent on making it.
  private static func make() throws(RigError) -> Made {
    let answer = Answer()
    Thread.detachNewThread {
      answer.made.withLock { $0 = Result { () throws(RigError) in try makeOnThisThread() } }
      answer.isThere.signal()
    }
    answer.isThere.wait()
    guard let made = answer.made.withLock({ $0 }) else { throw RigError("no network namespace") }
    return try made.get()
  }

  private static func makeOnThisThread() throws(RigError) -> Made {
    // CLONE_NEWNET
    guard linux_unshare(0x4000_0000) == 0 else { throw failure("a network namespace") }
    let flags = O_RDONLY | O_CLOEXEC
    let namespace = open("/proc/thread-self/ns/net", flags)
    guard namespace >= 0 else { throw failure("the network namespace") }
    let tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard tap >= 0 else { throw failure("/dev/net/tun") }
    // struct ifreq: the name in 16 bytes, then the flags.
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<4, with: Array("eth0".utf8))
    request[16] = UInt8(truncatingIfNeeded: Request.tapWithoutHeader)
    request[17] = UInt8(truncatingIfNeeded: Request.tapWithoutHeader >> 8)
    guard ioctl(tap, Request.setInterface, &request) == 0 else { throw failure("a port") }
    return Made(namespace: namespace, tap: tap)
  }

  private static func failure(_ what: String) -> RigError {
    RigError("\(what) can not be had: \(String(cString: strerror(errno)))")
  }
}
