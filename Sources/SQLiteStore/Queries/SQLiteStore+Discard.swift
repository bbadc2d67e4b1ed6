import SyncCore

extension SQLiteStore {
  /// Takes a parked change back by a void, which travels: a change counts everywhere or nowhere. Only
  /// the online side's voids are heard.
  public func discardParked(_ dot: String, reason: String, at now: Instant) throws {
    let entry = try onConnection { _, engine in
      let view = StoreView(engine)
      return try view.parked(from: view.parkedRow(dot))
    }
    _ = try add(
      "void",
      fields: [
        "replica": .text(entry.dot.replica.description),
        "lane": .integer(Int64(entry.dot.lane.rawValue)),
        "sequence": .integer(Int64(clamping: entry.dot.sequence)), "state": .text("void"),
        "reason": .text(reason),
      ], project: entry.project, at: now)
  }
}
