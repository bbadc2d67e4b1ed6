import SyncCore

/// Batches, both ways.
extension Running {
  /// The batch is queued; its receipt says no more than that.
  mutating func receive(_ batch: Batch, outputs: inout [SessionOutput]) -> SessionEnding? {
    let project = batch.changes.project
    guard let share = shares[project], share.phase == .open else {
      return .violation(.projectNotShared(project))
    }
    if let violation = incoming.enqueue(batch) { return .violation(violation) }
    shares[project]?.proof = .unproven
    outputs.append(.send(.receipt(Receipt(number: batch.number))))
    return nil
  }

  /// Commits the oldest batch that waits, and acknowledges it.
  mutating func commitNext(
    at now: Instant, store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard let batch = incoming.queue.first else { return nil }
    let project = batch.changes.project
    var refusal = Refusal()
    let accepted = admissible(batch.changes, &refusal, outputs: &outputs)
    if configuration.enrolment.isHeld {
      hold(accepted, number: batch.number, outputs: &outputs)
      return nil
    }
    let applied = accepted.runs.isEmpty ? Applied() : try store.apply(accepted, at: now)
    incoming.complete()

    let vector = try store.vector(of: project)
    var positions: [Origin: ChainPosition] = [:]
    for run in accepted.runs {
      let origin = Origin(replica: run.replica, lane: accepted.lane)
      positions[origin] = vector[origin]
      let last = run.firstSequence + UInt64(run.changes.count) - 1
      let hash = vector[origin]?.hash ?? .zero
      shares[project]?.sent.advance(origin, to: ChainPosition(sequence: last, hash: hash))
    }
    let acknowledgement = Acknowledgement(
      number: batch.number, project: project, positions: positions,
      accepted: UInt32(clamping: applied.accepted),
      duplicates: UInt32(clamping: applied.duplicates), exceptions: applied.exceptions,
      refused: UInt32(clamping: refusal.count), refusal: refusal.words)
    outputs.append(.send(.acknowledgement(acknowledgement)))
    outputs.append(.event(.applied(project, applied)))
    if applied.captured.changes > 0 {
      for project in order { shares[project]?.pending = Set(Lane.allCases) }
    }
    return try judge(applied.violations, outputs: &outputs)
  }

  /// What is dropped of a batch, and the first reason.
  private struct Refusal {
    var count = 0
    var words = ""
  }

  /// The batch without what this peer may not bring, and without the runs of an excluded origin. Behind
  /// a change that is dropped nothing of its origin can follow.
  private mutating func admissible(
    _ batch: ChangeBatch, _ refusal: inout Refusal, outputs: inout [SessionOutput]
  ) -> ChangeBatch {
    var admissible = batch
    admissible.runs = []
    for var run in batch.runs {
      let origin = Origin(replica: run.replica, lane: batch.lane)
      guard let share = shares[batch.project], !share.excluded.contains(origin) else { continue }
      if let (place, words) = configuration.rights.objection(to: run) {
        let sequence = run.firstSequence + UInt64(place)
        let dot = Dot(replica: run.replica, lane: batch.lane, sequence: sequence)
        outputs.append(.event(.dropped(.forged(dot, reason: words))))
        refusal.count += run.changes.count - place
        if refusal.words.isEmpty { refusal.words = words }
        run.changes.removeSubrange(place...)
        if configuration.authors.allows(run.replica) {
          shares[batch.project]?.exclude(origin)
        }
      }
      if !run.changes.isEmpty { admissible.runs.append(run) }
    }
    return admissible
  }

  /// What a revoked peer hands over goes into no log, moves no vector, and is not promised to be kept.
  private mutating func hold(
    _ batch: ChangeBatch, number: UInt64, outputs: inout [SessionOutput]
  ) {
    incoming.complete()
    if !batch.runs.isEmpty { outputs.append(.event(.held(batch))) }
    for run in batch.runs {
      let last = run.firstSequence + UInt64(run.changes.count) - 1
      shares[batch.project]?.handedOver.advance(
        Origin(replica: run.replica, lane: batch.lane),
        to: ChainPosition(sequence: last, hash: .zero))
    }
    let acknowledgement = Acknowledgement(
      number: number, project: batch.project, positions: [:], accepted: 0, duplicates: 0)
    outputs.append(.send(.acknowledgement(acknowledgement)))
  }

  /// What is forged is dropped and counted; a gap means that the two sides no longer agree about
  /// what was sent, which only a new session repairs.
  private func judge(
    _ violations: [Applied.Violation], outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    var ending: SessionEnding?
    for violation in violations {
      switch violation {
      case .forged(let dot, let reason):
        outputs.append(.event(.dropped(.forged(dot, reason: reason))))
      case .gap(let origin, let expected, let found):
        ending = .violation(.gap(origin, expected: expected, found: found))
      }
    }
    return ending
  }

  /// Sends one batch of the lowest lane that has something, if the credit allows.
  mutating func sendNext(
    at now: Instant, store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    guard outgoing.hasRoom else { return }
    if configuration.enrolment.isHeld {
      for project in order { shares[project]?.pending = [] }
      return
    }
    for lane in Lane.allCases {
      for project in order {
        guard let share = shares[project], share.phase == .open, share.pending.contains(lane)
        else { continue }
        let bounds = BatchBounds(
          bytes: outgoing.batchBytes,
          rows: min(configuration.limits.batch.rows, ProtocolLimits.batchRows))
        let batch = try store.changes(in: project, lane: lane, notIn: share.sent, atMost: bounds)
        guard let batch, !batch.runs.isEmpty else {
          shares[project]?.pending.remove(lane)
          continue
        }
        send(batch, at: now, outputs: &outputs)
        return
      }
    }
  }

  private mutating func send(
    _ batch: ChangeBatch, at now: Instant, outputs: inout [SessionOutput]
  ) {
    let project = batch.project
    // Capture makes no such change; a log of an earlier version may have one.
    guard batch.byteCount <= Limits.changeBytes else {
      for run in batch.runs {
        let origin = Origin(replica: run.replica, lane: batch.lane)
        shares[project]?.exclude(origin)
        shares[project]?.unsendable.insert(origin)
        outputs.append(.event(.tooLarge(project, origin, bytes: batch.byteCount)))
      }
      return
    }
    guard let number = outgoing.number(for: batch, at: now) else { return }
    for run in batch.runs {
      let last = run.firstSequence + UInt64(run.changes.count) - 1
      shares[project]?.sent.advance(
        Origin(replica: run.replica, lane: batch.lane),
        to: ChainPosition(sequence: last, hash: .zero))
    }
    shares[project]?.proof = .unproven
    outputs.append(.send(.batch(Batch(number: number, changes: batch))))
  }

  mutating func receive(
    _ acknowledgement: Acknowledgement, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard let sent = outgoing.acknowledge(acknowledgement.number, at: now),
      sent.project == acknowledgement.project
    else { return .violation(.unknownBatch(acknowledgement.number)) }
    let project = sent.project
    var durable: [Origin: ChainPosition] = [:]
    var differing: Origin?
    for (origin, position) in acknowledgement.positions.sorted(by: { $0.key < $1.key }) {
      guard
        try confirm(position, of: origin, in: project, store: store, outputs: &outputs)
      else {
        differing = differing ?? origin
        continue
      }
      shares[project]?.acknowledged.advance(origin, to: position)
      durable[origin] = position
    }
    if !durable.isEmpty {
      try store.acknowledge(durable, in: project, by: peer.replica, at: now)
    }
    outputs.append(.event(.acknowledged(acknowledgement)))
    if acknowledgement.refused > 0 {
      let changes = Int(acknowledgement.refused)
      outputs.append(.event(.refused(project, changes: changes, words: acknowledgement.refusal)))
    }
    guard let differing else { return nil }
    return try differs(differing, in: project, at: now, store: &store, outputs: &outputs)
  }
}
