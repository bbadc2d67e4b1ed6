import SyncCore

/// An open session, the same on both sides.
struct Running: Sendable {
  let configuration: SessionConfiguration
  let role: Role
  let peer: Introduction
  var clockOffsetMilliseconds: Int64 = 0
  var shares: [ProjectID: Share] = [:]
  /// The shared projects, sorted: what decides order.
  var order: [ProjectID] = []
  var outgoing: Outgoing
  var incoming: Incoming
  var lastHeardMilliseconds: Int64
  var lastPing: UInt64 = 0
  /// Our ping that is not answered.
  var awaitedPing: UInt64?
  /// The peer's ping that is answered when nothing is left to send.
  var owedPong: OwedPong?
  /// Chains differ, and it is being asked where: no changes go either way meanwhile.
  var inquiry: Inquiry?
  /// Our question that is not answered.
  var awaitedProbe: Probe?
  /// The peer has asked where chains part.
  var hasBeenProbed = false

  enum Role: Hashable, Sendable {
    case initiator
    case responder
  }

  struct OwedPong: Hashable, Sendable {
    var ping: Ping
    var deadline: Int64
  }

  init(_ configuration: SessionConfiguration, role: Role, peer: Introduction, at now: Instant) {
    self.configuration = configuration
    self.role = role
    self.peer = peer
    outgoing = Outgoing(creditBytes: Int(peer.creditBytes), limits: configuration.limits)
    incoming = Incoming(limits: configuration.limits)
    lastHeardMilliseconds = now.monotonicMilliseconds
  }

  mutating func handle(
    _ input: SessionInput, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    var ending: SessionEnding?
    switch input {
    case .received(let message):
      lastHeardMilliseconds = now.monotonicMilliseconds
      ending = try receive(message, at: now, store: &store, outputs: &outputs)
    case .storeChanged:
      try announceNewProjects(store: store, outputs: &outputs)
      markPending()
    case .work where inquiry == nil:
      ending = try commitNext(at: now, store: &store, outputs: &outputs)
      if ending == nil { try sendNext(at: now, store: store, outputs: &outputs) }
    case .commit where inquiry == nil:
      ending = try commitNext(at: now, store: &store, outputs: &outputs)
    case .tick:
      ending = try tick(at: now, store: store, outputs: &outputs)
    case .prove:
      markPending()
      for project in order { shares[project]?.proof = .unproven }
    case .start, .work, .commit:
      break
    }
    if ending == nil, let words = configuration.enrolment.heldWords, hasEverything {
      outputs.append(.send(.bye(Bye(.revoked, words: words))))
      ending = .notAdmitted(.revoked(words: words))
    }
    switch ending {
    case .violation(let violation):
      outputs.append(.send(.bye(Bye(.violation, words: "\(violation)"))))
    case .closedHere(.forked):
      outputs.append(.send(.bye(farewell)))
    case .notAdmitted, .closedByPeer, .silence, .closedHere, nil:
      break
    }
    if ending == nil { try settle(at: now, store: store, outputs: &outputs) }
    return ending
  }

  private mutating func receive(
    _ message: Message, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    switch message {
    case .vectors(let vectors):
      return try receive(vectors, at: now, store: &store, outputs: &outputs)
    case .batch(let batch):
      return receive(batch, outputs: &outputs)
    case .receipt(let receipt):
      return outgoing.markReceived(receipt.number)
        ? nil : .violation(.unknownBatch(receipt.number))
    case .acknowledgement(let acknowledgement):
      return try receive(acknowledgement, at: now, store: &store, outputs: &outputs)
    case .ping(let ping):
      let patience = configuration.limits.pingIntervalMilliseconds / 2
      owedPong = OwedPong(ping: ping, deadline: now.monotonicMilliseconds + patience)
      return nil
    case .pong(let pong):
      return try receive(pong, at: now, store: store, outputs: &outputs)
    case .bye(let bye):
      return .closedByPeer(bye)
    case .divergence(let divergence):
      return try receive(divergence, at: now, store: &store, outputs: &outputs)
    case .probe(let probe):
      return try receive(probe, store: store, outputs: &outputs)
    case .probed(let probed):
      return try receive(probed, at: now, store: &store, outputs: &outputs)
    case .hello, .welcome:
      return .violation(.unexpected(message: message.name))
    }
  }

  var hasIncoming: Bool { inquiry == nil && !incoming.queue.isEmpty }

  var hasOutgoing: Bool {
    guard inquiry == nil, outgoing.hasRoom else { return false }
    return shares.values.contains { $0.phase == .open && !$0.pending.isEmpty }
  }

  mutating func markPending() {
    for project in order { shares[project]?.pending = Set(Lane.allCases) }
  }
}
