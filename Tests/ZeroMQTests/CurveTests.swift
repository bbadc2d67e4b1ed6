import Testing
import ZeroMQ

@Suite("CURVE")
struct CurveTests {
  let server: CurveKeyPair
  let client: CurveKeyPair

  init() throws {
    server = try CurveKeyPair.generate()
    client = try CurveKeyPair.generate()
  }

  private var options: Socket.Options {
    var options = Socket.Options()
    options.reconnection = .every(milliseconds: 10, upToMilliseconds: 0)
    return options
  }

  @Test("admits a key, and every message says whose it is")
  func accepted() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    try router.bind(loopback)
    let dealer = try context.socket(
      .dealer, security: .curveClient(own: client, server: server.publicKey))
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    let request = try handler.answer { .accepted(userID: $0.publicKey?.z85 ?? "") }
    #expect(request.publicKey == client.publicKey)
    #expect(request.version == "1.0")
    #expect(request.domain == "global")
    #expect(request.address == "127.0.0.1")
    let events = try monitor.events { $0 == .handshakeSucceeded }
    #expect(events.map(\.kind).contains(.connected))
    for number in 0..<2 as Range<UInt8> {
      try dealer.deliver([[number]])
      let message = try router.nextMessage()
      #expect(message.parts.last == [number])
      #expect(message.userID == client.publicKey.z85)
    }
  }

  @Test(
    "refuses a key: the client is told and never asks again",
    arguments: [(ZAPReply.Refusal.denied, 400), (.internalError, 500)])
  func refused(refusal: ZAPReply.Refusal, status: Int) throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    let dealer = try context.socket(
      .dealer, options: options,
      security: .curveClient(own: client, server: server.publicKey))
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    try handler.answer { _ in .refused(refusal, reason: "not on the list") }
    let failure = MonitorEvent.Kind.handshakeFailed(.refused(status: status))
    _ = try serverMonitor.events { $0 == failure }
    _ = try monitor.events { $0 == failure }
    _ = try monitor.events { $0 == .disconnected }
    var poller = Poller<Int>()
    poller.add(handler.pollItem(0))
    let outcome = try poller.wait(timeoutMilliseconds: 300)
    #expect(outcome == .timedOut)
    let after = try monitor.next()
    #expect(after == nil)
  }

  @Test("puts a client off: told nothing, it asks again after its handshake interval")
  func temporarilyRefused() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    var impatient = options
    impatient.handshakeIntervalMilliseconds = 1000
    let dealer = try context.socket(
      .dealer, options: impatient,
      security: .curveClient(own: client, server: server.publicKey))
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    try handler.answer { _ in .refused(.temporary, reason: "later") }
    try handler.answer { .accepted(userID: $0.publicKey?.z85 ?? "") }
    let atClient = try monitor.events { $0 == .handshakeSucceeded }
    #expect(atClient.contains { $0.kind.isCut })
    let atServer = try serverMonitor.events { $0 == .handshakeSucceeded }
    #expect(atServer.map(\.kind).contains(.handshakeFailed(.refused(status: 300))))
  }

  @Test("with a wrong server key: the server names it, the client only sees the end")
  func wrongServerKey() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    let dealer = try context.socket(
      .dealer, options: options,
      security: .curveClient(own: client, server: client.publicKey))
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    let atServer = try serverMonitor.events(until: \.isHandshakeFailure)
    #expect(atServer.last?.kind == .handshakeFailed(.protocolError(.cryptographic)))
    for _ in 0..<2 {
      let atClient = try monitor.events(until: \.isHandshakeFailure)
      #expect(atClient.contains { $0.kind == .connected })
      #expect(atClient.last?.kind.isCut == true)
    }
    let applicant = try handler.nextRequest()
    #expect(applicant == nil)
  }

  @Test("does not listen while nobody checks keys")
  func noHandler() throws {
    let context = try Context()
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let error = failure { () throws(ZeroMQError) in try router.bind(loopback) }
    #expect(error?.cause == .noAdmissionHandler)
  }

  @Test("admits nobody once the handler has gone")
  func handlerGone() throws {
    let context = try Context()
    var handler: ZAPHandler? = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    handler = nil
    _ = handler
    var impatient = options
    impatient.handshakeIntervalMilliseconds = 200
    let dealer = try context.socket(
      .dealer, options: impatient,
      security: .curveClient(own: client, server: server.publicKey))
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    // The impatient client may give up first, on a slow machine: it comes again.
    let atServer = try serverMonitor.events {
      $0 == .handshakeFailed(.noAdmissionHandler)
    }
    #expect(!atServer.contains { $0.kind == .handshakeSucceeded })
    let atClient = try monitor.events(until: \.isHandshakeFailure)
    #expect(atClient.last?.kind.isCut == true)
    #expect(!atClient.contains { $0.kind == .handshakeSucceeded })
  }

  @Test("refusing a key does not cut the connection it already has")
  func denialLater() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    try router.bind(loopback)
    let endpoint = try router.lastEndpoint()
    let security = Socket.Security.curveClient(own: client, server: server.publicKey)
    let first = try context.socket(.dealer, options: options, security: security)
    try first.connect(endpoint)
    try handler.answer { .accepted(userID: $0.publicKey?.z85 ?? "") }
    try first.deliver([bytes("before")])
    _ = try router.nextMessage()
    let second = try context.socket(.dealer, options: options, security: security)
    let monitor = try second.monitor()
    try second.connect(endpoint)
    try handler.answer { _ in .refused(.denied, reason: "revoked") }
    _ = try monitor.events { $0 == .handshakeFailed(.refused(status: 400)) }
    try first.deliver([bytes("after")])
    let later = try router.nextMessage()
    #expect(later.userID == client.publicKey.z85)
  }

  @Test("and plain do not understand each other, and both sides say so")
  func plainClient() throws {
    let context = try Context()
    let handler = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(server.secretKey))
    let serverMonitor = try router.monitor()
    try router.bind(loopback)
    let dealer = try context.socket(.dealer, options: options)
    let monitor = try dealer.monitor()
    try dealer.connect(router.lastEndpoint())
    let atServer = try serverMonitor.events(until: \.isHandshakeFailure)
    let atClient = try monitor.events(until: \.isHandshakeFailure)
    for events in [atServer, atClient] {
      #expect(events.last?.kind == .handshakeFailed(.protocolError(.mechanismMismatch)))
    }
    let applicant = try handler.nextRequest()
    #expect(applicant == nil)
  }
}
