import Foundation
import Testing

@testable import ZeroMQ

@Suite("Peers that do not behave")
struct LivenessTests {
  @Test("a peer that falls silent is noticed by heartbeats")
  func silent() throws {
    let context = try Context()
    var options = Socket.Options()
    options.heartbeat = .init(
      intervalMilliseconds: 50, timeoutMilliseconds: 100, timeToLiveMilliseconds: 0)
    let router = try context.socket(.router, options: options)
    let monitor = try router.monitor()
    try router.bind(loopback)
    let peer = try RawPeer(connectingTo: router.lastEndpoint())
    try peer.greet()
    _ = try monitor.events { $0 == .handshakeSucceeded }
    _ = try monitor.events { $0 == .disconnected }
    let ended = peer.seesEnd()
    #expect(ended)
  }

  @Test("a peer that answers heartbeats is kept, with CURVE as well")
  func lively() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
    var options = Socket.Options()
    options.heartbeat = .init(
      intervalMilliseconds: 20, timeoutMilliseconds: 1000, timeToLiveMilliseconds: 3000)
    let router = try context.socket(
      .router, options: options, security: .curveServer(server.secretKey))
    let monitor = try router.monitor()
    try router.bind(loopback)
    let dealer = try context.socket(
      .dealer, security: .curveClient(own: client, server: server.publicKey))
    try dealer.connect(router.lastEndpoint())
    try handler.answer { _ in .accepted(userID: "a friend") }
    _ = try monitor.events { $0 == .handshakeSucceeded }
    var poller = Poller<Int>()
    poller.add(monitor.pollItem(0))
    let outcome = try poller.wait(timeoutMilliseconds: 1500)
    #expect(outcome == .timedOut)
    try dealer.deliver([bytes("still here")])
    let message = try router.nextMessage()
    #expect(message.userID == "a friend")
  }

  @Test("a part over the limit closes the connection, and the others go on")
  func oversized() throws {
    let context = try Context()
    var options = Socket.Options()
    options.maximumMessageBytes = 1000
    let router = try context.socket(.router, options: options)
    let monitor = try router.monitor()
    try router.bind(loopback)
    let endpoint = try router.lastEndpoint()
    let good = try context.socket(.dealer)
    try good.connect(endpoint)
    try good.deliver([[UInt8](repeating: 1, count: 1000)])
    let whole = try router.nextMessage()
    #expect(whole.parts.last?.count == 1000)
    let bad = try context.socket(.dealer)
    try bad.connect(endpoint)
    try bad.deliver([[UInt8](repeating: 1, count: 1001)])
    _ = try monitor.events { $0 == .disconnected }
    try good.deliver([bytes("next")])
    let next = try router.nextMessage()
    #expect(next.parts.last == bytes("next"))
  }

  @Test("a part that announces an absurd length closes the connection without memory for it")
  func absurd() throws {
    let context = try Context()
    let router = try context.socket(.router)
    try router.bind(loopback)
    let peer = try RawPeer(connectingTo: router.lastEndpoint())
    try peer.greet()
    try peer.say([2, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
    let ended = peer.seesEnd()
    #expect(ended)
  }

  @Test("something that does not speak ZeroMQ is sent away when the time for greeting is over")
  func stranger() throws {
    let context = try Context()
    var options = Socket.Options()
    options.handshakeIntervalMilliseconds = 200
    let router = try context.socket(.router, options: options)
    let monitor = try router.monitor()
    try router.bind(loopback)
    let browser = try RawPeer(connectingTo: router.lastEndpoint())
    try browser.say(bytes("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"))
    let ended = browser.seesEnd()
    #expect(ended)
    _ = try monitor.events(until: \.isCut)
    let mute = try RawPeer(connectingTo: router.lastEndpoint())
    let muteEnded = mute.seesEnd()
    #expect(muteEnded)
    _ = try monitor.events(until: \.isCut)
  }

  @Test("nobody at the other end: tried again, or once only", arguments: [true, false])
  func nobody(again: Bool) throws {
    let context = try Context()
    let port = try context.socket(.router)
    try port.bind(loopback)
    let endpoint = try port.lastEndpoint()
    try port.unbind(endpoint)
    var options = Socket.Options()
    options.reconnection = again ? .every(milliseconds: 20, upToMilliseconds: 40) : .never
    let dealer = try context.socket(.dealer, options: options)
    let monitor = try dealer.monitor()
    try dealer.connect(endpoint)
    let first = try monitor.events { $0 == .closed }
    #expect(first.map(\.kind) == [.connectDelayed, .closed])
    if again {
      _ = try monitor.events { $0 == .closed }
    } else {
      var poller = Poller<Int>()
      poller.add(monitor.pollItem(0))
      let outcome = try poller.wait(timeoutMilliseconds: 300)
      #expect(outcome == .timedOut)
    }
  }
}
