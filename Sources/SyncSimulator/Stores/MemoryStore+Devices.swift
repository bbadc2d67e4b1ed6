import SyncCore

/// What an online side keeps of devices: invitations, and what those handed over that are shut out.
extension MemoryStore {
  struct Held {
    var device: String
    var project: ProjectID
    var dot: Dot
    var change: EncodedChange
  }

  struct Invitation {
    var expiresAt: Int64
    /// The device that used it.
    var usedBy: String?
  }

  public mutating func hold(
    _ batch: ChangeBatch, from device: String, at now: Instant
  ) throws {
    let log = requiredLog(of: batch.project)
    let known = Set(
      heldChanges.filter { $0.device == device && $0.project == batch.project }.map(\.dot))
    for run in batch.runs {
      for (offset, sent) in run.changes.enumerated() {
        let dot = Dot(
          replica: run.replica, lane: batch.lane, sequence: run.firstSequence + UInt64(offset))
        guard log[dot] == nil, !known.contains(dot) else { continue }
        heldChanges.append(
          Held(
            device: device, project: batch.project, dot: dot, change: log.erased.erasing(sent)))
      }
    }
  }

  private func heldInOrder(of device: String) -> [Held] {
    heldChanges.filter { $0.device == device }.enumerated().sorted { left, right in
      (left.element.project, left.element.dot.lane.rawValue, left.offset)
        < (right.element.project, right.element.dot.lane.rawValue, right.offset)
    }.map(\.element)
  }

  private func writtenAt(_ held: Held) -> Int64? {
    decode(held.change, in: held.project, at: held.dot)?.hlc.milliseconds
  }

  public func held(
    of device: String
  ) throws -> [(project: ProjectID, dot: Dot, writtenAt: Int64?)] {
    heldInOrder(of: device).map { ($0.project, $0.dot, writtenAt($0)) }
  }

  public mutating func release(
    of device: String, until milliseconds: Int64, at now: Instant
  ) throws -> Int {
    var isEnded: [ProjectID: Set<Origin>] = [:]
    var wanted: [ProjectID: [Held]] = [:]
    for held in heldInOrder(of: device) {
      let origin = Origin(replica: held.dot.replica, lane: held.dot.lane)
      guard isEnded[held.project]?.contains(origin) != true,
        writtenAt(held) ?? .max <= milliseconds
      else {
        isEnded[held.project, default: []].insert(origin)
        continue
      }
      wanted[held.project, default: []].append(held)
    }
    var released = 0
    for (project, changes) in wanted.sorted(by: { $0.key < $1.key }) {
      var ends: [ReplicaID: [Lane: UInt64]] = [:]
      for held in changes {
        ends[held.dot.replica, default: [:]][held.dot.lane] = held.dot.sequence
      }
      for (replica, ends) in ends.sorted(by: { $0.key < $1.key }) {
        try revoke(replica, in: project, lastStanding: ends, at: now)
      }
      for held in changes {
        let run = ChangeRun(
          replica: held.dot.replica, firstSequence: held.dot.sequence, changes: [held.change])
        let applied = try apply(
          ChangeBatch(project: project, lane: held.dot.lane, runs: [run]), at: now)
        if applied.violations.isEmpty { released += 1 }
      }
      let log = requiredLog(of: project)
      heldChanges.removeAll {
        $0.device == device && $0.project == project && log[$0.dot] != nil
      }
    }
    return released
  }

  public mutating func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    at now: Instant
  ) throws {
    if var ledger = try ledger(of: replica), ledger.mustRenewKey {
      ledger.supersede(with: SessionToken(rawValue: random.uniqueID()))
      try save(ledger, at: now)
    }
    let log = requiredLog(of: project)
    guard let kind = schema.kinds.first(where: { $0.role == .revocation }) else {
      throw DeedRefused("there is no such table")
    }
    let key: [Value] = [.text(replica.description)]
    let id = RecordID.derived(project: project, kind: kind.name, naturalKey: key)
    let isKnown = log.records[id] != nil
    var cells: [CellKey: Value] = [:]
    for (lane, field) in zip(Lane.allCases, Voids.endFields) {
      let here = log.vector.sequence(of: Origin(replica: replica, lane: lane))
      guard let end = ends[lane] ?? (isKnown ? nil : here) else { continue }
      cells[CellKey(field)] = .integer(Int64(clamping: end))
    }
    if !isKnown {
      cells[CellKey("created_at")] = .integer(now.wallMilliseconds)
      cells[CellKey("channel")] = .text(side.name)
    }
    try write(kind.name, id, cells, in: project, naturalKey: key, at: now)
  }

  public func lastStanding(of origin: Origin, in project: ProjectID) throws -> UInt64? {
    logs[project]?.voids.lastStanding[origin]
  }

  public mutating func supersede(device: String, at now: Instant) throws {
    for ledger in ledgers where ledger.device == device {
      let never = SessionToken(rawValue: random.uniqueID())
      try save(
        PeerLedger(replica: ledger.replica, device: device, presented: never), at: now)
    }
  }

  public mutating func invite(
    secret: [UInt8], expiresAt milliseconds: Int64, at now: Instant
  ) throws {
    invitations[secret] = Invitation(expiresAt: milliseconds)
  }

  public mutating func redeem(
    secret: [UInt8], by device: String, calling name: String, at now: Instant
  ) throws -> String? {
    guard let invitation = invitations[secret] else { return "not of this online side" }
    if let user = invitation.usedBy { return user == device ? nil : "used already" }
    guard invitation.expiresAt > now.wallMilliseconds else { return "expired" }
    invitations[secret]?.usedBy = device
    return nil
  }

  /// What is held loses the values of whoever is erased.
  mutating func eraseHeld(in project: ProjectID) {
    guard !heldChanges.isEmpty, let erased = logs[project]?.erased, !erased.isEmpty else { return }
    for index in heldChanges.indices where heldChanges[index].project == project {
      heldChanges[index].change = erased.erasing(heldChanges[index].change)
    }
  }
}
