import CLinux
import Glibc

/// Tells that this machine's network has come back: a link runs again or a new address is there,
/// by rtnetlink(7). A sync that waits need wait no longer.
public struct LinkWatch: ~Copyable {
  private let descriptor: FileDescriptor
  private var table: LinkTable

  /// Learns how the links stand now, and watches them.
  public init() throws(SystemError) {
    let doing = "watch the network links"
    let descriptor = try FileDescriptor(
      socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_ROUTE),
      doing)
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
      }
    }
    guard result == 0 else { throw SystemError(doing, code: errno) }
    var table = LinkTable()
    try Self.learn(UInt16(RTM_GETLINK), from: descriptor, into: &table, doing)
    try Self.learn(UInt16(RTM_GETADDR), from: descriptor, into: &table, doing)
    guard fcntl(descriptor.number, F_SETFL, O_NONBLOCK) == 0 else {
      throw SystemError(doing, code: errno)
    }
    self.descriptor = descriptor
    self.table = table
  }

  /// Readable when something has changed.
  public var number: Int32 { descriptor.number }

  /// Whether a link or an address has come since the last call. What only goes is noted.
  public mutating func takeReturn() throws(SystemError) -> Bool {
    var hasReturned = false
    while true {
      do {
        guard let bytes = try descriptor.readAvailable(limit: 32_768, "read the network links")
        else { return hasReturned }
        if table.read(bytes).hasReturned { hasReturned = true }
      } catch  where error.code == ENOBUFS {
        // The kernel had more to say than we had room: better one try to connect too many.
        hasReturned = true
      }
    }
  }

  /// Asks for all links or all addresses and reads them; the kernel answers at once.
  private static func learn(
    _ type: UInt16, from descriptor: borrowing FileDescriptor, into table: inout LinkTable,
    _ doing: String
  ) throws(SystemError) {
    var request = [UInt8](repeating: 0, count: 20)
    request.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt32($0.count), toByteOffset: 0, as: UInt32.self)
      $0.storeBytes(of: type, toByteOffset: 4, as: UInt16.self)
      $0.storeBytes(of: UInt16(NLM_F_REQUEST | NLM_F_DUMP), toByteOffset: 6, as: UInt16.self)
    }
    guard send(descriptor.number, request, request.count, 0) == request.count else {
      throw SystemError(doing, code: errno)
    }
    while let bytes = try descriptor.readAvailable(limit: 32_768, doing) {
      if table.read(bytes).isComplete { return }
    }
  }
}
