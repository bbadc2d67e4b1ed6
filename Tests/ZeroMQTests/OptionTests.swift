import Foundation
import Testing

@testable import ZeroMQ

@Suite("Options")
struct OptionTests {
  @Test("are given to libzmq")
  func readBack() throws {
    let context = try Context()
    var options = Socket.Options()
    options.lingerMilliseconds = 7
    options.immediate = false
    options.maximumMessageBytes = 5_000_000_000
    options.sendHighWaterMark = 11
    options.receiveHighWaterMark = 12
    options.heartbeat = .init(
      intervalMilliseconds: 1300, timeoutMilliseconds: 1400, timeToLiveMilliseconds: 1500)
    options.tcpKeepalive = .init(idleSeconds: 16, intervalSeconds: 17, count: 18)
    options.maximumRetransmitMilliseconds = 1900
    options.connectTimeoutMilliseconds = 2000
    options.handshakeIntervalMilliseconds = 2100
    options.reconnection = .every(milliseconds: 22, upToMilliseconds: 23)
    options.ipv6 = true
    options.backlog = 24
    let socket = try context.socket(.router, options: options)
    let expected: [(SocketOption, Int32)] = [
      (.linger, 7), (.immediate, 0), (.sendHighWaterMark, 11), (.receiveHighWaterMark, 12),
      (.heartbeatInterval, 1300), (.heartbeatTimeout, 1400), (.heartbeatTimeToLive, 1500),
      (.keepalive, 1), (.keepaliveIdle, 16), (.keepaliveInterval, 17), (.keepaliveCount, 18),
      (.maximumRetransmit, 1900), (.connectTimeout, 2000), (.handshakeInterval, 2100),
      (.reconnectInterval, 22), (.reconnectIntervalMaximum, 23), (.ipv6, 1), (.backlog, 24),
    ]
    for (option, value) in expected {
      let found = try socket.handle.read(option)
      #expect(found == value, "\(option.name)")
    }
    let size = try socket.handle.readWide(.maximumMessage)
    #expect(size == 5_000_000_000)
  }

  @Test("are, unless said otherwise, those of a program that keeps its own queue")
  func defaults() throws {
    let context = try Context()
    let socket = try context.socket(.dealer)
    let expected: [(SocketOption, Int32)] = [
      (.linger, 0), (.immediate, 1), (.heartbeatInterval, 0), (.keepalive, -1),
    ]
    for (option, value) in expected {
      let found = try socket.handle.read(option)
      #expect(found == value, "\(option.name)")
    }
    let size = try socket.handle.readWide(.maximumMessage)
    #expect(size == 8 * 1024 * 1024)
    var endless = Socket.Options()
    endless.lingerMilliseconds = nil
    endless.reconnection = .never
    let other = try context.socket(.dealer, options: endless)
    let (linger, again) = (
      try other.handle.read(.linger), try other.handle.read(.reconnectInterval)
    )
    #expect(linger == -1)
    #expect(again == -1)
  }

  @Test("that libzmq refuses are named")
  func refused() throws {
    let context = try Context()
    var options = Socket.Options()
    options.sendHighWaterMark = -5
    let error = failure { () throws(ZeroMQError) in
      _ = try context.socket(.dealer, options: options)
    }
    #expect(error?.operation == .setOption("SNDHWM"))
    options.sendHighWaterMark = .max
    let tooWide = failure { () throws(ZeroMQError) in
      _ = try context.socket(.dealer, options: options)
    }
    #expect(tooWide?.operation == .setOption("SNDHWM"))
    #expect(throws: ZeroMQError.self) { _ = try Context(ioThreads: -1) }
  }

  @Test("for TCP reach the operating system's socket")
  func operatingSystem() throws {
    let context = try Context()
    let router = try context.socket(.router)
    try router.bind(loopback)
    let endpoint = try router.lastEndpoint()
    let port = try #require(UInt16(endpoint.split(separator: ":").last ?? ""))
    var options = Socket.Options()
    options.tcpKeepalive = .init(idleSeconds: 16, intervalSeconds: 17, count: 18)
    options.maximumRetransmitMilliseconds = 1900
    let dealer = try context.socket(.dealer, options: options)
    try dealer.connect(endpoint)
    try dealer.deliver([bytes("connected")])
    _ = try router.nextMessage()
    let descriptor = try #require((0..<4096).first { remotePort(of: $0) == port })
    #expect(value(SO_KEEPALIVE, at: SOL_SOCKET, of: descriptor) == 1)
    #expect(value(TCP_KEEPIDLE, at: Int32(IPPROTO_TCP), of: descriptor) == 16)
    #expect(value(TCP_KEEPINTVL, at: Int32(IPPROTO_TCP), of: descriptor) == 17)
    #expect(value(TCP_KEEPCNT, at: Int32(IPPROTO_TCP), of: descriptor) == 18)
    #expect(value(TCP_USER_TIMEOUT, at: Int32(IPPROTO_TCP), of: descriptor) == 1900)
  }

  private func remotePort(of descriptor: Int32) -> UInt16? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
    }
    guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return UInt16(bigEndian: address.sin_port)
  }

  private func value(_ option: Int32, at level: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, level, option, &value, &size) == 0 ? value : nil
  }
}
