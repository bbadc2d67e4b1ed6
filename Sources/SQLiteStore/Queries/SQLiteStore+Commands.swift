import GRDB
import SyncCore

/// What a command wrote.
public struct CommandOutcome: Hashable, Sendable {
  public var kind: String
  public var record: RecordID
  /// The record's revision after it.
  public var revision: Int64
  /// False where the record already was as asked.
  public var isChanged: Bool
}

/// What a command asks of one record.
public struct RecordEdit: Hashable, Sendable {
  /// Fields that get a new value; null clears one. `changed_by` and `changed_for` may be among them.
  public var fields: [String: JSONValue]
  /// Elements to put into sets and to take out of them; the rest stays.
  public var adding: [String: [String]]
  public var removing: [String: [String]]
  /// The revision that the writer had read; `nil` is the one that is there.
  public var seen: Int64?

  public init(
    fields: [String: JSONValue] = [:], adding: [String: [String]] = [:],
    removing: [String: [String]] = [:], seen: Int64? = nil
  ) {
    self.fields = fields
    self.adding = adding
    self.removing = removing
    self.seen = seen
  }
}

extension SQLiteStore {
  /// Writes a new record, as an outside program would, and makes it a change. Throws a refusal that
  /// names the field, or the trigger's sentence.
  public func add(
    _ kindName: String, fields: [String: JSONValue], project: ProjectID? = nil, at now: Instant
  ) throws -> CommandOutcome {
    try command(at: now) { engine in
      try RecordWriter(engine).insert(kindName, fields: fields, project: project)
    }
  }

  /// Writes fields of a record. The write always says what it had seen.
  public func set(
    _ kindName: String, id: String, _ edit: RecordEdit, at now: Instant
  ) throws -> CommandOutcome {
    try command(at: now) { engine in
      try RecordWriter(engine).update(kindName, id: id, edit)
    }
  }

  /// Deletes a record.
  public func remove(_ kindName: String, id: String, at now: Instant) throws -> CommandOutcome {
    try command(at: now) { engine in
      try RecordWriter(engine).delete(kindName, id: id)
    }
  }

  /// One transaction: what others wrote is captured, `body` writes with the triggers on, and what it
  /// wrote is captured too.
  private func command(
    at now: Instant, _ body: (StoreEngine) throws -> RecordWriter.Written
  ) throws -> CommandOutcome {
    let outcome = try writeBehindCapture(at: now) { engine, _ in
      let before = engine.log.lastPosition
      let written = try engine.asOutsider { try body(engine) }
      _ = try engine.drain(atMost: .max)
      try engine.refuseFailure(after: written)
      let state = try engine.storedRecord(written.record, kind: written.kind.name)?.state
      return CommandOutcome(
        kind: written.kind.name, record: written.record,
        revision: state?.revision.rawValue ?? 0, isChanged: engine.log.lastPosition > before)
    }
    _ = try settleErasures(at: now)
    return outcome
  }
}

extension StoreEngine {
  /// Runs `body` with capture switched on, inside a transaction that has it off.
  func asOutsider<Result>(_ body: () throws -> Result) throws -> Result {
    try database.execute(sql: "UPDATE sync_gate SET applying = 0")
    let result = try body()
    try database.execute(sql: "UPDATE sync_gate SET applying = 1")
    return result
  }

  /// Throws where the command's own row was set aside.
  fileprivate func refuseFailure(after written: RecordWriter.Written) throws {
    let failure = try String.fetchOne(
      database, sql: "SELECT failure FROM sync_outbox WHERE id > ? AND failure IS NOT NULL",
      arguments: [written.outboxBefore])
    guard let failure else { return }
    throw StoreError.refused(
      what: "Writing the \(written.kind.name)", why: failure, hint: "Nothing was written.")
  }
}
