import SyncCore
import SyncProtocol

/// What the online side does, and when: admits, serves many peers in turn, and passes on to each
/// what the others brought. It keeps nothing that the store does not.
///
/// A peer is who its key says, never who it claims to be. The newest session of a device fences the
/// older one. One unit of ``OnlineInput/work`` commits or sends one batch for one peer, in turn, so
/// that a laptop with a week of work delays nobody. What arrives goes before what is passed on.
public struct OnlineWorker: Sendable {
  public let configuration: OnlineConfiguration
  private var peers = Peers()
  private var tokens: SplitMix64
  private var isStopped = false
  /// What revoked devices held when they had handed everything over: they are not asked again.
  private var handedOver: [String: [ProjectDigest]] = [:]

  /// `seed` decides the session tokens: it must never have been used before.
  public init(_ configuration: OnlineConfiguration, seed: UInt64) {
    self.configuration = configuration
    tokens = SplitMix64(seed: seed)
  }

  public mutating func handle(
    _ input: OnlineInput, at now: Instant, store: inout some ChangeStore
  ) -> [OnlineOutput] {
    var outputs: [OnlineOutput] = []
    switch input {
    case .message(let handle, let device, .hello(let hello)):
      admit(hello, from: handle, device, at: now, &store, &outputs)
    case .message(let handle, let device, let message):
      receive(message, from: handle, device, at: now, &store, &outputs)
    case .undecodable(let handle, let device, let words):
      outputs.append(.event(.violation(handle, device: device.name, .undecodable(words: words))))
      close(handle, .violation, words: words, &outputs)
    case .peerGone(let handle):
      peers.remove(handle)
    case .revoked(let key, let words):
      for handle in peers.handles(of: key) { close(handle, .revoked, words: words, &outputs) }
    case .greetAnew(let handle):
      close(
        handle, .unknownSession, words: "there is news for the welcome: say hello again", &outputs)
    case .rightsChanged(let key):
      for handle in peers.handles(of: key) {
        close(handle, .unknownSession, words: "its rights have changed: say hello again", &outputs)
      }
    case .storeChanged:
      peers.markOutdated(except: nil)
    case .tick:
      for handle in peers.due(at: now.monotonicMilliseconds) {
        step(handle, .tick, at: now, &store, &outputs)
      }
    case .work:
      workOnce(at: now, &store, &outputs)
    case .stop:
      isStopped = true
      for handle in peers.handles {
        close(handle, .stopping, words: "the online side stops", &outputs)
      }
    }
    if peers.hasWork { outputs.append(.requestWork) }
    return outputs
  }

  /// The monotonic time at which ``OnlineInput/tick`` is wanted.
  public var nextDeadline: Int64? { peers.nextDeadline }

  public func hasSession(_ handle: PeerHandle) -> Bool { peers[handle] != nil }

  public func device(of handle: PeerHandle) -> Device? { peers[handle]?.device }

  /// The open sessions, by handle.
  public var sessions: [(handle: PeerHandle, device: Device, session: Session)] {
    peers.sorted.map { ($0.handle, $0.peer.device, $0.peer.session) }
  }
}

extension OnlineWorker {
  private mutating func admit(
    _ hello: Hello, from handle: PeerHandle, _ device: Device, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    peers.remove(handle)
    do {
      var session = configuration.session
      session.projects = device.projects
      session.limits.creditBytes = credit(of: session)
      let admission = try admit(hello, device, into: &session, at: now, &store, &outputs)
      let (accepted, said) = try Session.accepting(
        hello, admission: admission, session, at: now, store: &store)
      if accepted.isOpen {
        peers.put(
          Peers.Peer(device: device, session: accepted, digests: hello.projects), as: handle)
      }
      pass(on: said, from: handle, device, &outputs)
    } catch {
      failed(error, for: handle, device, &outputs)
    }
  }

  /// Decides whether the device may stay, and what its session may do. What is noted of it is on
  /// disk before anything is answered.
  private mutating func admit(
    _ hello: Hello, _ device: Device, into session: inout SessionConfiguration, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) throws -> Admission {
    let replica = hello.introduction.replica
    let known = try store.ledger(of: replica)
    let admission = admission(of: hello, device, known)
    guard admission == .go else {
      if case .revoked(let words) = admission, handedOver[device.key] != hello.projects {
        let rights = try Self.rights(ofRevoked: device.key, store)
        session.enrolment.heldWords = words
        session.authors = rights.authors
        session.enrolment.stamps = rights.stamps
      }
      return admission
    }
    for older in peers.handles(of: device.key) {
      close(older, .fenced, words: "\(device.name) has a newer connection", &outputs)
    }
    if known == nil { outputs.append(.event(.replicaSeen(replica, device: device.name))) }
    var ledger = known ?? PeerLedger(replica: replica, device: device.key)
    // A replica of another device is a copy of that device's store, unless the device was told to make
    // this key.
    let isCopied = ledger.device != device.key && !ledger.mustRenewKey
    if ledger.device != device.key, !isCopied { ledger.move(to: device.key) }
    session.isPeerSuperseded = isCopied || !ledger.present(hello.introduction.token)
    if session.isPeerSuperseded {
      outputs.append(.event(.superseded(replica, device: device.name)))
    } else {
      let token = SessionToken(rawValue: UniqueID(high: tokens.next(), low: tokens.next()))
      ledger.issue(token)
      session.token = token
      try separate(ledger, device, at: now, &store, &outputs)
      try store.save(ledger, at: now)
    }
    let rights = try rights(of: device, at: now, store)
    session.authors = session.isPeerSuperseded ? .only([]) : rights.authors
    session.enrolment.stamps = rights.stamps
    session.enrolment.authorRefusal = rights.authorRefusal
    session.enrolment.announcedServerKey = device.announcedServerKey
    return .go
  }

  /// A device whose later replica exists, and that speaks as an earlier one with a good token, is two
  /// machines: a store that forked never speaks under its former name again.
  private func separate(
    _ ledger: PeerLedger, _ device: Device, at now: Instant, _ store: inout some ChangeStore,
    _ outputs: inout [OnlineOutput]
  ) throws {
    guard ledger.presented != nil else { return }
    let all = try store.ledgers(ofDevice: device.key)
    guard let place = all.firstIndex(where: { $0.replica == ledger.replica }) else { return }
    for var later in all[(place + 1)...] where !later.mustRenewKey {
      later.demandNewKey()
      try store.save(later, at: now)
      outputs.append(.event(.keyShared(later.replica, device: device.name)))
    }
  }

  private func admission(
    of hello: Hello, _ device: Device, _ ledger: PeerLedger?
  ) -> Admission {
    switch device.standing {
    case .pending(let words): return .pending(words: words)
    case .revoked(let words): return .revoked(words: words)
    case .refused(let words): return .refused(words: words)
    case .comeBack(let milliseconds, let words):
      return .comeBack(inMilliseconds: milliseconds, words: words)
    case .admitted: break
    }
    if let ledger, ledger.device == device.key, ledger.mustRenewKey {
      return .renewKey(
        words: """
          this laptop's disk is a copy of another's (\(device.name)), which uses the same key: it \
          makes a key of its own, which has to be let in
          """)
    }
    let own = peers.handles(of: device.key)
    if own.contains(where: { peers[$0]?.session.isPeerInquiring == true }) {
      return .comeBack(
        inMilliseconds: configuration.limits.comeBackMilliseconds,
        words: "another machine with this laptop's key is found to be a copy just now")
    }
    let others = peers.count - own.count
    let limits = configuration.limits
    let catchingUp = peers.catchingUpCount(except: device.key)
    if isStopped || others >= limits.sessions || catchingUp >= limits.catchingUp {
      return .comeBack(
        inMilliseconds: limits.comeBackMilliseconds,
        words: "the online side serves \(others) others just now")
    }
    return .go
  }

  /// The more peers bring something, the less each may have underway.
  private func credit(of session: SessionConfiguration) -> Int {
    let share = configuration.limits.creditBytes / (peers.catchingUpCount(except: "") + 1)
    return min(session.limits.creditBytes, max(share, ProtocolLimits.firstBatchBytes))
  }

  /// A peer that speaks without a session talks to a worker that was started anew meanwhile.
  private mutating func receive(
    _ message: Message, from handle: PeerHandle, _ device: Device, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    guard peers[handle] != nil else {
      if case .bye = message { return }
      let bye = Bye(.unknownSession, words: "there is no session here: say hello again")
      outputs.append(.send(handle, .bye(bye)))
      return
    }
    guard peers[handle]?.device.key == device.key else {
      close(handle, .violation, words: "the connection changed its key", &outputs)
      return
    }
    switch device.standing {
    case .admitted: break
    case .revoked where peers[handle]?.session.isHolding == true: break
    case .revoked(let words), .pending(let words), .refused(let words), .comeBack(_, let words):
      close(handle, .revoked, words: words, &outputs)
      return
    }
    step(handle, .received(message), at: now, &store, &outputs)
  }

  /// One batch of the peer whose turn it is.
  private mutating func workOnce(
    at now: Instant, _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    switch peers.nextTurn() {
    case .commit(let handle): step(handle, .commit, at: now, &store, &outputs)
    case .work(let handle): step(handle, .work, at: now, &store, &outputs)
    case nil: break
    }
  }

  /// One input for one session, after the news that the store has changed. What it brought into the
  /// store is news for all others.
  private mutating func step(
    _ handle: PeerHandle, _ input: SessionInput, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    // Taken out and put back, so that its dictionaries are not copied.
    guard var peer = peers.take(handle) else { return }
    do {
      var said: [SessionOutput] = []
      let isHolding = peer.session.isHolding
      if peers.takeOutdated(handle) {
        said = try peer.session.handle(.storeChanged, at: now, store: &store)
      }
      said += try peer.session.handle(input, at: now, store: &store)
      if !peer.session.isEnded { peers.put(peer, as: handle) }
      if isHolding, case .ended(.notAdmitted)? = said.last {
        handedOver[peer.device.key] = peer.digests
      }
      pass(on: said, from: handle, peer.device, &outputs)
      let brought = said.contains { output in
        guard case .event(.applied(_, let applied)) = output else { return false }
        return applied.accepted + applied.captured.changes > 0 || !applied.exceptions.isEmpty
      }
      if brought { peers.markOutdated(except: handle) }
    } catch {
      failed(error, for: handle, peer.device, &outputs)
      // What it brought may be committed, whatever failed afterwards.
      peers.markOutdated(except: handle)
    }
  }

  private func pass(
    on said: [SessionOutput], from handle: PeerHandle, _ device: Device,
    _ outputs: inout [OnlineOutput]
  ) {
    for output in said {
      switch output {
      case .send(let message): outputs.append(.send(handle, message))
      case .event(.held(let batch)):
        outputs.append(.event(.held(batch, key: device.key)))
      case .event(.dropped(let violation)):
        outputs.append(.event(.violation(handle, device: device.name, violation)))
      case .event(let event):
        outputs.append(.event(.session(handle, device: device.name, event)))
      case .ended(let ending):
        if case .violation(let violation) = ending {
          outputs.append(.event(.violation(handle, device: device.name, violation)))
        }
        outputs.append(.event(.sessionEnded(handle, device: device.name, ending)))
        outputs.append(.drop(handle))
      }
    }
  }

  private mutating func failed(
    _ error: any Error, for handle: PeerHandle, _ device: Device,
    _ outputs: inout [OnlineOutput]
  ) {
    peers.remove(handle)
    outputs.append(
      .event(.storeFailed(handle, device: device.name, words: "\(error)")))
    outputs.append(.send(handle, .bye(Bye(.storeFailed, words: words(of: error)))))
    outputs.append(.drop(handle))
  }

  /// What the device is told of it.
  private func words(of error: any Error) -> String {
    if let refusal = (error as? any StoreRefusal)?.refusalWords {
      let words = "the online side could not store it: \(refusal)"
      if words.utf8.count <= ProtocolLimits.wordsBytes { return words }
    }
    return "the online side's store can not be written at present"
  }

  private mutating func close(
    _ handle: PeerHandle, _ reason: Bye.Reason, words: String, _ outputs: inout [OnlineOutput]
  ) {
    guard var peer = peers.take(handle) else { return }
    peers.remove(handle)
    pass(on: peer.session.close(reason, words: words), from: handle, peer.device, &outputs)
  }
}
