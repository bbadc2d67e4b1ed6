import GRDB
import SyncCore
import SyncWire

extension StoreEngine {
  /// Merges one batch. What this replica already has is a duplicate; a run that would leave a gap is
  /// a violation and moves nothing.
  func apply(_ batch: ChangeBatch, into applied: inout Applied) throws {
    let project = try origins.ref(of: batch.project)
    for run in batch.runs {
      let origin = Origin(replica: run.replica, lane: batch.lane)
      let ref = try origins.makeRef(of: origin, inProjectRef: project, in: database)
      var position =
        origins.vector(ofProjectRef: project)[origin] ?? ChainPosition(sequence: 0, hash: .zero)
      guard run.firstSequence <= position.sequence + 1 else {
        applied.violations.append(
          .gap(origin, expected: position.sequence + 1, found: run.firstSequence))
        continue
      }
      for (offset, change) in run.changes.enumerated() {
        let sequence = run.firstSequence + UInt64(offset)
        guard sequence > position.sequence else {
          applied.duplicates += 1
          continue
        }
        let dot = Dot(replica: run.replica, lane: batch.lane, sequence: sequence)
        let hash = ChainHash.next(after: position.hash, dot: dot, bytes: change.bytes)
        position = ChainPosition(sequence: sequence, hash: hash)
        runInHand = (origin, sequence)
        try receive(
          change, dot: dot, project: batch.project, projectRef: project, originRef: ref, hash: hash,
          into: &applied)
      }
      runInHand = nil
      try origins.advance(ref: ref, to: position)
      applied.positions[origin] = position
    }
  }

  private func receive(
    _ received: EncodedChange, dot: Dot, project: ProjectID, projectRef: Int64, originRef: Int64,
    hash: Digest128, into applied: inout Applied
  ) throws {
    let encoded = erasing.of(projectRef).erasing(received)
    let place = PlainRecords.Place(
      dot: dot, originRef: originRef, project: project, projectRef: projectRef,
      position: log.lastPosition + 1)
    if try makePlain(encoded, at: place) {
      _ = try log.append(
        encoded, origin: originRef, sequence: dot.sequence, previous: nil, hash: hash,
        at: now.wallMilliseconds)
      applied.accepted += 1
      return
    }
    let change: Change
    do {
      change = try ChangeCodec.decode(encoded, project: project, dot: dot)
    } catch {
      return try park(
        encoded, dot, originRef, hash, reason: .undecodable, detail: String(describing: error),
        into: &applied)
    }
    if let objection = schema.objection(to: change) {
      return try park(
        encoded, dot, originRef, hash, reason: .undecodable, detail: objection, into: &applied)
    }
    let record = try record(
      change.record, kind: change.kind, project: projectRef, naturalKey: change.naturalKey)
    let position = try log.append(
      encoded, origin: originRef, sequence: dot.sequence,
      previous: record.head == 0 ? nil : record.head, hash: hash, at: now.wallMilliseconds)
    try merge(change, into: record, position: position)
    if record.creation == nil, let (reason, detail) = unusable(change, kind: record.kind) {
      try parked.add(
        origin: originRef, sequence: dot.sequence, reason: reason, detail: detail,
        at: now.wallMilliseconds)
      applied.exceptions.append(Applied.Exception(dot: dot, verdict: .parked(reason)))
    } else {
      applied.accepted += 1
    }
  }

  /// Makes the record of a plain change (``PlainRecords``); `false` where the change has to be
  /// decoded and merged.
  private func makePlain(_ encoded: EncodedChange, at place: PlainRecords.Place) throws -> Bool {
    guard takesPlainChanges, !voids(inProjectRef: place.projectRef).contains(place.dot),
      let (record, layout) = try plain.read(encoded, lane: place.dot.lane),
      !isWorking(on: record, kind: layout.kind.name),
      !erasing.of(place.projectRef).contains(record, kind: layout.kind.name)
    else { return false }
    return try plain.make(from: encoded.bytes, at: place)
  }

  private func park(
    _ encoded: EncodedChange, _ dot: Dot, _ origin: Int64, _ hash: Digest128, reason: ParkReason,
    detail: String, into applied: inout Applied
  ) throws {
    _ = try log.append(
      encoded, origin: origin, sequence: dot.sequence, previous: nil, hash: hash,
      at: now.wallMilliseconds)
    try parked.add(
      origin: origin, sequence: dot.sequence, reason: reason, detail: detail,
      at: now.wallMilliseconds)
    applied.exceptions.append(Applied.Exception(dot: dot, verdict: .parked(reason)))
  }

  /// Why this software merges the change and can not show it, or not all of it.
  func unusable(_ change: Change, kind: KindDeclaration?) -> (ParkReason, String)? {
    guard let kind else { return (.unknownKind, change.kind) }
    let unknown = change.operations.lazy.map(\.cell)
      .first { $0 != .deletion && kind.field(named: $0.field) == nil }
    return unknown.map { (.unknownField, $0.field) }
  }
}

extension StoreEngine {
  /// Turns what projecting a record came to into verdicts on the batch's last change of it.
  func note(
    _ record: WorkingRecord, _ outcome: Projector.Outcome, of batch: ChangeBatch,
    in applied: inout Applied
  ) throws {
    guard let dot = record.lastDot, dot.replica != replica else { return }
    if outcome.newlyOpen > 0 {
      applied.accepted -= 1
      applied.exceptions.append(Applied.Exception(dot: dot, verdict: .conflict))
    }
    if !outcome.unfitting.isEmpty {
      let origin = Origin(replica: dot.replica, lane: dot.lane)
      try parked.add(
        origin: try origins.ref(of: origin, inProjectRef: record.project),
        sequence: dot.sequence, reason: .projectionFailed,
        detail: outcome.unfitting.joined(separator: ", "), at: now.wallMilliseconds)
      applied.accepted -= 1
      applied.exceptions.append(
        Applied.Exception(dot: dot, verdict: .parked(.projectionFailed)))
    }
  }
}
