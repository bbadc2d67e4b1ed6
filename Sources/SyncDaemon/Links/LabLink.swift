import LabWorker
import Logging
import SQLiteStore
import struct SyncControl.ControlFailure
import enum SyncControl.PeerRequest
import struct SyncControl.Status
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// A laptop's way to the online side: one DEALER socket at a time, made anew after every failure.
final class LabLink: SideLink {
  private(set) var worker: LabWorker
  private let endpoints: [Endpoint]
  /// `nil` where nothing is encrypted.
  private var credentials: LabCredentials?
  private var wantsNewSession = false
  /// What the other side dropped, in words.
  private var refusal: String?
  /// Why what the other side sent could not be stored, until something can be.
  private var storeFailure: String?
  private let socketOptions: Socket.Options
  private let context: ContextBox
  private let log: LinkLog
  private var socket: Socket?
  private var monitor: Monitor?
  private var handshake = HandshakeWatch()
  private var obstacles = ObstacleWatch()
  private var since: Int64
  private var lastState: Status.Connection.State = .connecting
  private var lastProof: Int64?
  private var violations = 0
  private var answers: [SyncRequest: (Bool, String) -> Void] = [:]
  private var lastRequest: UInt64 = 0
  private(set) var pollGeneration = 0
  private(set) var wantsWork = false

  init(
    worker: LabWorker, endpoints: [Endpoint], credentials: LabCredentials?,
    options: Socket.Options, context: ContextBox, log: LinkLog, at now: Instant
  ) {
    self.worker = worker
    self.endpoints = endpoints
    self.credentials = credentials
    self.context = context
    self.log = log
    socketOptions = options
    since = now.wallMilliseconds
  }

  var nextDeadline: Int64? { worker.nextDeadline }

  var pollItems: [PollItem<LoopTag>] {
    var items: [PollItem<LoopTag>] = []
    switch socket {
    case .some(let socket): items.append(socket.pollItem(.peer))
    case .none: break
    }
    switch monitor {
    case .some(let monitor): items.append(monitor.pollItem(.peerMonitor))
    case .none: break
    }
    return items
  }

  func start(at now: Instant, store: inout SQLiteStore) { tell(.start, at: now, &store) }
  func storeChanged(at now: Instant, store: inout SQLiteStore) {
    tell(.storeChanged, at: now, &store)
  }
  func tick(at now: Instant, store: inout SQLiteStore) { tell(.tick, at: now, &store) }
  func stop(at now: Instant, store: inout SQLiteStore) { tell(.stop, at: now, &store) }
  func reloadKeys(at now: Instant, store: inout SQLiteStore) {
    do { try credentials?.reload() } catch { return log.failed("the keys can not be read", error) }
    tell(.wake(.linkReturned), at: now, &store)
  }

  func work(at now: Instant, store: inout SQLiteStore) {
    wantsWork = false
    tell(.work, at: now, &store)
  }

  func wake(_ reason: Wake, at now: Instant, store: inout SQLiteStore) {
    switch reason {
    case .linkReturned: tell(.wake(.linkReturned), at: now, &store)
    case .resumed: tell(.wake(.resumed), at: now, &store)
    }
  }

  func setPaused(
    _ isPaused: Bool, at now: Instant, store: inout SQLiteStore
  ) -> ControlFailure? {
    tell(isPaused ? .pause : .resume, at: now, &store)
    return nil
  }

  func syncNow(
    at now: Instant, store: inout SQLiteStore,
    answer: @escaping (_ isDone: Bool, _ words: String) -> Void
  ) {
    lastRequest += 1
    let request = SyncRequest(rawValue: lastRequest)
    answers[request] = answer
    tell(.syncNow(request), at: now, &store)
  }

  func ready(_ tag: LoopTag, at now: Instant, store: inout SQLiteStore) throws {
    switch tag {
    case .peer: try receive(at: now, &store)
    case .peerMonitor: try observe(at: now, &store)
    default: break
    }
  }

  /// Messages taken in one turn: the loop stays short, the rest waits in the socket.
  private static let messagesPerTurn = 32

  private func receive(at now: Instant, _ store: inout SQLiteStore) throws {
    for _ in 0..<Self.messagesPerTurn {
      guard let message = try takeMessage() else { return }
      guard message.parts.count == 1, message.excessParts == 0 else {
        tell(.undecodable(words: "a message of \(message.parts.count) parts"), at: now, &store)
        continue
      }
      do {
        let decoded = try MessageCodec.decode(message.parts[0])
        log.received(decoded, bytes: message.parts[0].count)
        tell(.message(decoded), at: now, &store)
      } catch {
        tell(.undecodable(words: "\(error)"), at: now, &store)
      }
    }
  }

  private func takeMessage() throws -> ZeroMQ.Message? {
    switch socket {
    case .some(let socket): return try socket.receive()
    case .none: return nil
    }
  }

  private func takeEvent() throws -> MonitorEvent? {
    switch monitor {
    case .some(let monitor): return try monitor.next()
    case .none: return nil
    }
  }

  private func observe(at now: Instant, _ store: inout SQLiteStore) throws {
    while let event = try takeEvent() {
      log.transport(event)
      switch handshake.read(event, endpoint: endpoints[worker.dialledEndpoint].description) {
      case .nothing: break
      case .connected:
        obstacles.connected()
        tell(.transportConnected, at: now, &store)
      case .wrongKey(let words):
        obstacles.metWrongKey()
        credentials?.tryOtherServer()
        tell(.transportFailed(words: words), at: now, &store)
      case .failed(let words): tell(.transportFailed(words: words), at: now, &store)
      case .disconnected(let words): tell(.disconnected(words: words), at: now, &store)
      }
    }
  }

  private func tell(_ input: LabInput, at now: Instant, _ store: inout SQLiteStore) {
    for output in worker.handle(input, at: now, store: &store) {
      switch output {
      case .dial(let index): dial(index, at: now, &store)
      case .hangUp: hangUp()
      case .send(let message): send(message, at: now, &store)
      case .requestWork: wantsWork = true
      case .event(let event): note(event, at: now, &store)
      }
    }
    if wantsNewSession {
      wantsNewSession = false
      beginAnew(at: now, store: &store)
    }
    let state = connectionState
    if state != lastState {
      lastState = state
      since = now.wallMilliseconds
    }
  }

  private func note(_ event: LabEvent, at now: Instant, _ store: inout SQLiteStore) {
    log.note(event)
    obstacles.note(event, at: now)
    switch event {
    case .session(.opened(let peer)):
      log.remember(peer, in: store, at: now)
      refusal = nil
      do {
        try credentials?.admitted()
        try store.settleOwnDepartures(at: now)
      } catch {
        log.failed("what the key folder holds can not be brought up to date", error)
      }
    case .session(.refused(_, let changes, let words)):
      let count = changes == 1 ? "a change" : "\(changes) changes"
      refusal = "\(count) that this machine has could not be taken: \(words)"
    case .session(.notGranted(let project)):
      refusal = "the online side does not share the project \(project) with this laptop"
    case .session(.serverKeyAnnounced(let bytes)): keep(announced: bytes)
    case .session(.inSync):
      lastProof = now.wallMilliseconds
      storeFailure = nil
    case .session(.applied): storeFailure = nil
    case .storeFailed(let words): storeFailure = words
    case .answered(let request, let answer):
      guard let reply = answers.removeValue(forKey: request) else { return }
      switch answer {
      case .inSync: reply(true, "in sync: both sides hold the same changes")
      case .different:
        reply(false, "everything was exchanged and the two sides do not hold the same")
      case .nothingShared where store.projects.isEmpty:
        reply(true, "there is nothing to exchange: this laptop has no project")
      case .nothingShared:
        reply(false, "the online side shares no project with this laptop")
      case .failed(let words): reply(false, words)
      }
    case .keyShared: renewKey()
    case .sessionEnded(.violation), .sessionEnded(.closedHere(.violation)),
      .session(.dropped):
      violations += 1
    case .dialing, .waiting, .refused, .session, .sessionEnded: break
    }
  }

  /// This machine is a copy of another: with a key of its own it can be told apart, and let in.
  private func renewKey() {
    guard credentials != nil else { return }
    do {
      try credentials?.renew()
      if let own = credentials?.own { log.renewed(own.publicKey) }
    } catch {
      log.failed("a key of its own can not be made", error)
    }
  }

  /// The online side will have another key: what is on disk is said in the next hello.
  private func keep(announced bytes: [UInt8]) {
    do {
      let key = try CurvePublicKey(bytes: bytes)
      if try credentials?.keep(key) == true { wantsNewSession = true }
    } catch {
      log.failed("the online side's next key can not be kept", error)
    }
  }

  private func dial(_ index: Int, at now: Instant, _ store: inout SQLiteStore) {
    hangUp()
    obstacles.dialled()
    do {
      var enrolment = Enrolment()
      enrolment.invitation = credentials?.invitation
      enrolment.keptServerKey = credentials?.servers.first?.bytes
      enrolment.departures = try store.untoldDepartures()
      enrolment.oldestUnsentAt = try store.oldestUnacknowledged(
        by: store.acknowledgingPeers().first?.peer)
      worker.present(enrolment)
      let socket = try context.value.socket(
        .dealer, options: socketOptions, security: credentials?.security ?? .plain)
      let monitor = try socket.monitor()
      try socket.connect(endpoints[index].description)
      self.socket = consume socket
      self.monitor = consume monitor
      handshake = HandshakeWatch()
    } catch {
      tell(.transportFailed(words: "\(error)"), at: now, &store)
    }
    pollGeneration += 1
  }

  private func hangUp() {
    monitor = nil
    socket = nil
    pollGeneration += 1
  }

  private func send(_ message: SyncProtocol.Message, at now: Instant, _ store: inout SQLiteStore) {
    let frame = MessageCodec.encode(message)
    log.sent(message, bytes: frame.count)
    // Told only when the socket is let go of: what follows may destroy it.
    if let failure = failure(sending: frame) {
      tell(.disconnected(words: failure), at: now, &store)
    }
  }

  /// Why the frame did not leave, or `nil`.
  private func failure(sending frame: [UInt8]) -> String? {
    do {
      switch socket {
      case .some(let socket):
        // Credit keeps far below the high-water mark: a full socket is a dead connection.
        return try socket.send([frame]) == .sent ? nil : "the connection takes nothing more"
      case .none: return nil
      }
    } catch {
      return "\(error)"
    }
  }
}

extension LabLink {
  private var connectionState: Status.Connection.State {
    switch worker.phase {
    case .paused: .paused
    case .waiting, .stopped: .waiting
    case .dialing: .connecting
    case .refused: .refused
    case .conversing where worker.session?.peer == nil: .connecting
    case .conversing:
      switch worker.session?.inSyncSince {
      case .some: .live
      case .none: worker.session?.isSettled == true ? .live : .syncing
      }
    }
  }

  func leaveCheck(uncaptured: Int, only: ProjectID?, store: SQLiteStore) throws -> LeaveCheck? {
    try LeaveCheck(
      uncaptured: uncaptured, session: worker.session,
      lastPeer: store.acknowledgingPeers().first?.peer, only: only, store: store)
  }

  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] { throw ControlFailure.onlineOnly }

  func beginAnew(at now: Instant, store: inout SQLiteStore) {
    guard worker.phase != .paused else { return }
    tell(.pause, at: now, &store)
    tell(.resume, at: now, &store)
  }

  func connectionWords(at now: Instant) -> String {
    [worker.connectionWords(at: now), refusal, storeFailure].compactMap(\.self)
      .joined(separator: "; ")
  }

  func standing(at now: Instant, store: SQLiteStore) throws -> LinkStanding {
    let session = worker.session
    var standing = LinkStanding(
      connection: Status.Connection(
        state: connectionState, words: connectionWords(at: now),
        endpoint: endpoints[worker.dialledEndpoint].description, since: since))
    standing.isPaused = worker.phase == .paused
    standing.fingerprint = credentials?.own.publicKey.fingerprint
    standing.violations = violations
    standing.clockOffsetMilliseconds = session?.clockOffsetMilliseconds
    standing.note(unsendable: session?.unsendableOrigins ?? 0)
    standing.connection.storeFailure = storeFailure
    obstacles.tell(&standing.connection, at: now)
    standing.isInSync = session?.inSyncSince != nil
    standing.inSyncAt = session?.inSyncSince?.wallMilliseconds ?? lastProof
    standing.peer = session?.peer?.replica
    standing.coming = try session?.toCome(in: store).map { Int(clamping: $0) }
    for project in session?.projects ?? [] {
      standing.received += try session?.progress(of: project, in: store)?.received ?? 0
    }
    return standing
  }
}
