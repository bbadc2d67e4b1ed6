import Foundation
import Logging
import Testing
import ZeroMQ

@testable import SyncDaemon

@Suite struct MetricsServerTests {
  /// A client of the server: a plain socket that waits at most two seconds.
  private struct Client: ~Copyable {
    let number: Int32

    init(port: UInt16) throws {
      number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, size) }
      }
      try #require(result == 0)
      var patience = timeval(tv_sec: 2, tv_usec: 0)
      setsockopt(
        number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(number) }

    func say(_ text: String) { _ = text.withCString { send(number, $0, strlen($0), 0) } }

    func hear(atMost limit: Int = 1 << 20) -> String {
      var bytes = [UInt8](repeating: 0, count: limit)
      let count = recv(number, &bytes, limit, 0)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  private let server: MetricsServer
  private let port: UInt16

  init() throws {
    (server, port) = try Self.serving()
  }

  private static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  private static func serving() throws -> (MetricsServer, UInt16) {
    for port in UInt16.random(in: 20_000...50_000)..<UInt16.max {
      let server = MetricsServer(try MetricsAddress("\(port)"), logger, at: 0)
      if server.isListening { return (server, port) }
    }
    throw CancellationError()
  }

  @Test func anAddressThatIsTakenIsTriedAgain() throws {
    var first: MetricsServer?
    let port: UInt16
    do {
      let made = try Self.serving()
      (first, port) = (made.0, made.1)
    }
    let second = MetricsServer(try MetricsAddress("\(port)"), Self.logger, at: 0)
    #expect(!second.isListening && second.pollItems.isEmpty)
    second.tidy(at: MetricsServer.addressMilliseconds)
    #expect(!second.isListening && first != nil)
    first = nil
    second.tidy(at: MetricsServer.addressMilliseconds * 2 - 1)
    #expect(!second.isListening)
    second.tidy(at: MetricsServer.addressMilliseconds * 2)
    #expect(second.isListening && second.pollItems.count == 1)
  }

  /// The connections that the server polls.
  private var connections: Int {
    server.pollItems.count {
      if case .metricsConnection = $0.tag { true } else { false }
    }
  }

  /// One turn of the loop, as far as the server is concerned: waits at most two seconds.
  private func turn(at time: Int64 = 0, _ text: String = "labsync_in_sync 1\n") throws {
    var poller = Poller<LoopTag>()
    for item in server.pollItems { poller.add(item) }
    _ = try poller.wait(timeoutMilliseconds: 2_000)
    for ready in poller.ready {
      switch ready.tag {
      case .metricsListener: server.accept(at: time)
      case .metricsConnection(let number): server.serve(number) { text }
      default: Issue.record("\(ready.tag) is not the server's")
      }
    }
  }

  /// Turns until so many are connected.
  private func take(_ count: Int, at time: Int64 = 0) throws {
    for _ in 0..<20 where connections < count { try turn(at: time) }
    try #require(connections == count)
  }

  @Test func aRequestInPiecesIsAnsweredWholeAndTheConnectionEnds() throws {
    let client = try Client(port: port)
    try take(1)
    client.say("GET /metrics HTTP/1.1\r\nHost:")
    try turn()
    client.say(" localhost\r\n\r\n")
    try turn()
    let answer = client.hear()
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("Content-Length: 18\r\n"))
    #expect(answer.hasSuffix("\r\n\r\nlabsync_in_sync 1\n"))
    #expect(client.hear().isEmpty)
    #expect(connections == 0)
  }

  @Test func whoDoesNotReadHoldsNobodyUp() throws {
    let slow = try Client(port: port)
    try take(1)
    slow.say("GET /metrics HTTP/1.1\r\n\r\n")
    // More than the system keeps for a connection.
    try turn(String(repeating: "x", count: 50_000_000))
    #expect(connections == 1)
    let quick = try Client(port: port)
    try take(2, at: 1)
    quick.say("GET /metrics HTTP/1.1\r\n\r\n")
    for _ in 0..<20 where connections == 2 { try turn() }
    #expect(quick.hear().hasSuffix("labsync_in_sync 1\n"))
    #expect(connections == 1)
    server.tidy(at: MetricsServer.longestMilliseconds - 1)
    #expect(connections == 1)
    server.tidy(at: MetricsServer.longestMilliseconds)
    #expect(connections == 0)
  }

  @Test func onlySoManyConnectionsAreTakenAtOnce() throws {
    var clients: [Int32] = []
    defer { clients.forEach { close($0) } }
    for _ in 0..<MetricsServer.mostConnections {
      let client = try Client(port: port)
      clients.append(dup(client.number))
    }
    let last = try Client(port: port)
    try take(MetricsServer.mostConnections)
    #expect(!server.pollItems.contains { $0.tag == .metricsListener })
    last.say("GET /metrics HTTP/1.1\r\n\r\n")
    server.tidy(at: MetricsServer.longestMilliseconds)
    try take(1, at: 1)
    try turn()
    #expect(last.hear().hasPrefix("HTTP/1.1 200"))
  }

  @Test func whatIsNoRequestForMetricsIsRefused() {
    func read(_ text: String) -> MetricsRequestReading { MetricsRequestReading(Array(text.utf8)) }
    let whole = "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"
    for count in 0..<whole.utf8.count {
      #expect(MetricsRequestReading(Array(whole.utf8.prefix(count))) == .incomplete)
    }
    #expect(read(whole) == .metrics(hasBody: true))
    #expect(read("HEAD /metrics HTTP/1.0\n\n") == .metrics(hasBody: false))
    #expect(read("GET / HTTP/1.1\r\n\r\n") == .refused(status: "404 Not Found"))
    #expect(read("PUT /metrics HTTP/1.1\r\n\r\n") == .refused(status: "405 Method Not Allowed"))
    #expect(read("\u{16}\u{3}\r\n\r\n") == .refused(status: "400 Bad Request"))
    let long = String(repeating: "x", count: MetricsRequestReading.longestHead)
    #expect(read(long) == .refused(status: "431 Too Large"))
  }

  @Test func aPortAloneIsThisMachines() throws {
    #expect("\(try MetricsAddress("9570"))" == "127.0.0.1:9570")
    #expect("\(try MetricsAddress("[::1]:9570"))" == "[::1]:9570")
    #expect("\(try MetricsAddress("0.0.0.0:1"))" == "0.0.0.0:1")
    for wrong in ["", "0", "x", "65536", "host:9570", "127.0.0.1:", ":9570", "::1:x"] {
      #expect(throws: ConfigurationError.self, "\(wrong)") { try MetricsAddress(wrong) }
    }
  }
}
