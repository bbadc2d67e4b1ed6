import SyncCore
import SyncProtocol

/// What the online side does, and when: admits, serves many peers in turn, and passes on to each
/// what the others brought. It keeps nothing that the store does not.
///
/// A peer is who its key says, never who it claims to be. The newest session of a device fences the
/// older one. One unit of ``OnlineInput/work`` commits or sends one batch for one peer, in turn, so
/// that a laptop with a week of work delays nobody.
public struct OnlineWorker: Sendable {
  public let configuration: OnlineConfiguration
  private var peers: [PeerHandle: Peer] = [:]
  private var tokens: SplitMix64
  /// The peer that was served last.
  private var lastServed = PeerHandle(rawValue: 0)
  private var isStopped = false

  struct Peer: Sendable {
    var device: Device
    var session: Session
  }

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
      peers[handle] = nil
    case .revoked(let key, let words):
      for handle in handles(of: key) { close(handle, .revoked, words: words, &outputs) }
    case .storeChanged:
      tell(.storeChanged, except: nil, at: now, &store, &outputs)
    case .tick:
      tell(.tick, except: nil, at: now, &store, &outputs)
    case .work:
      workOnce(at: now, &store, &outputs)
    case .stop:
      isStopped = true
      for handle in peers.keys.sorted() {
        close(handle, .stopping, words: "the online side stops", &outputs)
      }
    }
    if peers.values.contains(where: \.session.hasWork) { outputs.append(.requestWork) }
    return outputs
  }

  /// The monotonic time at which ``OnlineInput/tick`` is wanted.
  public var nextDeadline: Int64? { peers.values.lazy.compactMap(\.session.nextDeadline).min() }

  /// The open sessions, by handle.
  public var sessions: [(handle: PeerHandle, device: Device, session: Session)] {
    peers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.device, $0.value.session) }
  }
}

extension OnlineWorker {
  private mutating func admit(
    _ hello: Hello, from handle: PeerHandle, _ device: Device, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    peers[handle] = nil
    do {
      var session = configuration.session
      session.projects = device.projects
      let admission = try admit(hello, device, into: &session, at: now, &store, &outputs)
      let (accepted, said) = try Session.accepting(
        hello, admission: admission, session, at: now, store: &store)
      if accepted.isOpen { peers[handle] = Peer(device: device, session: accepted) }
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
    guard admission == .go else { return admission }
    for older in handles(of: device.key) {
      close(older, .fenced, words: "\(device.name) has a newer connection", &outputs)
    }
    if known == nil { outputs.append(.event(.replicaSeen(replica, device: device.name))) }
    var ledger = known ?? PeerLedger(replica: replica, device: device.key)
    if ledger.device != device.key { ledger.move(to: device.key) }
    session.isPeerSuperseded = !ledger.present(hello.introduction.token)
    if session.isPeerSuperseded {
      outputs.append(.event(.superseded(replica, device: device.name)))
    } else {
      let token = SessionToken(rawValue: UniqueID(high: tokens.next(), low: tokens.next()))
      ledger.issue(token)
      session.token = token
      try separate(ledger, device, at: now, &store, &outputs)
      try store.save(ledger, at: now)
    }
    session.authors = session.isPeerSuperseded ? .only([]) : try authors(for: device, store)
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
    case .admitted: break
    }
    switch (ledger?.device == device.key, ledger?.mustRenewKey) {
    case (_, nil), (true, false?), (false, true?): break
    case (false, false?):
      return .refused(
        words: """
          replica \(hello.introduction.replica) belongs to another device: this store is a copy \
          of that device's
          """)
    case (true, true?):
      return .renewKey(
        words: """
          this laptop's disk is a copy of another's (\(device.name)), which uses the same key: it \
          makes a key of its own, which has to be let in
          """)
    }
    let others = peers.values.filter { $0.device.key != device.key }
    let limits = configuration.limits
    let catchingUp = others.count { $0.session.inSyncSince == nil && !$0.session.isSettled }
    if isStopped || others.count >= limits.sessions || catchingUp >= limits.catchingUp {
      return .comeBack(
        inMilliseconds: limits.comeBackMilliseconds,
        words: "the online side serves \(others.count) others just now")
    }
    return .go
  }

  private func authors(for device: Device, _ store: some ChangeStore) throws -> AuthorAccess {
    if device.mayRelay { return .any }
    let own = try store.ledgers(ofDevice: device.key).map(\.replica)
    return .only(Set(own + (try store.formerReplicas)))
  }

  private func handles(of key: String) -> [PeerHandle] {
    peers.filter { $0.value.device.key == key }.keys.sorted()
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
    if case .revoked(let words) = device.standing {
      close(handle, .revoked, words: words, &outputs)
      return
    }
    step(handle, .received(message), at: now, &store, &outputs)
  }

  /// The next peer in turn that has work.
  private mutating func workOnce(
    at now: Instant, _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    let waiting = peers.filter { $0.value.session.hasWork }.keys.sorted()
    guard let next = waiting.first(where: { lastServed < $0 }) ?? waiting.first else { return }
    lastServed = next
    step(next, .work, at: now, &store, &outputs)
  }

  private mutating func tell(
    _ input: SessionInput, except: PeerHandle?, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    for handle in peers.keys.sorted() where handle != except {
      step(handle, input, at: now, &store, &outputs)
    }
  }

  /// One input for one session. What it brought into the store goes to all others.
  private mutating func step(
    _ handle: PeerHandle, _ input: SessionInput, at now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [OnlineOutput]
  ) {
    // Taken out and put back, so that its dictionaries are not copied.
    guard var peer = peers.removeValue(forKey: handle) else { return }
    do {
      let said = try peer.session.handle(input, at: now, store: &store)
      if !peer.session.isEnded { peers[handle] = peer }
      pass(on: said, from: handle, peer.device, &outputs)
      let brought = said.contains { output in
        guard case .event(.applied(_, let applied)) = output else { return false }
        return applied.accepted + applied.captured.changes > 0 || !applied.exceptions.isEmpty
      }
      if brought { tell(.storeChanged, except: handle, at: now, &store, &outputs) }
    } catch {
      failed(error, for: handle, peer.device, &outputs)
      // What it brought may be committed, whatever failed afterwards.
      tell(.storeChanged, except: handle, at: now, &store, &outputs)
    }
  }

  private func pass(
    on said: [SessionOutput], from handle: PeerHandle, _ device: Device,
    _ outputs: inout [OnlineOutput]
  ) {
    for output in said {
      switch output {
      case .send(let message): outputs.append(.send(handle, message))
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
    peers[handle] = nil
    outputs.append(
      .event(.storeFailed(handle, device: device.name, words: "\(error)")))
    let bye = Bye(.storeFailed, words: "the online side's store can not be written at present")
    outputs.append(.send(handle, .bye(bye)))
    outputs.append(.drop(handle))
  }

  private mutating func close(
    _ handle: PeerHandle, _ reason: Bye.Reason, words: String, _ outputs: inout [OnlineOutput]
  ) {
    guard var peer = peers.removeValue(forKey: handle) else { return }
    pass(on: peer.session.close(reason, words: words), from: handle, peer.device, &outputs)
  }
}
