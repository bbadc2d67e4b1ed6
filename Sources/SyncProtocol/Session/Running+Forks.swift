import SyncCore

/// Chains that differ: where they part is asked for, and what follows is done. The side that dialed
/// gives way, as the article <doc:WireProtocol> says under *Forks*.
extension Running {
  /// What an initiator does when it has learnt vectors: if its store is an older copy of another, or
  /// another uses its name, or a chain differs, it begins with finding out where the two part.
  mutating func inquire(
    isSuperseded: Bool, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    var isOvertaken = isSuperseded
    for project in order {
      let own = try store.vector(of: project)
      for lane in Lane.allCases {
        let origin = Origin(replica: store.replica, lane: lane)
        let there = shares[project]?.peerSequence(of: origin) ?? 0
        if there > own.sequence(of: origin) { isOvertaken = true }
      }
    }
    if isOvertaken { return try inquireFork(at: now, store: &store, outputs: &outputs) }
    for project in order {
      guard let share = shares[project] else { continue }
      for origin in share.excluded.subtracting(share.unsendable).sorted() {
        let ending = try differs(origin, in: project, at: now, store: &store, outputs: &outputs)
        if ending != nil || inquiry != nil { return ending }
      }
    }
    return nil
  }

  var farewell: Bye { Bye(.forked, words: "this side's log changed: it comes back") }

  /// Looks into all own chains, because the other side's store has this replica's name from
  /// somebody else, or from this machine at a later time.
  mutating func inquireFork(
    at now: Instant, store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    if case .fork = inquiry { return nil }
    var searches: [ForkSearch] = []
    for project in order {
      let own = try store.vector(of: project)
      for origin in own.origins where origin.replica == store.replica {
        let shorter = min(own.sequence(of: origin), shares[project]?.peerSequence(of: origin) ?? 0)
        searches.append(ForkSearch(project: project, origin: origin, shorter: shorter))
      }
    }
    inquiry = .fork(searches, found: ForkPoints())
    return try goOnAsking(at: now, store: &store, outputs: &outputs)
  }

  /// What a difference in one origin's chain leads to. `nil` where the session goes on without it.
  mutating func differs(
    _ origin: Origin, in project: ProjectID, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard role == .initiator else { return nil }
    if origin.replica == store.replica {
      return try inquireFork(at: now, store: &store, outputs: &outputs)
    }
    // What the other side wrote itself it has to look into itself.
    guard inquiry == nil, origin.replica != peer.replica,
      !configuration.unrepairable.contains(origin)
    else { return nil }
    let own = try store.vector(of: project).sequence(of: origin)
    let shorter = min(own, shares[project]?.peerSequence(of: origin) ?? 0)
    inquiry = .repair(ForkSearch(project: project, origin: origin, shorter: shorter))
    return try goOnAsking(at: now, store: &store, outputs: &outputs)
  }

  mutating func receive(
    _ probe: Probe, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard shares[probe.project] != nil else {
      return .violation(.projectNotShared(probe.project))
    }
    hasBeenProbed = true
    let hash = try store.chainHash(of: probe.origin, at: probe.sequence, in: probe.project)
    outputs.append(.send(.probed(Probed(probe, hash: hash))))
    return nil
  }

  mutating func receive(
    _ probed: Probed, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard let asked = awaitedProbe, asked == probed.probe, var search = inquiry?.search else {
      return .violation(.unexpected(message: "probed"))
    }
    awaitedProbe = nil
    // Asked for a repair that a fork has overtaken since.
    guard search.project == asked.project, search.origin == asked.origin else {
      return try goOnAsking(at: now, store: &store, outputs: &outputs)
    }
    let own = try store.chainHash(of: asked.origin, at: asked.sequence, in: asked.project)
    search.take(asked.sequence, isEqual: own != nil && own == probed.hash)
    switch inquiry {
    case .fork(var searches, let found):
      searches[0] = search
      inquiry = .fork(searches, found: found)
    case .repair: inquiry = .repair(search)
    case nil: break
    }
    return try goOnAsking(at: now, store: &store, outputs: &outputs)
  }

  /// Asks the next question, or does what the answers say and ends the session: under another
  /// identity, or without a part of its log, everything begins anew.
  private mutating func goOnAsking(
    at now: Instant, store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard awaitedProbe == nil else { return nil }
    while let inquiry {
      if let search = inquiry.search, let sequence = search.next {
        let probe = Probe(project: search.project, origin: search.origin, sequence: sequence)
        awaitedProbe = probe
        outputs.append(.send(.probe(probe)))
        return nil
      }
      switch inquiry {
      case .fork(var searches, var found):
        guard !searches.isEmpty else {
          let fork = try store.fork(at: found, now: now)
          outputs.append(.event(.forked(fork)))
          return .closedHere(.forked)
        }
        let done = searches.removeFirst()
        found[done.project, done.origin.lane] = done.agreed
        self.inquiry = .fork(searches, found: found)
      case .repair(let search):
        try store.truncate(search.origin, after: search.agreed, in: search.project, now: now)
        outputs.append(
          .event(.truncated(search.project, search.origin, after: search.agreed)))
        return .closedHere(.forked)
      }
    }
    return nil
  }
}
