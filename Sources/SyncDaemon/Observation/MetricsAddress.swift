import Glibc

/// Where the metrics are served: a port of this machine, or an address and a port.
public struct MetricsAddress: Hashable, Sendable, CustomStringConvertible {
  /// An IPv4 address, or an IPv6 address without its brackets.
  public let host: String
  public let port: UInt16

  /// `9570` is a port of 127.0.0.1; `127.0.0.1:9570` and `[::1]:9570` name an address.
  public init(_ text: String) throws(ConfigurationError) {
    let words = "is a port such as 9570, or an address and a port such as 127.0.0.1:9570"
    let colon = text.lastIndex(of: ":")
    guard let port = UInt16(colon.map { text[text.index(after: $0)...] } ?? text[...]), port > 0
    else { throw ConfigurationError(words) }
    var host = colon.map { String(text[..<$0]) } ?? "127.0.0.1"
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    var v4 = in_addr()
    var v6 = in6_addr()
    guard inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, host, &v6) == 1 else {
      throw ConfigurationError(words)
    }
    self.host = host
    self.port = port
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// A socket that listens there and waits for nothing.
  func listen() throws -> FileDescriptor {
    let doing = "serve metrics at \(self)"
    let isV6 = host.contains(":")
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let listener = try FileDescriptor(socket(isV6 ? AF_INET6 : AF_INET, kind, 0), doing)
    var yes: Int32 = 1
    setsockopt(
      listener.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let bound = isV6 ? bindV6(listener.number) : bindV4(listener.number)
    guard bound == 0, Glibc.listen(listener.number, 8) == 0 else {
      throw SystemError(doing, code: errno)
    }
    return listener
  }

  private func bindV4(_ number: Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return Self.bind(number, &address)
  }

  private func bindV6(_ number: Int32) -> Int32 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    inet_pton(AF_INET6, host, &address.sin6_addr)
    return Self.bind(number, &address)
  }

  private static func bind<Address>(_ number: Int32, _ address: inout Address) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(number, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }
}
