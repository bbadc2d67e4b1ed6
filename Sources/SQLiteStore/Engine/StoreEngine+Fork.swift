import GRDB
import SyncCore
import SyncWire

/// Changes leave the log only here: when this store turns out to be an older copy of another, and
/// when a part of somebody else's chain is fetched anew.
extension StoreEngine {
  /// Takes a new identity. Own changes behind the points come back under it, in their order, with
  /// everything but their dots as it was.
  func fork(at points: ForkPoints, as current: ReplicaID) throws -> Fork {
    let former = replica
    var moved: [(project: Int64, entries: [(dot: Dot, entry: ChangeLog.Entry)])] = []
    for project in points.projects {
      guard let projectRef = origins.projectRefs[project] else { continue }
      var entries: [(dot: Dot, entry: ChangeLog.Entry)] = []
      for lane in Lane.allCases {
        let origin = Origin(replica: former, lane: lane)
        guard let point = points[project, lane],
          let ref = origins.knownRef(of: origin, inProjectRef: projectRef)
        else { continue }
        let gone = try entriesBehind(point, ofRef: ref)
        entries += gone.map { (Dot(replica: former, lane: lane, sequence: $0.sequence), $0) }
        try truncate(ref: ref, gone, after: point)
      }
      entries.sort { $0.entry.position < $1.entry.position }
      moved.append((projectRef, entries))
    }
    replica = current
    erasing.mayOweReceipts = true
    try StoreIdentity.save("replica", current.description, to: database)
    try StoreIdentity.remove("token", from: database)
    // The tokens that were given since the copy was made are not known here: any is good again.
    try database.execute(sql: "UPDATE sync_replicas SET presented = NULL, issued = x''")
    var fork = Fork(former: former, current: current, reissued: 0)
    for (project, entries) in moved {
      try reissue(entries, in: project)
      fork.reissued += entries.count
    }
    try database.execute(
      sql: "INSERT INTO sync_forks (at, former, current, reissued) VALUES (?, ?, ?, ?)",
      arguments: [
        now.wallMilliseconds, former.description, current.description, fork.reissued,
      ])
    return fork
  }

  /// Takes what an origin wrote behind `sequence` off the log. What this store wrote under a former name
  /// comes back under its own.
  func truncate(
    _ origin: Origin, after sequence: UInt64, project: Int64, isOwn: Bool
  ) throws {
    guard let ref = origins.knownRef(of: origin, inProjectRef: project) else { return }
    let gone = try entriesBehind(sequence, ofRef: ref)
    try truncate(ref: ref, gone, after: sequence)
    guard isOwn else { return }
    try reissue(
      gone.map { (Dot(replica: origin.replica, lane: origin.lane, sequence: $0.sequence), $0) },
      in: project)
  }

  private func entriesBehind(_ sequence: UInt64, ofRef ref: Int64) throws -> [ChangeLog.Entry] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT position, sequence, previous, bytes, personal, stored_at FROM sync_log
        WHERE origin = ? AND sequence > ? ORDER BY sequence
        """, arguments: [ref, Int64(clamping: sequence)])
    return rows.map { row in
      ChangeLog.Entry(
        position: row[0], origin: ref, sequence: UInt64(row[1] as Int64), previous: row[2],
        change: EncodedChange(
          bytes: [UInt8](row[3] as DatabaseBytes),
          personal: (row[4] as DatabaseBytes?).map { [UInt8]($0) } ?? []),
        storedAt: row[5])
    }
  }

  private func truncate(ref: Int64, _ gone: [ChangeLog.Entry], after sequence: UInt64) throws {
    guard !gone.isEmpty else { return }
    let positions = Set(gone.map(\.position))
    var seen: Set<String> = []
    for entry in gone {
      guard let change = try history.decode(entry, origins: origins),
        try !parked.isUndecodable(origin: ref, sequence: entry.sequence),
        seen.insert("\(change.kind) \(change.record)").inserted,
        let record = try storedRecord(change.record, kind: change.kind)
      else { continue }
      try rebuild(record) { positions.contains($0.position) }
    }
    history.forget()
    try database.execute(sql: "UPDATE sync_gate SET truncating = 1 WHERE id = 1")
    for table in ["sync_log", "sync_parked", "sync_acknowledged"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE origin = ? AND sequence > ?",
        arguments: [ref, Int64(clamping: sequence)])
    }
    try database.execute(sql: "UPDATE sync_gate SET truncating = 0 WHERE id = 1")
    let hash = try sequence == 0 ? nil : log.hash(origin: ref, sequence: sequence)
    try origins.rewind(
      ref: ref,
      to: ChainPosition(
        sequence: sequence, hash: hash.flatMap { UniqueID(bytes: $0) }.map(Digest128.init) ?? .zero)
    )
  }

  /// Merges a record's history again without some of it, and leaves it to be projected whole.
  func rebuild(_ record: WorkingRecord, without isGone: (ChangeLog.Entry) -> Bool) throws {
    record.mergeCreation()
    var kept: [(entry: ChangeLog.Entry, change: Change)] = []
    try history.walk(from: record.head, origins: origins) { entry, change in
      if !isGone(entry) { kept.append((entry, change)) }
      return true
    }
    for (index, (entry, _)) in kept.enumerated() {
      let previous = index + 1 < kept.count ? kept[index + 1].entry.position : 0
      if entry.previous ?? 0 != previous { try log.link(entry.position, after: previous) }
    }
    guard let head = kept.first?.entry.position else { return try vanish(record) }
    record.head = head
    var state = RecordState()
    var merged: Set<Dot> = []
    let voids = voids(inProjectRef: record.project)
    for (_, change) in kept.reversed() {
      if !voids.contains(change.dot) {
        try state.merge(seen(change, project: record.project)) {
          merged.contains($0) || voids.contains($0)
        }
      }
      merged.insert(change.dot)
    }
    // What nobody wrote any more is in no projection: its conflict ends here.
    for cell in record.state.keys where state[cell] == nil {
      try conflicts.end(cell, of: record, at: now.wallMilliseconds)
    }
    record.state = state
    record.needsFullProjection = true
    record.dirty.insertAll()
  }

  /// Nothing is left of a record.
  private func vanish(_ record: WorkingRecord) throws {
    if let kind = record.kind, record.flags.contains(.isShown) {
      let project = try origins.project(ofRef: record.project)
      try projector.rows.delete(record, kind: kind, project: project)
    }
    try database.execute(
      sql: "DELETE FROM sync_conflicts WHERE record = ?", arguments: [record.id.description])
    try database.execute(
      sql: "DELETE FROM sync_records WHERE record = ? AND kind = ?",
      arguments: [DatabaseBytes(record.id.rawValue.bytes), record.kindName])
    forget(record)
  }

  private func reissue(
    _ entries: [(dot: Dot, entry: ChangeLog.Entry)], in project: Int64
  ) throws {
    var names: [Dot: Dot] = [:]
    let vector = origins.vector(ofProjectRef: project)
    for lane in Lane.allCases {
      var last = vector.sequence(of: Origin(replica: replica, lane: lane))
      for (dot, _) in entries where dot.lane == lane {
        last += 1
        names[dot] = Dot(replica: replica, lane: lane, sequence: last)
      }
    }
    for (dot, entry) in entries {
      guard let name = names[dot] else { continue }
      let projectID = try origins.project(ofRef: project)
      if let change = decoded(entry.change, project: projectID, dot: dot) {
        let record = try record(
          change.record, kind: change.kind, project: project, naturalKey: change.naturalKey)
        try append(change.renaming(names, as: name), to: record)
      } else {
        try keep(entry.change, as: name, project: project)
      }
    }
  }

  /// `nil` where this software can not read it.
  private func decoded(
    _ encoded: EncodedChange, project: ProjectID, dot: Dot
  ) -> Change? {
    do {
      let change = try ChangeCodec.decode(encoded, project: project, dot: dot)
      return schema.objection(to: change) == nil ? change : nil
    } catch {
      return nil
    }
  }

  /// Bytes that mean nothing here go on as they are, parked.
  private func keep(_ encoded: EncodedChange, as dot: Dot, project: Int64) throws {
    let encoded = erasing.of(project).erasing(encoded)
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    let ref = try origins.makeRef(of: origin, inProjectRef: project, in: database)
    let last = origins.vector(ofProjectRef: project)[origin]
    let hash = ChainHash.next(after: last?.hash ?? .zero, dot: dot, bytes: encoded.bytes)
    _ = try log.append(
      encoded, origin: ref, sequence: dot.sequence, previous: nil, hash: hash,
      at: now.wallMilliseconds)
    try origins.advance(ref: ref, to: ChainPosition(sequence: dot.sequence, hash: hash))
    try parked.add(
      origin: ref, sequence: dot.sequence, reason: .undecodable,
      detail: "written by another version of this machine's software", at: now.wallMilliseconds)
  }
}
