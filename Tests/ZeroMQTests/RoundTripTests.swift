import Foundation
import Testing
import ZeroMQ

@Suite("Messages")
struct RoundTripTests {
  @Test("travel both ways over TCP, part by part", arguments: [0, 1, 33, 34, 131_072])
  func multipart(size: Int) throws {
    let context = try Context()
    let router = try context.socket(.router)
    try router.bind(loopback)
    let dealer = try context.socket(.dealer)
    try dealer.connect(router.lastEndpoint())
    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    try dealer.deliver([bytes("head"), [], payload])
    let received = try router.nextMessage()
    #expect(received.parts.dropFirst() == [bytes("head"), [], payload])
    #expect(received.excessParts == 0)
    #expect(received.userID == nil)
    #expect(received.peerAddress == "127.0.0.1")
    let outcome = try router.send([received.parts[0], payload])
    #expect(outcome == .sent)
    let answer = try dealer.nextMessage()
    #expect(answer.parts == [payload])
  }

  @Test("travel over ipc and inproc", arguments: ["ipc", "inproc"])
  func local(transport: String) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
    defer { unlink(path) }
    let context = try Context()
    let endpoint = transport == "ipc" ? "ipc://\(path)" : context.uniqueInprocEndpoint()
    let listening = try context.socket(.pair)
    try listening.bind(endpoint)
    let connecting = try context.socket(.pair)
    try connecting.connect(endpoint)
    try connecting.deliver([bytes("there")])
    let first = try listening.nextMessage()
    #expect(first.parts == [bytes("there")])
    try listening.deliver([bytes("back")])
    let back = try connecting.nextMessage()
    #expect(back.parts == [bytes("back")])
  }

  @Test("with more parts than the limit are shortened and say so")
  func excessParts() throws {
    let context = try Context()
    let endpoint = context.uniqueInprocEndpoint()
    var options = Socket.Options()
    options.maximumParts = 3
    let listening = try context.socket(.pair, options: options)
    try listening.bind(endpoint)
    let connecting = try context.socket(.pair)
    try connecting.connect(endpoint)
    try connecting.deliver((0..<5).map { [$0] })
    try connecting.deliver([[9]])
    let message = try listening.nextMessage()
    #expect(message.parts == [[0], [1], [2]])
    #expect(message.excessParts == 2)
    let next = try listening.nextMessage()
    #expect(next == Message(parts: [[9]]))
  }

  @Test("to a routing id that nobody has are unroutable, and the next one is whole")
  func unroutable() throws {
    let context = try Context()
    let router = try context.socket(.router)
    try router.bind(loopback)
    let dealer = try context.socket(.dealer)
    try dealer.connect(router.lastEndpoint())
    try dealer.deliver([bytes("hello")])
    let identity = try router.nextMessage().parts[0]
    let lost = try router.send([bytes("nobody"), bytes("lost"), bytes("lost too")])
    #expect(lost == .unroutable)
    let sent = try router.send([identity, bytes("kept")])
    #expect(sent == .sent)
    let kept = try dealer.nextMessage()
    #expect(kept.parts == [bytes("kept")])
  }

  @Test("to nobody count as sent when the router need not say")
  func notMandatory() throws {
    let context = try Context()
    var options = Socket.Options()
    options.routerMandatory = false
    let router = try context.socket(.router, options: options)
    let outcome = try router.send([bytes("nobody"), bytes("lost")])
    #expect(outcome == .sent)
  }

  @Test("wait for room once the high-water marks are reached, and none is lost")
  func highWaterMark() throws {
    let context = try Context()
    let endpoint = context.uniqueInprocEndpoint()
    var options = Socket.Options()
    options.sendHighWaterMark = 3
    options.receiveHighWaterMark = 4
    let listening = try context.socket(.pair, options: options)
    try listening.bind(endpoint)
    let connecting = try context.socket(.pair, options: options)
    try connecting.connect(endpoint)
    var sent: UInt8 = 0
    while try connecting.send([[sent], [0]]) == .sent {
      sent += 1
      try #require(sent < 100)
    }
    // Over inproc the room is the sum of both marks.
    #expect(sent == 7)
    let events = try connecting.events()
    #expect(!events.contains(.writable))
    for number in 0..<sent {
      let held = try listening.nextMessage()
      #expect(held.parts == [[number], [0]])
    }
    try connecting.deliver([bytes("room")])
    let room = try listening.nextMessage()
    #expect(room.parts == [bytes("room")])
  }

  @Test("to a connection that is not there yet would block, also after a peer has gone")
  func immediate() throws {
    let context = try Context()
    let router = try context.socket(.router)
    try router.bind(loopback)
    let endpoint = try router.lastEndpoint()
    let dealer = try context.socket(.dealer)
    let unconnected = try dealer.send([bytes("early")])
    #expect(unconnected == .wouldBlock)
    let monitor = try dealer.monitor()
    try dealer.connect(endpoint)
    try dealer.deliver([bytes("now")])
    _ = try router.nextMessage()
    router.close()
    _ = try monitor.events {
      guard case .connectRetried = $0 else { return false }
      return true
    }
    // Reading the events takes notice of what the I/O thread has to say; a send need not.
    let events = try dealer.events()
    #expect(!events.contains(.writable))
    let gone = try dealer.send([bytes("late")])
    #expect(gone == .wouldBlock)
  }

  @Test("reach a thread that was given its socket in a parcel")
  func parcel() throws {
    let context = try Context()
    let endpoint = context.uniqueInprocEndpoint()
    let here = try context.socket(.pair)
    try here.bind(endpoint)
    let there = try context.socket(.pair)
    try there.connect(endpoint)
    let parcel = SocketParcel(there)
    Thread.detachNewThread {
      guard let socket = parcel.open() else { return }
      do {
        for _ in 0..<3 { try socket.deliver([bytes("echo")] + socket.nextMessage().parts) }
      } catch {
        Issue.record(error)
      }
    }
    for number in 0..<3 as Range<UInt8> {
      try here.deliver([[number]])
      let echo = try here.nextMessage()
      #expect(echo.parts == [bytes("echo"), [number]])
    }
    let isEmpty =
      switch parcel.open() {
      case .none: true
      case .some: false
      }
    #expect(isEmpty)
  }
}
