import GRDB
import SyncCore

extension SQLiteStore {
  /// Erases a participant: what `INSERT INTO erasures(participant)` does, and where asked the deletion
  /// of what only this person contributed. Asked again, it goes on with what is due.
  ///
  /// `participant` is an id, also of somebody whom this store never saw, or the beginning of one that it
  /// has. Contributions are deleted like any record: they are shown nowhere, and stay in the log.
  public func erase(
    _ participant: String, withContributions: Bool = false, project: ProjectID? = nil,
    at now: Instant
  ) throws -> (erasure: StoredErasure, contributionsDeleted: Int) {
    while try capture(atMost: 200, at: now).hasMore {}
    let (record, deleted) = try write(at: now) { engine in
      _ = try engine.drain(atMost: .max)
      let result = try engine.asOutsider {
        try EraseCommand(engine).run(
          participant, withContributions: withContributions, project: project, at: now)
      }
      _ = try engine.drain(atMost: .max)
      return result
    }
    _ = try settleErasures(at: now)
    let erasure = try onConnection { _, engine in
      try StoreView(engine).erasure(of: record.description, project: project)
    }
    return (erasure, deleted)
  }
}

/// Writes what a person would write in SQL.
private struct EraseCommand {
  private let database: Database
  private let view: StoreView

  init(_ engine: StoreEngine) {
    database = engine.database
    view = StoreView(engine)
  }

  func run(
    _ participant: String, withContributions: Bool, project: ProjectID?, at now: Instant
  ) throws -> (RecordID, Int) {
    guard let kind = view.schema.erasureKind, let name = kind.subjectKind,
      let subject = view.schema[name]
    else { throw StoreError.inconsistent("this software declares no erasure") }
    guard let record = RecordID(participant) else {
      let meant = try view.record(subject, named: participant)
      throw StoreError.refused(
        what: "Nobody was erased",
        why: "it is final and wants the whole id, and '\(participant)' is "
          + "\(try view.naming(meant, by: participant, subject)) \(meant)",
        hint: "See who that is (labctl show \(subject.name) \(meant)), and say the whole id.")
    }
    let project = try project ?? self.project(of: record, subject)
    let deleted = withContributions ? try deleteContributions(of: record, in: project) : 0
    try database.execute(
      sql: """
        INSERT INTO \(Columns.quoted(kind.table))
          (\(Columns.quoted(kind.naturalKey[0])), requested_at, project) VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING
        """, arguments: [record.description, now.wallMilliseconds, project.description])
    return (record, deleted)
  }

  private func project(of record: RecordID, _ kind: KindDeclaration) throws -> ProjectID {
    if let stored = try view.records.load(record, kind: kind.name, origins: view.origins) {
      return try view.origins.project(ofRef: stored.project)
    }
    guard let only = view.origins.projects.first, view.origins.projects.count == 1 else {
      throw StoreError.refused(
        what: "The erasure", why: "this store does not have exactly one project",
        hint: "Say which: --project ID")
    }
    return only
  }

  /// Records of which the person is the only author, and those that show the person.
  private func deleteContributions(of record: RecordID, in project: ProjectID) throws -> Int {
    var deleted = 0
    for kind in view.schema.kinds {
      guard case .shown(let rules) = kind.publication else { continue }
      for rule in rules {
        guard let condition = condition(rule, kind) else { continue }
        try database.execute(
          sql: """
            DELETE FROM \(Columns.quoted(kind.table)) WHERE project = ? AND \(condition)
            """, arguments: [project.description, record.description])
        deleted += database.changesCount
      }
    }
    return deleted
  }

  private func condition(_ rule: ConsentRule, _ kind: KindDeclaration) -> String? {
    let (name, isOnly): (String, Bool)
    switch rule {
    case .replaces: return nil
    case .hidesContributions(let field, _, _): (name, isOnly) = (field, true)
    case .hidesLikenesses(let field, _, _): (name, isOnly) = (field, false)
    }
    guard let field = kind.field(named: name) else { return nil }
    let column = Columns.quoted(name)
    guard field.rule.isKeyed else { return "\(column) = ?" }
    let list = "json_each(coalesce(\(column), '[]'))"
    return (isOnly ? "json_array_length(coalesce(\(column), '[]')) = 1 AND " : "")
      + "EXISTS (SELECT 1 FROM \(list) WHERE value = ?)"
  }
}
