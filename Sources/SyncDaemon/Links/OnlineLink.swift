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
/// The handshake admits any key, to a hello and no further: a laptop that is not authorized is told
/// so in words. (A key that ZAP refuses makes libzmq give up without a word.)
final class OnlineLink: SideLink {
  private var worker: OnlineWorker
  private let endpoint: String
  private let log: LinkLog
  private let logger: Logger
  private let socket: Socket
  private let monitor: Monitor
  private let admission: ZAPHandler?
  private let authorizedFolder: String
  private var authorized: AuthorizedKeys {
    didSet { namesByText = Self.byText(authorized) }
  }
  private var namesByText: [String: String]
  private var handles: [[UInt8]: PeerHandle] = [:]
  private var routes: [PeerHandle: [UInt8]] = [:]
  private var lastHandle: UInt64 = 0
  private var lastContacts: [String: Int64] = [:]
  private var proofs = ProofMemory()
  private let since: Int64
  private var violations = 0
  private var fleetMemory = FleetMemory()
  let pollGeneration = 0
  private(set) var wantsWork = false

  init(
    worker: OnlineWorker, endpoint: Endpoint, security: Socket.Security, options: Socket.Options,
    authorizedFolder: String, context: ContextBox, logger: Logger, telemetry: Telemetry,
    at now: Instant
  ) throws {
    self.worker = worker
    self.authorizedFolder = authorizedFolder
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
    authorized = try AuthorizedKeys(folder: authorizedFolder)
    namesByText = Self.byText(authorized)
    tellProblems()
  }

  private static func byText(_ keys: AuthorizedKeys) -> [String: String] {
    Dictionary(
      keys.names.map { ($0.key.z85, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  var nextDeadline: Int64? { worker.nextDeadline }

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
    logger.notice("listening", metadata: ["endpoint": "\(endpoint)"])
  }
  func storeChanged(at now: Instant, store: inout SQLiteStore) {
    tell(.storeChanged, at: now, &store)
  }
  func tick(at now: Instant, store: inout SQLiteStore) {
    tell(.tick, at: now, &store)
    saveProofs(at: now, store)
  }
  func stop(at now: Instant, store: inout SQLiteStore) {
    tell(.stop, at: now, &store)
    saveProofs(at: now, store, isUrgent: true)
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
      let fresh = try AuthorizedKeys(folder: authorizedFolder)
      let gone = authorized.names.keys.filter { fresh.names[$0] == nil }
      authorized = fresh
      tellProblems()
      for key in gone {
        tell(.revoked(key: key.z85, words: Self.unauthorized(key.z85)), at: now, &store)
      }
      logger.info("authorized keys read", metadata: ["laptops": "\(fresh.names.count)"])
    } catch {
      logger.error("authorized keys can not be read", metadata: ["why": "\(error)"])
    }
  }

  private func tellProblems() {
    for problem in authorized.problems {
      logger.warning(
        "an authorized key can not be used",
        metadata: ["file": "\(problem.file)", "why": "\(problem.reason)"])
    }
  }

  private static func unauthorized(_ key: String) -> String {
    """
    the online side does not know this laptop's key \(key): put it into a file of the folder \
    "authorized" there
    """
  }

  func ready(_ tag: LoopTag, at now: Instant, store: inout SQLiteStore) throws {
    switch tag {
    case .admission: try admit()
    case .peer: try receive(at: now, &store)
    case .peerMonitor: try observe()
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
        try admission.reply(.accepted(userID: key.z85), to: request)
      }
    case .none: break
    }
  }

  private func observe() throws {
    while let event = try monitor.next() { log.transport(event) }
  }

  private static let messagesPerTurn = 64

  private func receive(at now: Instant, _ store: inout SQLiteStore) throws {
    defer { noteFleet(at: now, store) }
    for _ in 0..<Self.messagesPerTurn {
      guard let message = try socket.receive() else { return }
      guard let route = message.parts.first else { continue }
      let handle = handle(of: route)
      let device = device(of: message, route: route)
      lastContacts[device.name] = now.wallMilliseconds
      guard message.parts.count == 2, message.excessParts == 0 else {
        let words = "a message of \(message.parts.count - 1) parts"
        tell(.undecodable(handle, device, words: words), at: now, &store)
        continue
      }
      do {
        let decoded = try MessageCodec.decode(message.parts[1])
        log.received(decoded, bytes: message.parts[1].count)
        tell(.message(handle, device, decoded), at: now, &store)
      } catch {
        tell(.undecodable(handle, device, words: "\(error)"), at: now, &store)
      }
    }
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
      return Device(key: "plain:\(route)", name: "local", mayRelay: true)
    }
    guard let text = message.userID else {
      return Device(
        key: "", name: "unknown", standing: .revoked(words: "the connection proved no key"))
    }
    guard let name = namesByText[text] else {
      return Device(
        key: text, name: "not authorized", standing: .pending(words: Self.unauthorized(text)))
    }
    return Device(key: text, name: name)
  }

  private func tell(_ input: OnlineInput, at now: Instant, _ store: inout SQLiteStore) {
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
    case .session(_, let device, .applied): proofs.forget(device)
    case .session(_, let device, .inSync): proofs.note(device, at: now.wallMilliseconds)
    case .sessionEnded: saveProofs(at: now, store, isUrgent: true)
    case .violation: violations += 1
    case .session, .replicaSeen, .superseded, .keyShared, .storeFailed: break
    }
  }

  private func saveProofs(at now: Instant, _ store: SQLiteStore, isUrgent: Bool = false) {
    do {
      try proofs.save(to: store, at: now, isUrgent: isUrgent)
    } catch {
      log.failed("how the laptops stand can not be noted", error)
    }
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
    tell(.peerGone(handle), at: now, &store)
  }
}

extension OnlineLink {
  func fleet(at now: Instant, store: SQLiteStore) -> Fleet? {
    fleetMemory.note(worker.sessions.map { ($0.device.name, $0.session) }, store, at: now)
    let machines = standing(at: now, store: store).peers
    return Fleet(machines: machines.map { fleetMemory.machine($0) })
  }

  private func noteFleet(at now: Instant, _ store: SQLiteStore) {
    guard fleetMemory.isDue(at: now) else { return }
    fleetMemory.note(worker.sessions.map { ($0.device.name, $0.session) }, store, at: now)
  }

  func leaveCheck(uncaptured: Int, store: SQLiteStore) -> LeaveCheck? { nil }

  func beginAnew(at now: Instant, store: inout SQLiteStore) {}

  func connectionWords(at now: Instant) -> String {
    let sessions = worker.sessions
    guard !sessions.isEmpty else { return "listening on \(endpoint); no laptop is connected" }
    let settled = sessions.count { $0.session.inSyncSince != nil }
    return "listening on \(endpoint); \(sessions.count) connected, \(settled) in sync"
  }

  func standing(at now: Instant, store: SQLiteStore) -> LinkStanding {
    let sessions = worker.sessions
    let settled = sessions.filter { $0.session.inSyncSince != nil }
    var standing = LinkStanding(
      connection: Status.Connection(
        state: .listening, words: connectionWords(at: now), endpoint: endpoint, since: since))
    standing.isInSync = settled.count == sessions.count
    standing.violations = violations
    standing.inSyncAt = settled.compactMap(\.session.inSyncSince?.wallMilliseconds).max()
    standing.peers = authorized.names.values.sorted().map { name in
      let session = sessions.first { $0.device.name == name }?.session
      let words =
        switch session {
        case .none: "not connected"
        case .some(let session) where session.inSyncSince != nil: "connected, in sync"
        case .some: "connected, synchronising"
        }
      return Status.Peer(
        name: name, isConnected: session != nil, words: words, lastContact: lastContacts[name])
    }
    standing.machines = standing.peers.map { peer in
      let session = sessions.first { $0.device.name == peer.name }?.session
      return Report.Machine(
        peer, isInSync: session.map { $0.inSyncSince != nil }, proof: proofs[peer.name])
    }
    return standing
  }
}
