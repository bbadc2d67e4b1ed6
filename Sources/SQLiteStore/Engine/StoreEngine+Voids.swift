import GRDB
import SyncCore

/// Changes that the organisation took back, and gave back again: the records that they touched are
/// merged anew without them, or with them.
extension StoreEngine {
  /// What is void in a project. Cost: from memory.
  func voids(inProjectRef project: Int64) -> Voids { voidsByProject[project] ?? Voids() }

  /// Reads what is void anew after records that say so were written, and merges anew what that
  /// touches; the records that have to be projected again.
  func applyVoids() throws -> [WorkingRecord] {
    var touched: [WorkingRecord] = []
    let fresh = try Self.loadVoids(database, schema: schema, origins: origins)
    let doubts = doubtful
    doubtful = [:]
    for project in Set(fresh.keys).union(voidsByProject.keys).union(doubts.keys).sorted() {
      let (before, after) = (voids(inProjectRef: project), fresh[project] ?? Voids())
      voidsByProject[project] = after
      let changed = try changed(from: before, to: after, project: project)
      for dot in Set(changed).union(doubts[project] ?? []).sorted() {
        guard let change = try history.change(dot, project: project, origins: origins),
          let record = try storedRecord(change.record, kind: change.kind),
          !touched.contains(where: { $0 === record })
        else { continue }
        try rebuild(record) { _ in false }
        touched.append(record)
      }
    }
    return touched
  }

  /// The changes here that are void in one and not in the other, sorted.
  private func changed(from before: Voids, to after: Voids, project: Int64) throws -> [Dot] {
    var dots = before.dots.symmetricDifference(after.dots)
    let vector = origins.vector(ofProjectRef: project)
    for origin in Set(before.lastStanding.keys).union(after.lastStanding.keys) {
      let ends = [before, after].map { $0.lastStanding[origin] ?? .max }
      let (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
      var sequence = low
      while sequence < min(high, vector.sequence(of: origin)) {
        sequence += 1
        dots.insert(Dot(replica: origin.replica, lane: origin.lane, sequence: sequence))
      }
    }
    return dots.filter { vector.covers($0) && before.contains($0) != after.contains($0) }.sorted()
  }

  /// From the tables that people read: what is shown there is what counts.
  static func loadVoids(
    _ database: Database, schema: Schema, origins: Origins
  ) throws -> [Int64: Voids] {
    var voids: [Int64: Voids] = [:]
    for kind in schema.kinds {
      let table = Columns.quoted(kind.table)
      switch kind.role {
      case .record, .consent, .erasure, .receipt: continue
      case .void:
        let rows = try Row.fetchAll(
          database,
          sql: "SELECT project, replica, lane, sequence FROM \(table) WHERE state IS NOT 'released'"
        )
        for row in rows {
          guard let project = Self.project(row[0], origins),
            let replica = ReplicaID(row[1] as String),
            let lane = Lane(rawValue: UInt8(clamping: row[2] as Int64)), row[3] as Int64 > 0
          else { continue }
          voids[project, default: Voids()].void(
            Dot(replica: replica, lane: lane, sequence: UInt64(row[3] as Int64)))
        }
      case .revocation:
        let rows = try Row.fetchAll(
          database,
          sql: """
            SELECT project, replica, last_rights, last_record, last_activity FROM \(table)
            """)
        for row in rows {
          guard let project = Self.project(row[0], origins),
            let replica = ReplicaID(row[1] as String)
          else { continue }
          for (index, lane) in Lane.allCases.enumerated() {
            let last = row[index + 2] as Int64? ?? 0
            voids[project, default: Voids()].revoke(
              Origin(replica: replica, lane: lane), after: UInt64(max(last, 0)))
          }
        }
      }
    }
    return voids
  }

  /// The changes that rows of the outbox name. Such a row has stood in its table since somebody wrote
  /// it, so that the tables no longer say what was void before.
  static func loadDoubtful(
    _ database: Database, schema: Schema, origins: Origins
  ) throws -> [Int64: Set<Dot>] {
    var doubtful: [Int64: Set<Dot>] = [:]
    for kind in schema.kinds where kind.role.isOnlineOnly {
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT json_extract(row, '$.project'), json_extract(row, '$.replica'),
            json_extract(row, '$.lane'), json_extract(row, '$.sequence')
          FROM (SELECT coalesce(new, old) AS row FROM sync_outbox WHERE kind = ?)
          """, arguments: [kind.name])
      for row in rows {
        guard let project = Self.project(row[0], origins),
          let replica = (row[1] as String?).flatMap({ ReplicaID($0) })
        else { continue }
        let vector = origins.vector(ofProjectRef: project)
        for lane in Lane.allCases where row[2] as Int64? ?? Int64(lane.rawValue) == lane.rawValue {
          let last = vector.sequence(of: Origin(replica: replica, lane: lane))
          let named = (row[3] as Int64?).map { UInt64(clamping: $0) }
          for sequence in stride(from: named ?? 1, through: min(named ?? last, last), by: 1) {
            doubtful[project, default: []].insert(
              Dot(replica: replica, lane: lane, sequence: sequence))
          }
        }
      }
    }
    return doubtful
  }

  private static func project(_ text: String?, _ origins: Origins) -> Int64? {
    text.flatMap { ProjectID($0) }.flatMap { origins.projectRefs[$0] }
  }

  /// The change as it is merged beside void ones.
  func seen(_ change: Change, project: Int64) throws -> Change {
    try history.seen(change, project: project, origins: origins)
  }
}
