import DeveloperRig
import Foundation
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// A machine that speaks ZeroMQ and CURVE and says what it likes.
final class HostilePeer {
  let keys: CurveKeyPair?
  private let context: Context
  private let socket: Socket
  private let monitor: Monitor
  private enum Tag { case socket, monitor }

  /// - Parameters:
  ///   - keys: its own; nil speaks without CURVE.
  ///   - serverKey: what it takes for the online side's; nil is the right one.
  init(
    to lab: Lab, keys: CurveKeyPair?, serverKey: CurvePublicKey? = nil
  ) throws {
    self.keys = keys
    guard let endpoint = try lab.online.ask(StatusRequest()).connection.endpoint else {
      throw RigError("the online side listens nowhere")
    }
    context = try Context()
    var options = Socket.Options()
    options.maximumMessageBytes = ProtocolLimits.frameBytes
    options.reconnection = .never
    let server = try serverKey ?? CurvePublicKey(z85: lab.online.publicKey)
    let socket = try context.socket(
      .dealer, options: options,
      security: keys.map { .curveClient(own: $0, server: server) } ?? .plain)
    monitor = try socket.monitor()
    try socket.connect(endpoint)
    self.socket = consume socket
  }

  /// With the key of one of the lab's laptops.
  static func enrolled(in lab: Lab) throws -> HostilePeer {
    let secret = try String(
      contentsOfFile: "\(lab.laptops[0].folder)/keys/curve.secret", encoding: .utf8)
    return try HostilePeer(
      to: lab,
      keys: CurveKeyPair(
        secretKey: CurveSecretKey(z85: secret.trimmingCharacters(in: .whitespacesAndNewlines))))
  }

  static let replica = ReplicaID(rawValue: UniqueID(high: 0x0190_0000_0000_4000, low: 1 << 63 | 10))

  static func hello(
    invitation: [UInt8]? = nil, replica: ReplicaID = replica,
    protocols: ClosedRange<UInt8> = ProtocolLimits.versions
  ) -> SyncProtocol.Message {
    .hello(
      Hello(
        protocols: protocols,
        introduction: Introduction(
          replica: replica, side: .lab, name: "somebody", software: "nobody's 0.0",
          schema: Digest128(bits: UniqueID(high: 0, low: 0)),
          clockMilliseconds: Int64(Date().timeIntervalSince1970 * 1000), creditBytes: 65_536),
        projects: [], invitation: invitation))
  }

  /// Hello and its welcome.
  func greet(invitation: [UInt8]? = nil) throws -> Welcome {
    try say(Self.hello(invitation: invitation))
    let message = try receive { if case .welcome = $0 { true } else { false } }
    guard case .welcome(let welcome) = message else { throw RigError("no welcome") }
    return welcome
  }

  /// A session in which batches of the first project may be sent.
  func open() throws -> ProjectID {
    let welcome = try greet()
    guard welcome.admission == .go, let grant = welcome.grants.first else {
      throw RigError("not let in: \(welcome.admission.words)")
    }
    try say(.vectors(Vectors(project: grant.project, vector: ProjectVector())))
    return grant.project
  }

  /// One batch of changes that each make an idea.
  func bring(
    _ titles: [String], number: UInt64, to project: ProjectID, as replica: ReplicaID = replica,
    side: Side = .lab, authority: Authority = .lab, from first: UInt64 = 1
  ) throws {
    let changes = titles.enumerated().map { offset, title in
      ChangeCodec.encode(
        Change(
          project: project,
          dot: Dot(replica: replica, lane: .records, sequence: first + UInt64(offset)),
          hlc: HLC(milliseconds: 1_700_000_000_000), side: side, authority: authority,
          channel: "lab", kind: "idea", record: RecordID(rawValue: .random()),
          operations: [
            FieldOperation(cell: CellKey("title"), value: .text(title), replaces: [])
          ]), isPersonal: { _ in false }, commitmentKey: [])
    }
    let run = ChangeRun(replica: replica, firstSequence: first, changes: changes)
    let batch = ChangeBatch(project: project, lane: .records, runs: [run])
    try say(.batch(Batch(number: number, changes: batch)))
  }

  func say(_ message: SyncProtocol.Message) throws { try send(MessageCodec.encode(message)) }

  func send(_ frame: [UInt8]) throws {
    let deadline = Deadline(seconds: 30)
    var poller = Poller<Tag>()
    poller.add(socket.pollItem(.socket, for: .writable))
    while try socket.send([frame]) != .sent {
      guard !deadline.hasPassed else { throw RigError("the online side takes nothing") }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
  }

  /// Sends without waiting; whether it left.
  func trySending(_ frame: [UInt8]) throws -> Bool { try socket.send([frame]) == .sent }

  /// Takes what has come, and forgets it.
  func drain() throws -> Int {
    var count = 0
    while try socket.receive() != nil { count += 1 }
    return count
  }

  func receive(
    seconds: Double = 30, where condition: (SyncProtocol.Message) -> Bool
  ) throws -> SyncProtocol.Message {
    let deadline = Deadline(seconds: seconds)
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

  func receiveBye(seconds: Double = 30) throws -> Bye {
    let message = try receive(seconds: seconds) { if case .bye = $0 { true } else { false } }
    guard case .bye(let bye) = message else { throw RigError("no bye") }
    return bye
  }

  func receiveAcknowledgement(_ number: UInt64) throws -> Acknowledgement {
    let message = try receive {
      if case .acknowledgement(let found) = $0 { found.number == number } else { false }
    }
    guard case .acknowledgement(let found) = message else { throw RigError("not acknowledged") }
    return found
  }

  /// Waits until the handshake has failed.
  func waitUntilTurnedAway(seconds: Double = 30) throws {
    let deadline = Deadline(seconds: seconds)
    var poller = Poller<Tag>()
    poller.add(monitor.pollItem(.monitor))
    while !deadline.hasPassed {
      while let event = try monitor.next() {
        switch event.kind {
        case .handshakeSucceeded: throw RigError("the handshake succeeded")
        case .disconnected, .handshakeFailed: return
        default: break
        }
      }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
    throw RigError("the online side keeps the connection")
  }
}

extension UniqueID {
  fileprivate static func random() -> UniqueID {
    UniqueID(high: UInt64.random(in: 0...UInt64.max), low: UInt64.random(in: 0...UInt64.max))
  }
}
