import Glibc
import Logging
import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// The online side's door: one ROUTER socket for every laptop. A peer is who its CURVE key says.
///
/// The handshake admits any key, to a hello and no further: a laptop that is not let in is told so in
/// words. (A key that ZAP refuses makes libzmq give up without a word.) Who a key is, the
/// ``Doorkeeper`` says.
final class OnlineLink: SideLink {
  var worker: OnlineWorker
  private(set) var endpoint: String
  let log: LinkLog
  let logger: Logger
  var socket: Socket
  var monitor: Monitor
  private let admission: ZAPHandler?
  let doorkeeper: Doorkeeper
  /// The keys of this side; `nil` where nothing is encrypted.
  let keys: KeyFolder?
  let options: Socket.Options
  let context: ContextBox
  var handles: [[UInt8]: PeerHandle] = [:]
  var routes: [PeerHandle: [UInt8]] = [:]
  private var lastHandle: UInt64 = 0
  /// When each known device last spoke, by its key.
  private(set) var lastContacts: [String: Int64] = [:]
  var nextContacts: Int64 = 0
  var proofs = ProofMemory()
  let since: Int64
  var fingerprint: String?
  private(set) var violations = 0
  /// Of each device whose changes could not be stored, why, until some of it can be.
  private var storeFailures: [String: String] = [:]
  /// Devices, by their keys, of which no more is held.
  private var fullHolds: Set<String> = []
  var fleetMemory = FleetMemory()
  var pollGeneration = 0
  private(set) var wantsWork = false
  var door = Door()
  /// The descriptor that listens, and whether new connections are kept from it.
  var listener: Int32?
  var isFiltered = false
  var nextDoorWords: Int64 = 0

  init(
    worker: OnlineWorker, endpoint: Endpoint, security: Socket.Security, options: Socket.Options,
    doorkeeper: Doorkeeper, keys: KeyFolder?, context: ContextBox, logger: Logger,
    telemetry: Telemetry, at now: Instant
  ) throws {
    self.worker = worker
    self.doorkeeper = doorkeeper
    self.keys = keys
    fingerprint = try keys?.load().publicKey.fingerprint
    self.options = options
    self.context = context
    self.logger = logger
    log = LinkLog(logger, telemetry)
    since = now.wallMilliseconds
    switch security {
    case .curveServer: admission = try ZAPHandler(context.value)
    case .plain, .curveClient: admission = nil
    }
    let socket = try context.value.socket(.router, options: options, security: security)
    monitor = try socket.monitor()
    try socket.bind(endpoint.description)
    self.endpoint = try socket.lastEndpoint()
    self.socket = consume socket
    tellProblems()
  }

  var nextDeadline: Int64? {
    [worker.nextDeadline, door.nextLook].compactMap { $0 }.min()
  }

  var pollItems: [PollItem<LoopTag>] {
    var items: [PollItem<LoopTag>] = [
      socket.pollItem(.peer), monitor.pollItem(.peerMonitor),
    ]
    switch admission {
    case .some(let admission): items.append(admission.pollItem(.admission))
    case .none: break
    }
    return items
  }

  func start(at now: Instant, store: inout SQLiteStore) throws {
    try proofs.load(from: store)
    try fleetMemory.load(from: store, at: now)
    logger.notice("listening", metadata: ["endpoint": "\(endpoint)"])
  }
  func storeChanged(at now: Instant, store: inout SQLiteStore) {
    tell(.storeChanged, at: now, &store)
  }
  func tick(at now: Instant, store: inout SQLiteStore) {
    keepFleet(at: now, store)
    tell(.tick, at: now, &store)
    saveProofs(at: now, store)
    lookAtDoor(at: now)
    if now.monotonicMilliseconds >= nextContacts { saveContacts(at: now, store) }
  }
  func stop(at now: Instant, store: inout SQLiteStore) {
    noteFleet(at: now, store)
    tell(.stop, at: now, &store)
    saveProofs(at: now, store, isUrgent: true)
    saveFleet(at: now, store)
    saveContacts(at: now, store)
  }

  func wake(_ reason: Wake, at now: Instant, store: inout SQLiteStore) {}
  func setPaused(
    _ isPaused: Bool, at now: Instant, store: inout SQLiteStore
  ) -> ControlFailure? {
    ControlFailure(
      what: "the online side does not pause", why: "it serves its laptops as long as it runs",
      remedy: "pause a laptop, or stop labsyncd here")
  }

  func work(at now: Instant, store: inout SQLiteStore) {
    wantsWork = false
    tell(.work, at: now, &store)
  }

  func syncNow(
    at now: Instant, store: inout SQLiteStore,
    answer: @escaping (_ isDone: Bool, _ words: String) -> Void
  ) {
    tell(.storeChanged, at: now, &store)
    answer(true, "the online side waits for its laptops; those that are connected are up to date")
  }

  func reloadKeys(at now: Instant, store: inout SQLiteStore) {
    do {
      let gone = try doorkeeper.reload()
      tellProblems()
      for key in gone {
        tell(.revoked(key: key, words: Doorkeeper.pending(key)), at: now, &store)
      }
      logger.info(
        "authorized keys read", metadata: ["laptops": "\(doorkeeper.authorized.names.count)"])
    } catch {
      logger.error("authorized keys can not be read", metadata: ["why": "\(error)"])
    }
  }

  private func tellProblems() {
    for problem in doorkeeper.authorized.problems {
      logger.warning(
        "an authorized key can not be used",
        metadata: ["file": "\(problem.file)", "why": "\(problem.reason)"])
    }
  }

  func ready(_ tag: LoopTag, at now: Instant, store: inout SQLiteStore) throws {
    switch tag {
    case .admission: try admit()
    case .peer: try receive(at: now, &store)
    case .peerMonitor: try observe(at: now)
    default: break
    }
  }

  private func admit() throws {
    switch admission {
    case .some(let admission):
      while let request = try admission.nextRequest() {
        guard let key = request.publicKey else {
          try admission.reply(.refused(.denied, reason: "a CURVE key is needed"), to: request)
          continue
        }
        guard door.state == .open || doorkeeper.device(key.z85).standing == .admitted else {
          try admission.reply(.refused(.denied, reason: "too many connections"), to: request)
          continue
        }
        try admission.reply(.accepted(userID: key.z85), to: request)
      }
    case .none: break
    }
  }

  private static let messagesPerTurn = 64

  private func receive(at now: Instant, _ store: inout SQLiteStore) throws {
    defer { keepFleet(at: now, store) }
    for _ in 0..<Self.messagesPerTurn {
      guard let message = try socket.receive() else { return }
      guard let route = message.parts.first else { continue }
      let handle = handle(of: route)
      let device = device(of: message, route: route)
      if device.standing == .admitted { lastContacts[device.key] = now.wallMilliseconds }
      receive(message, from: handle, device, at: now, &store)
      if !worker.hasSession(handle) { forget(handle) }
    }
  }

  private func receive(
    _ message: ZeroMQ.Message, from handle: PeerHandle, _ device: Device, at now: Instant,
    _ store: inout SQLiteStore
  ) {
    let isStranger = device.standing != .admitted && !worker.hasSession(handle)
    guard message.parts.count == 2, message.excessParts == 0 else {
      let words = "a message of \(message.parts.count + message.excessParts - 1) parts"
      return refuse(words, from: handle, device, isStranger, at: now, &store)
    }
    let frame = message.parts[1]
    guard !isStranger || frame.count <= ProtocolLimits.strangerFrameBytes else {
      let words = "a machine that is not let in may say no more than a hello"
      return refuse(words, from: handle, device, isStranger, at: now, &store)
    }
    do {
      let decoded = try MessageCodec.decode(frame)
      log.received(decoded, bytes: frame.count)
      switch decoded {
      case .hello(let hello) where admission != nil && !device.key.isEmpty:
        guard
          let greeted = try doorkeeper.greet(hello, key: device.key, at: now, store)
        else { return }
        tell(.message(handle, greeted, decoded), at: now, &store)
      default:
        if isStranger, !doorkeeper.answersStranger(at: now) { return }
        // After its last word nobody can ask how it stands.
        if case .bye = decoded, !isStranger { noteFleet(at: now, store) }
        tell(.message(handle, device, decoded), at: now, &store)
      }
    } catch let error as WireError {
      refuse("\(error)", from: handle, device, isStranger, at: now, &store)
    } catch {
      logger.error("a hello can not be looked at", metadata: ["why": "\(error)"])
    }
  }

  /// Answers what no machine that keeps to the protocol sends; of strangers, not more than is worth it.
  private func refuse(
    _ words: String, from handle: PeerHandle, _ device: Device, _ isStranger: Bool,
    at now: Instant, _ store: inout SQLiteStore
  ) {
    guard isStranger else {
      return tell(.undecodable(handle, device, words: words), at: now, &store)
    }
    violations += 1
    guard doorkeeper.answersStranger(at: now) else { return }
    log.note(.violation(handle, device: device.name, .undecodable(words: words)))
    send(.bye(Bye(.violation, words: words)), to: handle, at: now, &store)
  }

  private func handle(of route: [UInt8]) -> PeerHandle {
    if let handle = handles[route] { return handle }
    lastHandle += 1
    let handle = PeerHandle(rawValue: lastHandle)
    handles[route] = handle
    routes[handle] = route
    return handle
  }

  /// Without encryption, which only loopback may do, everybody is the one local device.
  private func device(of message: ZeroMQ.Message, route: [UInt8]) -> Device {
    guard admission != nil else {
      return Device(key: "plain:\(route)", name: "local", role: .relay)
    }
    guard let text = message.userID else {
      return Device(
        key: "", name: "unknown", standing: .revoked(words: "the connection proved no key"))
    }
    return doorkeeper.device(text)
  }

  func tell(_ input: OnlineInput, at now: Instant, _ store: inout SQLiteStore) {
    for output in worker.handle(input, at: now, store: &store) {
      switch output {
      case .send(let handle, let message): send(message, to: handle, at: now, &store)
      case .drop(let handle): forget(handle)
      case .requestWork: wantsWork = true
      case .event(let event): note(event, at: now, &store)
      }
    }
  }

  private func note(_ event: OnlineEvent, at now: Instant, _ store: inout SQLiteStore) {
    log.note(event)
    switch event {
    case .session(_, let device, .opened(let peer)):
      log.remember(peer, in: store, at: now)
      proofs.forget(device)
    case .session(_, let device, .applied):
      proofs.forget(device)
      storeFailures[device] = nil
    case .session(let handle, let device, .inSync):
      storeFailures[device] = nil
      guard let key = worker.device(of: handle)?.key else { return }
      proofs.note(device, key: key, at: now.wallMilliseconds)
      forgetBrought(by: key, at: now, store)
    case .sessionEnded:
      saveProofs(at: now, store, isUrgent: true)
      saveFleet(at: now, store)
    case .violation: violations += 1
    case .held(let batch, let key):
      do { try hold(batch, from: key, at: now, &store) } catch {
        log.failed("what a revoked device handed over can not be kept", error)
      }
    case .storeFailed(_, let device, let words): storeFailures[device] = words
    case .session, .replicaSeen, .superseded, .keyShared: break
    }
  }

  /// Whose changes could not be stored the last time, and why: of those that may come again.
  var storeFailure: (device: String, words: String)? {
    storeFailures.filter { keys == nil || doorkeeper.letsIn(named: $0.key) }
      .min { $0.key < $1.key }.map { (device: $0.key, words: $0.value) }
  }

  /// Of a laptop that was let in again, what is held is here under its new name.
  private func forgetBrought(by key: String, at now: Instant, _ store: SQLiteStore) {
    do { try store.forgetBrought(by: key, at: now) } catch {
      log.failed("what is held of a laptop that brought it can not be removed", error)
    }
  }

  /// What is too much stays with the device, which is told so.
  private func hold(
    _ batch: ChangeBatch, from key: String, at now: Instant, _ store: inout SQLiteStore
  ) throws {
    guard try !store.hold(batch, from: key, within: GateLimits.held, at: now) else { return }
    if fullHolds.insert(key).inserted {
      logger.warning(
        "no more is kept of a machine that was shut out",
        metadata: [
          "machine": "\(Doorkeeper.fingerprint(of: key))",
          "why": "more of it waits for a decision than is ever kept of one machine",
          "try": "labctl peer show, and labctl peer release for what is to count",
        ])
    }
    tell(.revoked(key: key, words: Doorkeeper.holdIsFull), at: now, &store)
  }

  private func forget(_ handle: PeerHandle) {
    guard let route = routes.removeValue(forKey: handle) else { return }
    handles[route] = nil
  }

  private func send(
    _ message: SyncProtocol.Message, to handle: PeerHandle, at now: Instant,
    _ store: inout SQLiteStore
  ) {
    guard let route = routes[handle] else { return }
    let frame = MessageCodec.encode(message)
    log.sent(message, bytes: frame.count)
    do {
      // Credit keeps far below the high-water mark: a full or missing route is a dead connection.
      guard try socket.send([route, frame]) != .sent else { return }
    } catch {
      logger.warning("sending failed", metadata: ["why": "\(error)"])
    }
    forget(handle)
    noteFleet(at: now, store)
    tell(.peerGone(handle), at: now, &store)
    saveFleet(at: now, store)
  }
}
