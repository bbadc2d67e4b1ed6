import Foundation

/// A TCP client that says by hand, byte by byte, what a ZeroMQ peer would say (ZMTP 3.1, ZeroMQ
/// RFC 37), and then as little as the test wants.
struct RawPeer: ~Copyable {
  let descriptor: Int32

  struct Failed: Error {}

  init(connectingTo endpoint: String) throws {
    guard let text = endpoint.split(separator: ":").last, let port = UInt16(text) else {
      throw Failed()
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else {
      close(descriptor)
      throw Failed()
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  func say(_ bytes: [UInt8]) throws {
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failed() }
  }

  /// Greeting and READY of a DEALER without security.
  func greet() throws {
    let signature: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F]
    let mechanism = Array("NULL".utf8) + [UInt8](repeating: 0, count: 16)
    try say(signature + [3, 1] + mechanism + [UInt8](repeating: 0, count: 32))
    let name = Array("Socket-Type".utf8)
    let value = Array("DEALER".utf8)
    let body =
      [5] + Array("READY".utf8) + [UInt8(name.count)] + name + [0, 0, 0, UInt8(value.count)] + value
    try say([4, UInt8(body.count)] + body)
  }

  /// Reads until the other side closes; false when it does not within the time.
  func seesEnd(withinMilliseconds limit: Int32 = 10_000) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&entry, 1, limit) == 1 {
      if read(descriptor, &buffer, buffer.count) <= 0 { return true }
    }
    return false
  }
}
