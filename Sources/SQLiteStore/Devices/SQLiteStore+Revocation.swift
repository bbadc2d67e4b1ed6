import GRDB
import SyncCore
import SyncWire

/// Taking back what a device wrote, as records that merge like any others.
extension SQLiteStore {
  /// Says that a replica's changes count up to these, lane by lane. A lane that is not named keeps what
  /// was said of it; where nothing was, it counts as far as it is here.
  ///
  /// A machine that was told to make a key of its own, and comes with that, goes on under another name: what
  /// it brought under this one would count no more.
  public func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    reason: String?, at now: Instant
  ) throws {
    if var ledger = try ledger(of: replica), ledger.mustRenewKey {
      ledger.supersede(with: SessionToken(rawValue: UniqueID.random()))
      try save(ledger, at: now)
    }
    let record = RecordID.derived(
      project: project, kind: "revocation", naturalKey: [.text(replica.description)])
    let isKnown = try onConnection { database, _ in
      try Bool.fetchOne(
        database,
        sql: "SELECT EXISTS (SELECT 1 FROM revocations WHERE project = ? AND replica = ?)",
        arguments: [project.description, replica.description]) ?? false
    }
    let vector = try vector(of: project)
    var fields: [String: JSONValue] = [:]
    for (lane, name) in Self.revocationFields {
      let here = vector.sequence(of: Origin(replica: replica, lane: lane))
      guard let end = ends[lane] ?? (isKnown ? nil : here) else { continue }
      fields[name] = .integer(Int64(clamping: end))
    }
    if let reason { fields["reason"] = .text(reason) }
    if !isKnown {
      var columns = fields
      columns["replica"] = .text(replica.description)
      _ = try add("revocation", fields: columns, project: project, at: now)
      // One that was removed comes back with what it said: the stricter of both stands until who saw it
      // says otherwise.
      let isStricter = try ends.contains { lane, end in
        try lastStanding(of: Origin(replica: replica, lane: lane), in: project) ?? end < end
      }
      guard isStricter || ends.count < Lane.allCases.count else { return }
    }
    _ = try set("revocation", id: record.description, RecordEdit(fields: fields), at: now)
  }

  private static let revocationFields: [(Lane, String)] = [
    (.rights, "last_rights"), (.records, "last_record"), (.activity, "last_activity"),
  ]

  /// The last change of an origin that is stamped before a moment; 0 where there is none. Cost: by the
  /// changes after it.
  public func lastChange(
    of origin: Origin, in project: ProjectID, before milliseconds: Int64
  ) throws -> UInt64 {
    try onConnection { _, engine in
      let projectRef = try engine.origins.ref(of: project)
      guard let ref = engine.origins.knownRef(of: origin, inProjectRef: projectRef) else {
        return 0
      }
      var sequence = engine.origins.vector(ofProjectRef: projectRef).sequence(of: origin)
      while sequence > 0 {
        guard let entry = try engine.log.entry(origin: ref, sequence: sequence) else { break }
        let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: sequence)
        do {
          let change = try ChangeCodec.decode(entry.change, project: project, dot: dot)
          if change.hlc.milliseconds < milliseconds { break }
        } catch let error as WireError {
          // What can not be read goes with what came after it.
          _ = error
        }
        sequence -= 1
      }
      return sequence
    }
  }

  /// How far a replica's changes of a project count; `nil` where nothing of it is taken back.
  public func lastStanding(of origin: Origin, in project: ProjectID) throws -> UInt64? {
    try onConnection { _, engine in
      engine.voids(inProjectRef: try engine.origins.ref(of: project)).lastStanding[origin]
    }
  }

  /// Makes the next hello of the device's replicas one of an older copy: a machine that was shut out and is
  /// let in again goes on under a new name, because its old one stays revoked.
  public func supersede(device key: String, at now: Instant) throws {
    for ledger in try ledgers(ofDevice: key) {
      try save(
        PeerLedger(
          replica: ledger.replica, device: key,
          presented: SessionToken(rawValue: UniqueID.random())), at: now)
    }
  }

  /// Participants of these projects: whose data a machine that has them carries.
  public func participants(in projects: [ProjectID]) throws -> Int {
    try onConnection { database, _ in
      try projects.reduce(0) { sum, project in
        sum
          + (try Int.fetchOne(
            database, sql: "SELECT count(*) FROM participants WHERE project = ?",
            arguments: [project.description]) ?? 0)
      }
    }
  }
}
