import Foundation
import Glibc
import Testing

@testable import ZeroMQ

@Suite("Monitors")
struct MonitorTests {
  @Test("tell the life of a connection on both sides, with its endpoint")
  func life() throws {
    let context = try Context()
    let router = try context.socket(.router)
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    let endpoint = try router.lastEndpoint()
    let dealer = try context.socket(.dealer)
    let monitor = try dealer.monitor()
    try dealer.connect(endpoint)
    let atClient = try monitor.events { $0 == .handshakeSucceeded }
    #expect(atClient.map(\.kind) == [.connectDelayed, .connected, .handshakeSucceeded])
    #expect(atClient.allSatisfy { $0.endpoint == endpoint })
    let atServer = try serverMonitor.events { $0 == .handshakeSucceeded }
    #expect(atServer.map(\.kind) == [.listening, .accepted, .handshakeSucceeded])
    #expect(atServer.allSatisfy { $0.endpoint == endpoint })
    #expect(atServer.map { $0.descriptor != nil } == [true, true, false])
    var isListening: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let listener = try #require(atServer[0].descriptor)
    #expect(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0)
    #expect(isListening == 1)
    dealer.close()
    let stopped = try monitor.events { $0 == .monitorStopped }
    #expect(stopped.map(\.kind) == [.monitorStopped])
    let ended = try serverMonitor.events { $0 == .disconnected }
    #expect(ended.map(\.kind) == [.disconnected])
  }

  @Test("may go before or after their socket, with events unread, and the context still ends")
  func order() throws {
    for socketFirst in [true, false] {
      for _ in 0..<20 {
        weak var core: ContextCore?
        do {
          let context = try Context()
          core = context.core
          let router = try context.socket(.router)
          try router.bind(loopback)
          let dealer = try context.socket(.dealer)
          let monitor = try dealer.monitor()
          try dealer.connect(router.lastEndpoint())
          try dealer.deliver([[1]])
          if socketFirst {
            dealer.close()
            discard(monitor)
          } else {
            discard(monitor)
            dealer.close()
          }
        }
        #expect(core == nil)
      }
    }
  }

  @Test("may be made anew for the same socket")
  func anew() throws {
    let context = try Context()
    let router = try context.socket(.router)
    discard(try router.monitor())
    let monitor = try router.monitor()
    try router.bind(loopback)
    let events = try monitor.events { $0 == .listening }
    #expect(events.count == 1)
  }

  @Test(
    "understand every event that libzmq names",
    arguments: [
      (0x0001, 0, .connected), (0x0002, 0, .connectDelayed),
      (0x0004, 120, .connectRetried(afterMilliseconds: 120)), (0x0008, 0, .listening),
      (0x0010, 98, .bindFailed(code: EADDRINUSE)), (0x0020, 0, .accepted),
      (0x0040, 24, .acceptFailed(code: EMFILE)), (0x0080, 0, .closed),
      (0x0100, 9, .closeFailed(code: EBADF)), (0x0200, 0, .disconnected),
      (0x0400, 0, .monitorStopped), (0x0800, 14, .handshakeFailed(.noAdmissionHandler)),
      (0x0800, 104, .handshakeFailed(.noDetail(code: ECONNRESET))),
      (0x1000, 0, .handshakeSucceeded),
      (0x2000, 0x1100_0001, .handshakeFailed(.protocolError(.cryptographic))),
      (0x2000, 0x1000_0002, .handshakeFailed(.protocolError(.zmtp(code: 0x1000_0002)))),
      (0x2000, 0x2000_0003, .handshakeFailed(.protocolError(.zap(code: 0x2000_0003)))),
      (0x2000, 7, .handshakeFailed(.protocolError(.other(code: 7)))),
      (0x4000, 400, .handshakeFailed(.refused(status: 400))),
      (0x8000, 5, .unknown(event: 0x8000, value: 5)),
    ] as [(UInt16, UInt32, MonitorEvent.Kind)])
  func kinds(event: UInt16, value: UInt32, kind: MonitorEvent.Kind) throws {
    var head = withUnsafeBytes(of: event) { Array($0) }
    head += withUnsafeBytes(of: value) { Array($0) }
    let parsed = try #require(MonitorEvent(parts: [head, bytes("tcp://hub:5570")]))
    #expect(parsed.kind == kind)
    #expect(parsed.words.contains("tcp://hub:5570") || kind == .monitorStopped)
    #expect(MonitorEvent(parts: [head]) == nil)
    #expect(MonitorEvent(parts: [Array(head.dropLast()), []]) == nil)
  }

  @Test("say in words what an operator can act on")
  func words() {
    let endpoint = "tcp://hub:5570"
    #expect(
      MonitorEvent(kind: .handshakeFailed(.noDetail(code: EPIPE)), endpoint: endpoint).words
        == "greeting on tcp://hub:5570 failed: the other side ended it, or did not finish in time")
    #expect(
      MonitorEvent(kind: .handshakeFailed(.refused(status: 400)), endpoint: endpoint).words
        == "greeting on tcp://hub:5570 failed: the key is not admitted (status 400)")
    #expect(
      MonitorEvent(kind: .connectRetried(afterMilliseconds: 120), endpoint: endpoint).words
        == "no connection to tcp://hub:5570, trying again in 120 ms")
  }

  private func discard(_ monitor: consuming Monitor) {}
}
