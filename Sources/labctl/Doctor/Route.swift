import Glibc

/// How far a way by TCP goes from this machine: name, address, port.
enum Route: Hashable {
  /// There is no such way to try.
  case none
  case unnamed(host: String, why: String)
  case closed(host: String, address: String, port: String, why: String)
  case open(host: String, address: String, port: String)

  /// How long a port has to answer.
  private static let patienceMilliseconds: Int32 = 3_000

  /// Tries `tcp://host:port`, and nothing else.
  init(to endpoint: String?) {
    guard let endpoint, endpoint.hasPrefix("tcp://"),
      let colon = endpoint.lastIndex(of: ":")
    else {
      self = .none
      return
    }
    let port = String(endpoint[endpoint.index(after: colon)...])
    var host = String(endpoint[endpoint.index(endpoint.startIndex, offsetBy: 6)..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, port, &hints, &found)
    guard code == 0, let first = found else {
      self = .unnamed(host: host, why: String(cString: gai_strerror(code)))
      return
    }
    defer { freeaddrinfo(first) }
    var last = Route.none
    var next: UnsafeMutablePointer<addrinfo>? = first
    while let entry = next {
      let address = Self.text(of: entry.pointee)
      guard let why = Self.knock(entry.pointee) else {
        self = .open(host: host, address: address, port: port)
        return
      }
      last = .closed(host: host, address: address, port: port, why: why)
      next = entry.pointee.ai_next
    }
    self = last
  }

  private static func text(of entry: addrinfo) -> String {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    getnameinfo(
      entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Why nobody opens; nil when somebody does.
  private static func knock(_ entry: addrinfo) -> String? {
    let descriptor = socket(
      entry.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      entry.ai_protocol)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&wait, 1, patienceMilliseconds) == 1 else { return "no answer within 3 s" }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    return code == 0 ? nil : String(cString: strerror(code))
  }
}
