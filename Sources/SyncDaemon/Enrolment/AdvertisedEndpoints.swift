import Glibc

/// Where laptops can dial a side that listens.
enum AdvertisedEndpoints {
  /// The endpoint itself where it names an address; for one that listens everywhere, those of this
  /// machine's addresses that others can reach, IPv4 first. Empty for a socket file.
  static func of(_ endpoint: String) -> [String] {
    guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return [] }
    let port = endpoint[endpoint.index(after: colon)...]
    let host = endpoint.dropFirst(6)[..<colon]
    guard ["0.0.0.0", "[::]", "*"].contains(String(host)) else { return [endpoint] }
    let found = addresses()
    // A machine without a network is tried out on itself.
    return (found.isEmpty ? ["127.0.0.1"] : found).map { "tcp://\($0):\(port)" }
  }

  private static func addresses() -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var four: [String] = []
    var six: [String] = []
    var entry = first
    while let interface = entry {
      entry = interface.pointee.ifa_next
      let flags = interface.pointee.ifa_flags
      guard flags & UInt32(IFF_UP) != 0, flags & UInt32(IFF_LOOPBACK) == 0,
        let address = interface.pointee.ifa_addr
      else { continue }
      switch Int32(address.pointee.sa_family) {
      case AF_INET: text(of: address, MemoryLayout<sockaddr_in>.size).map { four.append($0) }
      case AF_INET6:
        // A link-local address is of no use without the name of the laptop's own interface.
        text(of: address, MemoryLayout<sockaddr_in6>.size).map {
          if !$0.hasPrefix("fe80") { six.append("[\($0)]") }
        }
      default: break
      }
    }
    return four + six
  }

  private static func text(of address: UnsafeMutablePointer<sockaddr>, _ size: Int) -> String? {
    var text = [CChar](repeating: 0, count: 64)
    guard
      getnameinfo(
        address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
    else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
