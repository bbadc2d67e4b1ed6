import DeveloperRig
import Foundation
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire
import Testing
import ZeroMQ

extension SystemTests {
  @Suite("A fault of the other side")
  struct PeerFaultTests {
    @Test("such as a wrong server key is said in words in the status")
    func wrongServerKey() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      laptop.environment["LABSYNC_ONLINE_SERVER_KEY"] = laptop.publicKey
      try lab.start()
      let words = try status(of: laptop) { $0.connection.words.contains("online.serverKey") }
      #expect(words.contains("is not the key of that machine"))
      let doctor = try laptop.labctl(["doctor"])
      #expect(doctor.ending.exitStatus == 4)
      #expect(doctor.output.contains("WRONG    key: what answers ends the connection"))
      #expect(doctor.output.unwrapped.contains("online.serverKey in \(laptop.folder)/lab.yaml"))
      #expect(try laptop.ask(StatusRequest()).connection.obstacle == .serverKey)
    }

    @Test("such as a key that is not authorized is said in words in the status")
    func unknownKey() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try FileManager.default.removeItem(atPath: "\(lab.online.folder)/authorized/laptop-1")
      try lab.start()
      let words = try status(of: laptop) { $0.connection.state == .refused }
      #expect(words.contains(laptop.publicKey))
    }

    @Test(
      "in a frame ends the session with words, is counted, and the daemon goes on",
      arguments: [
        ("a broken one", [1, 0, 0xFF, 0xFF, 0xFF]), ("an empty one", []),
        ("one of another version", [9, 0, 1, 2, 3]),
        ("one with a compression that is none", [1, 1, 1, 2, 3, 4]),
      ] as [(String, [UInt8])])
    func badFrame(name: String, frame: [UInt8]) throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try RawPeer(of: lab)
      try peer.greet()
      try peer.send(frame)
      guard case .bye(let bye) = try peer.receiveUntil(isBye) else { return }
      #expect(bye.reason == .violation)
      #expect(!bye.words.isEmpty)
      #expect(lab.online.log().contains("peer broke the protocol"))
      #expect(try lab.online.ask(StatusRequest()).violations > 0)
      try goesOn(lab)
    }

    @Test("in a frame larger than any may be ends the connection, and the daemon goes on")
    func oversizedFrame() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try RawPeer(of: lab)
      try peer.greet()
      try peer.send([UInt8](repeating: 1, count: ProtocolLimits.frameBytes + 100))
      try peer.waitUntilDisconnected()
      try goesOn(lab)
    }

    private func isBye(_ message: SyncProtocol.Message) -> Bool {
      if case .bye = message { true } else { false }
    }

    /// The laptop itself still gets everything across.
    private func goesOn(_ lab: Lab) throws {
      try lab.laptops[0].start()
      try OutsideWriter(lab.laptops[0], seed: 3).write(10)
      try lab.waitUntilInSync()
      #expect(try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM ideas") == 5)
    }

    /// The status's words once `condition` holds.
    private func status(
      of machine: Machine, _ condition: (Status) -> Bool
    ) throws -> String {
      let deadline = Deadline(seconds: 60)
      while true {
        let status = try machine.ask(StatusRequest())
        if condition(status) { return status.connection.words }
        guard !deadline.hasPassed else { throw RigError("still: \(status.connection.words)") }
        Deadline.pause(milliseconds: 20)
      }
    }
  }
}

/// Somebody with the key of a laptop who says what no laptop would.
private final class RawPeer {
  private let lab: Lab
  private let context: Context
  private let socket: Socket
  private let monitor: Monitor

  private enum Tag { case socket, monitor }

  init(of lab: Lab) throws {
    self.lab = lab
    let secret = try String(
      contentsOfFile: "\(lab.laptops[0].folder)/keys/curve.secret", encoding: .utf8)
    let own = try CurveKeyPair(
      secretKey: CurveSecretKey(z85: secret.trimmingCharacters(in: .whitespacesAndNewlines)))
    let endpoint = try #require(try lab.online.ask(StatusRequest()).connection.endpoint)
    context = try Context()
    var options = Socket.Options()
    options.maximumMessageBytes = ProtocolLimits.frameBytes
    options.reconnection = .never
    let socket = try context.socket(
      .dealer, options: options,
      security: .curveClient(own: own, server: CurvePublicKey(z85: lab.online.publicKey)))
    monitor = try socket.monitor()
    try socket.connect(endpoint)
    self.socket = consume socket
  }

  /// Hello, and its welcome.
  func greet() throws {
    let replica = try #require(ReplicaID("01900000-0000-4000-8000-00000000000a"))
    let hello = Hello(
      protocols: ProtocolLimits.versions,
      introduction: Introduction(
        replica: replica, side: .lab, name: "somebody", software: "nobody's 0.0",
        schema: Digest128(bits: UniqueID(high: 0, low: 0)),
        clockMilliseconds: Int64(Date().timeIntervalSince1970 * 1000), creditBytes: 65_536),
      projects: [])
    try send(MessageCodec.encode(.hello(hello)))
    _ = try receiveUntil { if case .welcome = $0 { true } else { false } }
  }

  func send(_ frame: [UInt8]) throws {
    let deadline = Deadline(seconds: 30)
    var poller = Poller<Tag>()
    poller.add(socket.pollItem(.socket, for: .writable))
    while try socket.send([frame]) != .sent {
      guard !deadline.hasPassed else { throw RigError("the online side takes nothing") }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
  }

  func receiveUntil(
    _ condition: (SyncProtocol.Message) -> Bool
  ) throws -> SyncProtocol.Message {
    let deadline = Deadline(seconds: 30)
    var poller = Poller<Tag>()
    poller.add(socket.pollItem(.socket))
    while !deadline.hasPassed {
      while let message = try socket.receive() {
        let decoded = try MessageCodec.decode(message.parts[0])
        if condition(decoded) { return decoded }
      }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
    throw RigError("the online side has not said what was expected")
  }

  func waitUntilDisconnected() throws {
    let deadline = Deadline(seconds: 30)
    var poller = Poller<Tag>()
    poller.add(monitor.pollItem(.monitor))
    while !deadline.hasPassed {
      while let event = try monitor.next() {
        if event.kind == .disconnected { return }
      }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
    throw RigError("the connection is still there")
  }
}
