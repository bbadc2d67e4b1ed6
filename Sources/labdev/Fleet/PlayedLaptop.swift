import DeveloperRig
import LabWorker
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// One laptop of a fleet: a real worker on a real socket with CURVE, and a store in memory.
final class PlayedLaptop {
  let number: Int
  var store: PlayedStore
  private var worker: LabWorker
  private let endpoint: String
  private let security: Socket.Security
  private let context: ContextShare
  private var socket: Socket?
  private var monitor: Monitor?
  private var hasConnected = false
  private(set) var wantsWork = false
  /// How often it was told to come back later.
  private(set) var waits = 0
  /// Grows when what is to be polled is another.
  private(set) var generation = 0

  enum Source: Hashable, Sendable {
    case socket(Int)
    case monitor(Int)
  }

  /// Sockets of one process share a context.
  final class ContextShare {
    let value: Context
    init(sockets: Int) throws {
      value = try Context(maximumSockets: sockets)
    }
  }

  init(
    number: Int, store: PlayedStore, endpoint: String, own: CurveKeyPair,
    server: CurvePublicKey, context: ContextShare
  ) {
    self.number = number
    self.store = store
    self.endpoint = endpoint
    self.context = context
    security = .curveClient(own: own, server: server)
    let session = SessionConfiguration(
      name: "laptop-\(number)", software: "labdev",
      schema: Digest128(bits: UniqueID(high: 0, low: 0)))
    worker = LabWorker(
      LabConfiguration(endpoints: [endpoint], session: session), seed: UInt64(number))
  }

  var isDrained: Bool { store.durable == store.ownCount }
  var isInSync: Bool { worker.session?.inSyncSince != nil }
  var nextDeadline: Int64? { worker.nextDeadline }

  var pollItems: [PollItem<Source>] {
    var items: [PollItem<Source>] = []
    switch socket {
    case .some(let socket): items.append(socket.pollItem(.socket(number)))
    case .none: break
    }
    switch monitor {
    case .some(let monitor): items.append(monitor.pollItem(.monitor(number)))
    case .none: break
    }
    return items
  }

  func start(at now: SyncCore.Instant) throws { try tell(.start, at: now) }
  func tick(at now: SyncCore.Instant) throws { try tell(.tick, at: now) }
  func stop(at now: SyncCore.Instant) throws { try tell(.stop, at: now) }

  func work(at now: SyncCore.Instant) throws {
    wantsWork = false
    try tell(.work, at: now)
  }

  func receive(at now: SyncCore.Instant) throws {
    for _ in 0..<32 {
      guard let frame = try takeFrame() else { return }
      try tell(.message(try MessageCodec.decode(frame)), at: now)
    }
  }

  private func takeFrame() throws -> [UInt8]? {
    switch socket {
    case .some(let socket): try socket.receive()?.parts[0]
    case .none: nil
    }
  }

  private func takeEvent() throws -> MonitorEvent? {
    switch monitor {
    case .some(let monitor): try monitor.next()
    case .none: nil
    }
  }

  func observe(at now: SyncCore.Instant) throws {
    while let event = try takeEvent() {
      switch event.kind {
      case .handshakeSucceeded:
        hasConnected = true
        try tell(.transportConnected, at: now)
      case .disconnected, .handshakeFailed:
        try tell(
          hasConnected ? .disconnected(words: "lost") : .transportFailed(words: "no handshake"),
          at: now)
      case .closed where !hasConnected:
        try tell(.transportFailed(words: "nothing answers"), at: now)
      case .connected, .connectDelayed, .connectRetried, .listening, .bindFailed, .accepted,
        .acceptFailed, .closed, .closeFailed, .monitorStopped, .unknown:
        break
      }
    }
  }

  private func tell(_ input: LabInput, at now: SyncCore.Instant) throws {
    for output in worker.handle(input, at: now, store: &store) {
      switch output {
      case .dial: try dial()
      case .hangUp: hangUp()
      case .send(let message): try send(MessageCodec.encode(message))
      case .requestWork: wantsWork = true
      case .event(.waiting): waits += 1
      case .event(.refused(let words)): throw RigError("laptop \(number) was refused: \(words)")
      case .event(.storeFailed(let words)), .event(.keyShared(let words)):
        throw RigError("laptop \(number): \(words)")
      case .event: break
      }
    }
  }

  private func dial() throws {
    hangUp()
    var options = Socket.Options()
    options.maximumMessageBytes = ProtocolLimits.frameBytes + 2
    options.reconnection = .never
    options.lingerMilliseconds = 200
    let socket = try context.value.socket(.dealer, options: options, security: security)
    monitor = try socket.monitor()
    try socket.connect(endpoint)
    self.socket = consume socket
    hasConnected = false
    generation += 1
  }

  private func hangUp() {
    monitor = nil
    socket = nil
    generation += 1
  }

  private func send(_ frame: [UInt8]) throws {
    switch socket {
    case .some(let socket):
      guard try socket.send([frame]) == .sent else {
        throw RigError("the connection of laptop \(number) takes nothing more")
      }
    case .none: break
    }
  }
}
