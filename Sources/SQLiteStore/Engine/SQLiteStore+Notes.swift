import SyncCore

/// Small things that a side remembers about itself over restarts; they never travel.
extension SQLiteStore {
  /// What was noted under a name; `nil` where nothing was.
  public func note(_ name: String) throws -> String? {
    try onConnection { database, _ in try StoreIdentity.value("note.\(name)", in: database) }
  }

  /// Cost: a transaction.
  public func setNote(_ name: String, _ text: String, at now: Instant) throws {
    try write(at: now) { engine in
      try StoreIdentity.save("note.\(name)", text, to: engine.database)
    }
  }
}
