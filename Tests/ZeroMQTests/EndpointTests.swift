import Foundation
import Testing

@testable import ZeroMQ

@Suite("Endpoints")
struct EndpointTests {
  @Test("a port in use is said in words")
  func addressInUse() throws {
    let context = try Context()
    let first = try context.socket(.router)
    try first.bind(loopback)
    let endpoint = try first.lastEndpoint()
    let second = try context.socket(.router)
    let error = failure { () throws(ZeroMQError) in try second.bind(endpoint) }
    #expect(error?.cause == .addressInUse)
    #expect(error?.operation == .bind)
    #expect(error?.endpoint == endpoint)
    #expect(
      error?.description
        == "cannot listen on \(endpoint): another program is using this address. "
        + "Stop it, or choose another port")
  }

  @Test("a socket path is at most 107 bytes, for both sides")
  func pathTooLong() throws {
    let context = try Context()
    let socket = try context.socket(.pair)
    let longest = "/tmp/\(UUID())" + String(repeating: "x", count: 66)
    #expect(longest.utf8.count == Socket.longestPathBytes)
    defer { unlink(longest) }
    try socket.bind("ipc://\(longest)")
    let other = try context.socket(.pair)
    for attempt in 0..<2 {
      let error = failure { () throws(ZeroMQError) in
        if attempt == 0 {
          try other.bind("ipc://\(longest)y")
        } else {
          try other.connect("ipc://\(longest)y")
        }
      }
      #expect(error?.cause == .pathTooLong(bytes: 108, limit: 107))
      #expect(error?.description.contains("at most 107") == true)
    }
  }

  @Test("what can not be listened on says why")
  func refusals() throws {
    let context = try Context()
    let cases: [(String, ZeroMQError.Cause)] = [
      ("tcp://192.0.2.1:5570", .addressNotAvailable),
      ("tcp://nosuchinterface0:5570", .noSuchInterface),
      ("ipc:///no/such/directory/x.sock", .noSuchDirectory),
      ("carrier-pigeon://x", .protocolNotSupported),
      ("nothing", .invalidEndpoint),
      ("tcp://127.0.0.1", .invalidEndpoint),
    ]
    for (endpoint, cause) in cases {
      let socket = try context.socket(.router)
      let error = failure { () throws(ZeroMQError) in try socket.bind(endpoint) }
      #expect(error?.cause == cause, "\(endpoint)")
    }
  }

  @Test("a path that another socket listens on is taken over without a word")
  func pathTakenOver() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
    defer { unlink(path) }
    let context = try Context()
    let first = try context.socket(.router)
    try first.bind("ipc://\(path)")
    let second = try context.socket(.router)
    try second.bind("ipc://\(path)")
    let dealer = try context.socket(.dealer)
    try dealer.connect("ipc://\(path)")
    try dealer.deliver([bytes("to whom")])
    let message = try second.nextMessage()
    #expect(message.parts.last == bytes("to whom"))
  }

  @Test("an endpoint can be given up once, and its connections end with it")
  func unbind() throws {
    let context = try Context()
    let socket = try context.socket(.router)
    let before = try socket.lastEndpoint()
    #expect(before.isEmpty)
    try socket.bind(loopback)
    let endpoint = try socket.lastEndpoint()
    #expect(endpoint.hasPrefix("tcp://127.0.0.1:"))
    #expect(!endpoint.hasSuffix("*"))
    let connected = try context.socket(.dealer)
    let monitor = try connected.monitor()
    try connected.connect(endpoint)
    try connected.deliver([bytes("before")])
    _ = try socket.nextMessage()
    try socket.unbind(endpoint)
    // The connection ends when its socket is used again.
    let ended = try wait(for: "the end", on: monitor.pollItem(0)) {
      _ = try socket.events()
      while let event = try monitor.next() {
        if event.kind == .disconnected { return true }
      }
      return nil
    }
    #expect(ended)
    let error = failure { () throws(ZeroMQError) in try socket.unbind(endpoint) }
    #expect(error?.cause == .noSuchEndpoint)
    let dealer = try context.socket(.dealer)
    try dealer.connect(endpoint)
    try dealer.disconnect(endpoint)
    let second = failure { () throws(ZeroMQError) in try dealer.disconnect(endpoint) }
    #expect(second?.cause == .noSuchEndpoint)
  }

  @Test("a context that was shut down wakes those who wait, and its sockets still close")
  func shutdown() throws {
    let context = try Context()
    let endpoint = context.uniqueInprocEndpoint()
    let here = try context.socket(.pair)
    try here.bind(endpoint)
    let there = try context.socket(.pair)
    try there.connect(endpoint)
    let parcel = SocketParcel(there)
    let (started, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      defer { ended.signal() }
      guard let socket = parcel.open() else { return }
      var poller = Poller<Int>()
      poller.add(socket.pollItem(0))
      started.signal()
      let error = failure { () throws(ZeroMQError) in
        _ = try poller.wait(timeoutMilliseconds: nil)
      }
      #expect(error?.cause == .terminated)
    }
    started.wait()
    context.shutdown()
    #expect(ended.wait(timeout: .now() + 10) == .success)
    let late = failure { () throws(ZeroMQError) in _ = try here.receive() }
    #expect(late?.cause == .terminated)
  }

  @Test("a context ends with its last socket, also when it goes first")
  func order() throws {
    weak var core: ContextCore?
    do {
      let socket: Socket
      do {
        let context = try Context(ioThreads: 2, maximumSockets: 4)
        core = context.core
        socket = try context.socket(.router)
      }
      try socket.bind(loopback)
      #expect(core != nil)
    }
    #expect(core == nil)
  }

  @Test("a context has room for so many sockets and says when it is full")
  func tooMany() throws {
    let context = try Context(maximumSockets: 1)
    let first = try context.socket(.pair)
    let error = failure { () throws(ZeroMQError) in _ = try context.socket(.pair) }
    #expect(error?.cause == .tooManySockets)
    first.close()
  }
}
