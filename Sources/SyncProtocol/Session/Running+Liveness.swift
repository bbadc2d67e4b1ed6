import SyncCore

/// Whether the other side is there, and whether both hold the same.
extension Running {
  /// The responder asks later, so that of two idle sides one asks.
  private var pingDeadline: Int64 {
    let interval = configuration.limits.pingIntervalMilliseconds
    switch role {
    case .initiator: return lastHeardMilliseconds + interval
    case .responder: return lastHeardMilliseconds + interval + interval / 2
    }
  }

  private var silenceDeadline: Int64 {
    lastHeardMilliseconds + configuration.limits.silenceLimitMilliseconds
  }

  var nextDeadline: Int64 {
    let own = awaitedPing == nil ? pingDeadline : silenceDeadline
    return min(own, owedPong?.deadline ?? own)
  }

  mutating func tick(
    at now: Instant, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    let time = now.monotonicMilliseconds
    let isAwaiting =
      awaitedPing != nil || awaitedProbe != nil || !outgoing.inFlight.isEmpty
    if isAwaiting, time >= silenceDeadline {
      outputs.append(.send(.bye(Bye(.silence, words: "nothing was heard from you"))))
      return .silence(milliseconds: time - lastHeardMilliseconds)
    }
    if let owed = owedPong, time >= owed.deadline {
      try answer(owed.ping, at: now, store: store, outputs: &outputs)
    }
    if awaitedPing == nil, time >= pingDeadline {
      try ask(about: order, store: store, outputs: &outputs)
    }
    return nil
  }

  /// Answers a ping that waited for quiet, and asks for a proof where one is missing.
  mutating func settle(
    at now: Instant, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    guard isQuiet else { return }
    if let owed = owedPong { try answer(owed.ping, at: now, store: store, outputs: &outputs) }
    guard role == .initiator, awaitedPing == nil else { return }
    let unproven = order.filter { shares[$0]?.proof == .unproven }
    if !unproven.isEmpty { try ask(about: unproven, store: store, outputs: &outputs) }
  }

  /// Nothing waits to be sent, acknowledged or committed.
  private var isQuiet: Bool {
    inquiry == nil && incoming.queue.isEmpty && outgoing.inFlight.isEmpty
      && shares.values.allSatisfy { $0.phase == .open && $0.pending.isEmpty }
  }

  var isSettled: Bool {
    isQuiet
      && shares.values.allSatisfy { share in
        switch share.proof {
        case .unproven, .asked: false
        case .different, .proven: true
        }
      }
  }

  private mutating func ask(
    about projects: [ProjectID], store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    lastPing += 1
    awaitedPing = lastPing
    var digests: [ProjectDigest] = []
    for project in projects where shares[project]?.phase == .open {
      digests.append(ProjectDigest(project: project, digest: try store.digest(of: project)))
      switch shares[project]?.proof {
      case .unproven, .asked, .different: shares[project]?.proof = .asked(lastPing)
      case .proven, nil: break
      }
    }
    outputs.append(.send(.ping(Ping(number: lastPing, digests: digests))))
  }

  private mutating func answer(
    _ ping: Ping, at now: Instant, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    owedPong = nil
    var digests: [ProjectDigest] = []
    for asked in ping.digests where shares[asked.project]?.phase == .open {
      let own = try store.digest(of: asked.project)
      digests.append(ProjectDigest(project: asked.project, digest: own))
      prove(asked.project, isEqual: own == asked.digest, at: now, outputs: &outputs)
    }
    outputs.append(.send(.pong(Pong(number: ping.number, digests: digests))))
  }

  mutating func receive(
    _ pong: Pong, at now: Instant, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard awaitedPing == pong.number else { return .violation(.unknownPing(pong.number)) }
    awaitedPing = nil
    for answered in pong.digests where shares[answered.project] != nil {
      let own = try store.digest(of: answered.project)
      prove(answered.project, isEqual: own == answered.digest, at: now, outputs: &outputs)
    }
    return nil
  }

  /// What was asked while something moved proves nothing.
  private mutating func prove(
    _ project: ProjectID, isEqual: Bool, at now: Instant, outputs: inout [SessionOutput]
  ) {
    guard isQuiet else {
      if case .asked = shares[project]?.proof { shares[project]?.proof = .unproven }
      return
    }
    let isWhole = shares[project]?.excluded.isEmpty ?? false
    guard isEqual, isWhole else {
      shares[project]?.proof = .different
      // Something may have come into the store that nobody told of: it is looked for again.
      shares[project]?.pending = Set(Lane.allCases)
      return
    }
    shares[project]?.proof = .proven(at: now)
    outputs.append(.event(.inSync(project, at: now)))
  }
}
