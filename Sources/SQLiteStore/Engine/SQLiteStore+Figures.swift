import GRDB
import SyncCore

extension SQLiteStore {
  /// How the store stands, where `acknowledged` is what the other side has committed of each project.
  public func figures(acknowledged: [ProjectID: ProjectVector]) throws -> StoreFigures {
    try onConnection { _, engine in
      try StoreView(engine).figures(acknowledged: acknowledged, path: path)
    }
  }

  /// When the oldest own change or write was stored that `peer` has not acknowledged, in milliseconds since
  /// 1970; `nil` where all are. Cost: by the projects, and the rows of the outbox.
  public func oldestUnacknowledged(by peer: ReplicaID?) throws -> Int64? {
    var known: [ProjectID: ProjectVector] = [:]
    if let peer {
      for project in projects { known[project] = try acknowledged(in: project, by: peer) }
    }
    return try onConnection { _, engine in
      try StoreView(engine).oldestUnacknowledged(known)
    }
  }

  /// A number that moves when another program has committed to the file (`PRAGMA data_version`).
  public func commitVersion() throws -> Int64 {
    try onConnection { database, _ in
      try Int64.fetchOne(
        database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    }
  }

  /// What people call a project; `nil` until its own record has arrived.
  public func name(of project: ProjectID) throws -> String? {
    try onConnection { database, _ in
      try String.fetchOne(
        database, sql: "SELECT name FROM projects WHERE id = ?",
        arguments: [project.description])
    }
  }
}
