import GRDB
import SyncCore
import SyncWire

/// Takes the personal values of erased records out of every table, in the transaction that learns of
/// the erasure.
extension StoreEngine {
  /// Notes what a change erases. What is merged from here on counts without it.
  func noteErasure(_ change: Change, project: Int64) {
    guard let subject = ErasureSubject(change, schema: schema),
      erasing.insert(subject, project: project, isOwn: change.dot.replica == replica)
    else { return }
    history.forget()
  }

  /// Clears what ``noteErasure(_:project:)`` noted, and leaves the records to be projected again.
  ///
  /// Cost: the history of each record, the parked changes that can not be decoded, the outbox, and,
  /// where the person asked here, the texts of the project.
  func clearErased() throws {
    guard !erasing.news.isEmpty else { return }
    let news = erasing.news
    erasing.news = []
    for item in news {
      if item.isOwn { try noteCandidates(of: item.subject, project: item.project) }
      let hasValues = try clear(item.subject, project: item.project)
      try database.execute(
        sql: "INSERT INTO sync_erased (project, kind, record, since, stage) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          item.project, item.subject.kind, item.subject.record.description, now.wallMilliseconds,
          hasValues ? 0 : 1,
        ])
    }
    history.forget()
    erasing.hasFreedBytes = true
    erasing.mayOweReceipts = true
  }

  /// Whether anything of the record was here.
  private func clear(_ subject: ErasureSubject, project: Int64) throws -> Bool {
    let wasParked = try clearParked(subject, project: project)
    let wasHeld = try clearHeld(subject, project: project)
    let wasWaiting = try clearOutbox(subject)
    guard let record = try storedRecord(subject.record, kind: subject.kind),
      record.project == project
    else { return wasParked || wasHeld || wasWaiting }
    var position: Int64? = record.head
    while let next = position, next > 0 {
      guard let entry = try log.entry(at: next) else {
        throw StoreError.inconsistent("a record's history points at log position \(next)")
      }
      position = entry.previous
      if !entry.change.personal.isEmpty { try log.clearPersonal(at: next) }
    }
    history.forget()
    try clearConflicts(subject)
    if record.head > 0 { try rebuild(record) { _ in false } }
    return true
  }

  /// What can not be decoded is in no record's history.
  private func clearParked(_ subject: ErasureSubject, project: Int64) throws -> Bool {
    guard parked.hasUndecodable else { return false }
    var hasFound = false
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT l.position, l.bytes FROM sync_parked p
        JOIN sync_log l ON l.origin = p.origin AND l.sequence = p.sequence
        JOIN sync_origins o ON o.ref = p.origin
        WHERE p.reason = ? AND o.project = ? AND l.personal IS NOT NULL
        """, arguments: [Int(ParkReason.undecodable.rawValue), project])
    for row in rows where ChangeCodec.subject(of: [UInt8](row[1] as DatabaseBytes)) == subject {
      try log.clearPersonal(at: row[0])
      hasFound = true
    }
    return hasFound
  }

  /// What revoked devices handed over.
  private func clearHeld(_ subject: ErasureSubject, project: Int64) throws -> Bool {
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, bytes FROM sync_held WHERE project = ? AND personal IS NOT NULL",
      arguments: [try origins.project(ofRef: project).description])
    var hasFound = false
    for row in rows where ChangeCodec.subject(of: [UInt8](row[1] as DatabaseBytes)) == subject {
      try database.execute(
        sql: "UPDATE sync_held SET personal = NULL WHERE id = ?", arguments: [row[0] as Int64])
      hasFound = true
    }
    return hasFound
  }

  /// Rows that wait, or were set aside: their copies of the row lose the personal fields.
  private func clearOutbox(_ subject: ErasureSubject) throws -> Bool {
    guard let kind = schema[subject.kind], !kind.personalFields.isEmpty else { return false }
    let paths = kind.personalFields.map { Columns.literal("$.\($0.name)") }.joined(separator: ", ")
    try database.execute(
      sql: """
        UPDATE sync_outbox SET old = json_remove(old, \(paths)), new = json_remove(new, \(paths))
        WHERE kind = ? AND json_valid(coalesce(new, old))
          AND json_extract(coalesce(new, old), '$.id') = ?
        """, arguments: [kind.name, subject.record.description])
    return database.changesCount > 0
  }

  /// Resolved conflicts are kept with their values: those of personal fields go.
  private func clearConflicts(_ subject: ErasureSubject) throws {
    let fields = schema[subject.kind]?.personalFields.map(\.name) ?? []
    for field in fields {
      try database.execute(
        sql: "DELETE FROM sync_conflicts WHERE kind = ? AND record = ? AND field = ?",
        arguments: [subject.kind, subject.record.description, field])
    }
  }

  /// Notes where a name of the person stands in a text: to be looked at by somebody. Whole values
  /// alone are looked for.
  private func noteCandidates(of subject: ErasureSubject, project: Int64) throws {
    let words = try personalWords(of: subject)
    guard !words.isEmpty else { return }
    let projectID = try origins.project(ofRef: project).description
    for kind in schema.kinds {
      let key = Columns.key(of: kind).map { "t.\(Columns.quoted($0))" }.joined(
        separator: " || ' ' || ")
      for field in kind.fields where field.canQuoteNames {
        for word in words {
          try database.execute(
            sql: """
              INSERT OR IGNORE INTO sync_erasure_candidates (subject, kind, record, field)
              SELECT ?, ?, \(key), ? FROM \(Columns.quoted(kind.table)) t
              WHERE t.project = ? AND instr(lower(t.\(Columns.quoted(field.name))), lower(?)) > 0
              """,
            arguments: [
              subject.record.description, kind.name, field.name, projectID, word,
            ])
        }
      }
    }
  }

  /// What the person's row shows in personal fields, where it can be a name: it has a letter.
  private func personalWords(of subject: ErasureSubject) throws -> [String] {
    guard let kind = schema[subject.kind], !kind.personalFields.isEmpty, kind.naturalKey.isEmpty
    else { return [] }
    let columns = kind.personalFields.map { Columns.quoted($0.name) }.joined(separator: ", ")
    let row = try Row.fetchOne(
      database, sql: "SELECT \(columns) FROM \(Columns.quoted(kind.table)) WHERE id = ?",
      arguments: [subject.record.description])
    return (row.map { row in kind.personalFields.indices.map { row[$0] as String? } } ?? [])
      .compactMap(\.self).filter { $0.count >= 3 && $0.contains(where: \.isLetter) }
  }
}

extension FieldDeclaration {
  /// Whether people write sentences, names or lists here.
  fileprivate var canQuoteNames: Bool {
    guard !isPersonal else { return false }
    return switch type {
    case .text, .prose, .textSet, .map: true
    case .integer, .integerIn, .boolean, .time, .choice, .state, .reference, .anyReference, .money,
      .referenceSet:
      false
    }
  }
}
