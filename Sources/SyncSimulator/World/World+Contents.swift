import SyncCore

/// What stores hold, read as a peer would read it.
extension World {
  /// Every change in a store, with its dot, lane by lane in the order of the log.
  func contents(
    of store: any SimulatedStore, in project: ProjectID
  ) throws -> [(dot: Dot, encoded: EncodedChange)] {
    guard try store.projects.contains(project) else { return [] }
    var found: [(dot: Dot, encoded: EncodedChange)] = []
    for lane in Lane.allCases {
      let all = try store.changes(
        in: project, lane: lane, notIn: ProjectVector(),
        atMost: BatchBounds(bytes: .max, rows: .max))
      for run in all?.runs ?? [] {
        for (offset, encoded) in run.changes.enumerated() {
          let sequence = run.firstSequence + UInt64(offset)
          found.append((Dot(replica: run.replica, lane: lane, sequence: sequence), encoded))
        }
      }
    }
    return found
  }

  /// What the online side holds, as it stands in the ledger; what nobody wrote is left out.
  func online(_ project: ProjectID) throws -> [(dot: Dot, entry: Ledger.Entry)] {
    if let known = onlineContents[project] { return known }
    let found = try contents(of: hubDisk.base, in: project).compactMap { dot, encoded in
      ledger.entry(of: dot, encoded, in: project).map { (dot: dot, entry: $0) }
    }
    // Only at the end nothing changes any more.
    if isDrained { onlineContents[project] = found }
    return found
  }
}

/// A change without its place: what stays of it when it gets another.
struct Contents: Hashable {
  private let change: Change?
  private let bytes: [UInt8]

  /// Personal values are left out: they may be erased, and the name under which a change comes back
  /// must not matter.
  init(_ entry: Ledger.Entry, schema: Schema) {
    let kind = entry.change.flatMap { schema[$0.kind] }
    guard
      var change = kind.map({ kind in entry.change?.withoutPersonalValues(of: kind) })
        ?? entry.change
    else {
      change = nil
      bytes = entry.encoded.bytes
      return
    }
    change.dot = Dot(
      replica: ReplicaID(rawValue: UniqueID(high: 0, low: 0)), lane: change.dot.lane, sequence: 0)
    for index in change.operations.indices {
      change.operations[index].replaces = []
      for place in change.operations[index].values.indices {
        change.operations[index].values[place].restores = nil
      }
    }
    self.change = change
    bytes = []
  }
}
