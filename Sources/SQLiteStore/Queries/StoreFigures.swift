import Foundation
import GRDB
import SyncCore

/// How the store stands, in numbers.
public struct StoreFigures: Hashable, Sendable {
  /// Writes that are in the store and no change yet, and those that can not become one.
  public var outboxWaiting: Int
  public var outboxFailed: Int
  /// Changes in the log, of every origin.
  public var changes: Int
  public var openConflicts: Int
  public var settledConflicts: Int
  public var parked: Int
  /// Bytes of the database file, its write-ahead log and the index of that.
  public var storeBytes: Int64
  /// When the oldest own change or write was stored that is not acknowledged, in milliseconds since
  /// 1970; `nil` where all are.
  public var oldestUnacknowledgedAt: Int64?
}

extension StoreReader {
  /// The figures, where `acknowledged` is what the other side has committed of each project.
  ///
  /// Cost: by the rows of the outbox, the conflicts and the parked changes, never by the log.
  public func figures(acknowledged: [ProjectID: ProjectVector]) throws -> StoreFigures {
    try read("reading the store's figures") { view in
      try view.figures(acknowledged: acknowledged, path: path)
    }
  }
}

extension StoreView {
  func figures(
    acknowledged: [ProjectID: ProjectVector], path: String
  ) throws -> StoreFigures {
    func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
    return StoreFigures(
      outboxWaiting: try count("SELECT count(*) FROM sync_outbox WHERE failure IS NULL"),
      outboxFailed: try count("SELECT count(*) FROM sync_outbox WHERE failure IS NOT NULL"),
      // Positions have no gaps.
      changes: try count("SELECT max(position) FROM sync_log"),
      openConflicts: try count("SELECT count(*) FROM sync_conflicts WHERE status = 'open'"),
      settledConflicts: try count("SELECT count(*) FROM sync_conflicts WHERE status = 'settled'"),
      parked: try count("SELECT count(*) FROM sync_parked p WHERE \(isNotTakenBack)"),
      storeBytes: Self.bytes(of: path),
      oldestUnacknowledgedAt: try oldestUnacknowledged(acknowledged))
  }

  private static func bytes(of path: String) -> Int64 {
    ["", "-wal", "-shm"].reduce(0) { sum, suffix in
      do {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
        return sum + ((attributes[.size] as? NSNumber)?.int64Value ?? 0)
      } catch {
        // A store that nobody has open has no log beside it.
        return sum
      }
    }
  }

  func oldestUnacknowledged(_ acknowledged: [ProjectID: ProjectVector]) throws -> Int64? {
    var times: [Int64] = []
    let written = try Int64.fetchOne(
      database, sql: "SELECT min(written_at) FROM sync_outbox WHERE failure IS NULL")
    if let written { times.append(written) }
    guard let replica = try ownReplica() else { return times.min() }
    for project in origins.projects {
      let projectRef = try origins.ref(of: project)
      let own = origins.vector(ofProjectRef: projectRef)
      for lane in Lane.allCases {
        let origin = Origin(replica: replica, lane: lane)
        let next = (acknowledged[project]?.sequence(of: origin) ?? 0) + 1
        guard next <= own.sequence(of: origin),
          let ref = origins.knownRef(of: origin, inProjectRef: projectRef),
          let entry = try log.entry(origin: ref, sequence: next)
        else { continue }
        times.append(entry.storedAt)
      }
    }
    return times.min()
  }

  private func ownReplica() throws -> ReplicaID? {
    try String.fetchOne(database, sql: "SELECT value FROM sync_store WHERE name = 'replica'")
      .flatMap { ReplicaID($0) }
  }
}
