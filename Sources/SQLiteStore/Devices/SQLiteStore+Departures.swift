import GRDB
import SyncCore

/// What went with a project that was left.
public struct ProjectRemoval: Hashable, Sendable {
  /// The receipt, with the number of changes.
  public var departure: Departure
  /// Writes through SQL that were no change yet, or could be none.
  public var writes: Int
}

/// A project was written to after both sides were compared: nothing is removed.
public struct ProjectMoved: Error, Hashable, Sendable {
  /// Writes through SQL that are no change.
  public var writes: Int
}

/// Projects that were left: on a laptop its own, on the online side what laptops said.
extension SQLiteStore {
  /// The laptop's own receipts stand under no device.
  private static let own = ""

  /// What this laptop left and the online side does not know yet.
  public func untoldDepartures() throws -> [Departure] {
    try departures(of: Self.own, where: "settled = 0")
  }

  /// The online side knows.
  public func settleOwnDepartures(at now: Instant) throws {
    guard try !untoldDepartures().isEmpty else { return }
    try settleDepartures(of: Self.own, from: nil, at: now)
  }

  /// Every receipt of a device.
  public func departures(of device: String) throws -> [Departure] {
    try departures(of: device, where: "1")
  }

  /// The projects that a device left and was not granted again.
  public func departed() throws -> [String: Set<ProjectID>] {
    try onConnection { database, _ in
      var departed: [String: Set<ProjectID>] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT device, project FROM sync_departures WHERE settled = 0")
      {
        guard let project = ProjectID(row[1] as String) else { continue }
        departed[row[0], default: []].insert(project)
      }
      return departed
    }
  }

  /// The device gets these projects again; `nil` is all.
  public func settleDepartures(
    of device: String, from projects: Set<ProjectID>?, at now: Instant
  ) throws {
    let left = try departures(of: device, where: "settled = 0").map(\.project)
    let again = left.filter { projects?.contains($0) ?? true }
    guard !again.isEmpty else { return }
    try write(at: now) { engine in
      for project in again {
        try engine.database.execute(
          sql: "UPDATE sync_departures SET settled = 1 WHERE device = ? AND project = ?",
          arguments: [device, project.description])
      }
    }
  }

  private func departures(of device: String, where condition: String) throws -> [Departure] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: """
          SELECT project, changes, at FROM sync_departures WHERE device = ? AND \(condition)
          ORDER BY at, project
          """, arguments: [device]
      ).compactMap { row in
        ProjectID(row[0] as String).map {
          Departure(project: $0, changes: UInt64(clamping: row[1] as Int64), at: row[2])
        }
      }
    }
  }

  /// Keeps what a laptop said that it removed. Whether it is news.
  public func note(_ departure: Departure, of device: String, at now: Instant) throws -> Bool {
    guard try !departures(of: device).contains(departure) else { return false }
    try write(at: now) { try Self.save(departure, of: device, $0.database) }
    return true
  }

  private static func save(
    _ departure: Departure, of device: String, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO sync_departures (device, project, changes, at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET changes = excluded.changes, at = excluded.at, settled = 0
        """,
      arguments: [
        device, departure.project.description, Int64(clamping: departure.changes), departure.at,
      ])
  }

  /// Removes a project with everything that is here of it: rows, log, metadata, conflicts. The bytes are
  /// not in the file or its write-ahead log afterwards. Gives the receipt, which is kept.
  ///
  /// `confirmed` is what the other side is known to hold: where more than that is here, or a write that is
  /// no change yet, it throws ``ProjectMoved`` and removes nothing. Nobody can write between that look and
  /// the removal. With `nil` everything goes.
  ///
  /// Cost: by the size of the project.
  public func leave(
    _ project: ProjectID, confirmed: ProjectVector?, at now: Instant
  ) throws -> ProjectRemoval {
    let removal = try write(at: now) { engine in
      let writes = try engine.writes(to: project)
      if let confirmed {
        let ref = try engine.origins.ref(of: project)
        guard writes == 0, engine.origins.vector(ofProjectRef: ref) == confirmed else {
          throw ProjectMoved(writes: writes)
        }
      }
      let changes = try engine.removeProject(project)
      let departure = Departure(project: project, changes: changes, at: now.wallMilliseconds)
      try Self.save(departure, of: Self.own, engine.database)
      return ProjectRemoval(departure: departure, writes: writes)
    }
    try onConnection { database, _ in
      // Rows that moved between pages left copies in the gaps.
      try database.execute(sql: "VACUUM")
      _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    return removal
  }

  /// Writes through SQL to a project that are no change: they wait, or were set aside.
  public func writes(to project: ProjectID) throws -> Int {
    try onConnection { _, engine in try engine.writes(to: project) }
  }
}

extension StoreEngine {
  fileprivate func writes(to project: ProjectID) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM sync_outbox
        WHERE ? IN (json_extract(new, '$.project'), json_extract(old, '$.project'))
        """, arguments: [project.description]) ?? 0
  }

  /// The number of changes that were removed from the log.
  fileprivate func removeProject(_ project: ProjectID) throws -> UInt64 {
    let ref = try origins.ref(of: project)
    for kind in schema.kinds {
      try database.execute(
        sql: "DELETE FROM \(Columns.quoted(kind.table)) WHERE project = ?",
        arguments: [project.description])
    }
    let ofProject = "(SELECT ref FROM sync_origins WHERE project = ?)"
    try database.execute(sql: "UPDATE sync_gate SET truncating = 1")
    try database.execute(
      sql: "DELETE FROM sync_log WHERE origin IN \(ofProject)", arguments: [ref])
    let changes = UInt64(database.changesCount)
    try database.execute(sql: "UPDATE sync_gate SET truncating = 0")
    for table in ["sync_parked", "sync_acknowledged"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE origin IN \(ofProject)", arguments: [ref])
    }
    // Who was erased is told again, first of all, should the project come back.
    for table in ["sync_records", "sync_origins", "sync_erased"] {
      try database.execute(sql: "DELETE FROM \(table) WHERE project = ?", arguments: [ref])
    }
    try database.execute(
      sql: "DELETE FROM sync_conflicts WHERE project = ?", arguments: [project.description])
    try database.execute(
      sql: "DELETE FROM sync_outbox WHERE json_extract(coalesce(new, old), '$.project') = ?",
      arguments: [project.description])
    try database.execute(sql: "DELETE FROM sync_projects WHERE ref = ?", arguments: [ref])
    origins = try Origins.load(from: database)
    erasing = try Erasing.load(from: database, replica: replica)
    acknowledgements = Acknowledgements()
    voidsByProject[ref] = nil
    doubtful[ref] = nil
    history.forget()
    return changes
  }
}
