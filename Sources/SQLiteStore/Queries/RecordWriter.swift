import GRDB
import SyncCore

/// Writes rows the way an outside program does: plain SQL, with the triggers on.
struct RecordWriter {
  private let database: Database
  private let view: StoreView
  private let engine: StoreEngine

  init(_ engine: StoreEngine) {
    self.engine = engine
    database = engine.database
    view = StoreView(engine)
  }

  struct Written {
    var kind: KindDeclaration
    var record: RecordID
    /// The last row of the outbox before the write.
    var outboxBefore: Int64
  }

  func insert(
    _ kindName: String, fields: [String: JSONValue], project: ProjectID?
  ) throws -> Written {
    let kind = try engine.schema.declaration(of: kindName)
    let project = try self.project(project)
    var columns = try columns(of: kind, fields, project: project)
    let record: RecordID
    if kind.name == "project" {
      record = RecordID(rawValue: project.rawValue)
    } else if kind.naturalKey.isEmpty {
      record = try newID()
    } else {
      record = .derived(
        project: project, kind: kind.name, naturalKey: try key(of: kind, in: columns))
    }
    if kind.naturalKey.isEmpty { columns.append(("id", record.description)) }
    columns.append(("project", project.description))
    let written = try Written(kind: kind, record: record, outboxBefore: lastOutboxRow())
    try refusing("Adding \(kind.article) \(kind.name)", kind: kind) {
      try database.execute(
        sql: """
          INSERT INTO \(Columns.quoted(kind.table))
            (\(columns.map { Columns.quoted($0.name) }.joined(separator: ", ")))
          VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
          """,
        arguments: StatementArguments(columns.map(\.value)))
    }
    return written
  }

  func update(_ kindName: String, id: String, _ edit: RecordEdit) throws -> Written {
    let kind = try engine.schema.declaration(of: kindName)
    let (record, key, row) = try place(kind, id)
    let project = try self.project(of: record, kind: kind)
    var columns = try columns(of: kind, edit.fields, project: project)
    for name in Set(edit.adding.keys).union(edit.removing.keys).sorted() {
      let field = try kind.declaration(of: name)
      let now = row.fields.first { $0.name == name }?.value.array?.compactMap(\.text) ?? []
      columns.append(
        (
          name,
          try elements(
            of: field, now: now, adding: edit.adding[name] ?? [],
            removing: edit.removing[name] ?? [], project: project)
        ))
    }
    let written = try Written(kind: kind, record: record, outboxBefore: lastOutboxRow())
    guard !columns.isEmpty else { return written }
    columns.append(("seen", edit.seen ?? row.revision))
    try refusing("Changing the \(kind.name) \(record)", kind: kind) {
      try database.execute(
        sql: """
          UPDATE \(Columns.quoted(kind.table))
          SET \(columns.map { "\(Columns.quoted($0.name)) = ?" }.joined(separator: ", "))
          WHERE \(key.condition)
          """,
        arguments: StatementArguments(columns.map(\.value)) + key.arguments)
    }
    return written
  }

  func delete(_ kindName: String, id: String) throws -> Written {
    let kind = try engine.schema.declaration(of: kindName)
    let (record, key, _) = try place(kind, id)
    let written = try Written(kind: kind, record: record, outboxBefore: lastOutboxRow())
    try refusing("Removing the \(kind.name) \(record)", kind: kind) {
      try database.execute(
        sql: "DELETE FROM \(Columns.quoted(kind.table)) WHERE \(key.condition)",
        arguments: key.arguments)
    }
    return written
  }

  private func place(
    _ kind: KindDeclaration, _ id: String
  ) throws -> (record: RecordID, key: StoreView.RowKey, row: StoredRecord) {
    let record = try view.record(kind, named: id)
    guard let key = try view.key(of: record, kind: kind),
      let row = try view.row(of: record, kind: kind)
    else {
      throw StoreError.refused(
        what: "The \(kind.name) \(record)", why: "it was removed",
        hint: "See its history: labctl explain \(kind.name) \(record)")
    }
    return (record, key, row)
  }

  // MARK: - Values

  private func columns(
    of kind: KindDeclaration, _ fields: [String: JSONValue], project: ProjectID
  ) throws -> [(name: String, value: (any DatabaseValueConvertible)?)] {
    try fields.keys.sorted().map { name in
      let field =
        Self.writers.contains(name)
        ? FieldDeclaration(name, .reference("participant"), .latest)
        : try kind.declaration(of: name)
      // A person who types a title where a key belongs would point at nothing: only an import may name
      // what is not here yet.
      let json = try view.resolving(fields[name] ?? .null, of: field, in: project)
      return (name, try field.column(reading: json) { RecordID($1) })
    }
  }

  /// The columns in which a writer says who it is.
  private static let writers = ["changed_by", "changed_for"]

  private func elements(
    of field: FieldDeclaration, now: [String], adding: [String], removing: [String],
    project: ProjectID
  ) throws -> (any DatabaseValueConvertible)? {
    switch field.type {
    case .textSet, .referenceSet: break
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money, .map:
      throw StoreError.refused(
        what: "The value of \(field.name)",
        why: "it is no set, and has no elements to add or remove",
        hint: "Write it whole: \(field.name)=VALUE")
    }
    func ids(_ texts: [String]) throws -> [String] {
      let resolved = try view.resolving(.array(texts.map(JSONValue.text)), of: field, in: project)
      return resolved.array?.compactMap(\.text) ?? []
    }
    let gone = Set(try ids(removing))
    let kept = try now.filter { !gone.contains($0) } + ids(adding)
    return try field.column(reading: .array(kept.map(JSONValue.text))) { RecordID($1) }
  }

  private func key(
    of kind: KindDeclaration, in columns: [(name: String, value: (any DatabaseValueConvertible)?)]
  ) throws -> [Value] {
    try kind.naturalKey.map { name in
      let stored = columns.first { $0.name == name }?.value
      if let stored { return RecordColumns.keyValue(stored.databaseValue) }
      let field = kind.field(named: name)
      guard field?.type == .text else {
        throw StoreError.refused(
          what: "Adding \(kind.article) \(kind.name)", why: "\(name) is missing, part of its key",
          hint: "Give \(kind.naturalKey.joined(separator: ", ")).")
      }
      return .text("")
    }
  }

  // MARK: - Surroundings

  /// The project that a stored record belongs to; of a new one, the wanted or only project.
  private func project(
    of record: RecordID, kind: KindDeclaration
  ) throws -> ProjectID {
    guard let stored = try engine.storedRecord(record, kind: kind.name) else {
      return try project(nil)
    }
    return try engine.origins.project(ofRef: stored.project)
  }

  private func project(_ wanted: ProjectID?) throws -> ProjectID {
    let projects = engine.origins.projects
    if let wanted {
      if projects.contains(wanted) { return wanted }
      throw StoreError.refused(
        what: "The project \(wanted)", why: "this store does not have it",
        hint: "See which it has: labctl status")
    }
    guard let project = projects.first else {
      throw StoreError.refused(
        what: "Writing a record", why: "this store has no project yet",
        hint: "Connect it once: the online side grants the projects.")
    }
    guard projects.count == 1 else {
      throw StoreError.refused(
        what: "Writing a record", why: "this store has \(projects.count) projects",
        hint: "Say which: --project \(project)")
    }
    return project
  }

  private func newID() throws -> RecordID {
    let text = try String.fetchOne(database, sql: "SELECT \(Columns.newID)")
    guard let id = text.flatMap({ RecordID($0) }) else {
      throw StoreError.inconsistent("SQLite made no UUID")
    }
    return id
  }

  private func lastOutboxRow() throws -> Int64 {
    try Int64.fetchOne(
      database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'sync_outbox'") ?? 0
  }

  /// What the triggers and the table refuse, as a refusal.
  private func refusing(_ what: String, kind: KindDeclaration, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      switch error.extendedResultCode {
      case .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_ROWID:
        throw StoreError.refused(
          what: what,
          why: "there is one with this \(Columns.key(of: kind).joined(separator: ", "))",
          hint: "Change that one: labctl set \(kind.name) ID field=value")
      default:
        throw StoreError.refused(
          what: what, why: error.message ?? "a rule of its table forbids it",
          hint: "Nothing was written; write it as the rule wants.")
      }
    }
  }
}
