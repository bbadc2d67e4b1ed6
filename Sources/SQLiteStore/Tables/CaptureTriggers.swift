import SyncCore

/// The triggers that turn anybody's SQL into rows of the outbox, in the writer's own transaction,
/// and that refuse with a sentence what a rule forbids. Only built-in functions: any SQLite client
/// since 3.38 can write.
struct CaptureTriggers {
  let kind: KindDeclaration
  let schema: Schema
  let side: Side

  /// The statements that drop what an earlier version made.
  var removals: [String] {
    ["insert", "update", "delete", "clear", "revision"].map {
      "DROP TRIGGER IF EXISTS \(name($0))"
    }
  }

  /// The statements that make the triggers, as SQLite keeps them.
  var creations: [String] { [onInsert, onUpdate, onDelete, onStrayContext, onRevision] }

  private var table: String { Columns.quoted(kind.table) }
  private var isOutside: String { "(SELECT applying FROM sync_gate) = 0" }

  private func name(_ event: String) -> String {
    Columns.quoted("sync_capture_\(kind.table)_\(event)")
  }

  private var onInsert: String {
    """
    CREATE TRIGGER \(name("insert")) AFTER INSERT ON \(table)
    WHEN \(isOutside)
    BEGIN
      SELECT CASE \(checks(isUpdate: false)) END;
      INSERT INTO sync_outbox (kind, operation, written_at, seen, changed_by, changed_for, new)
      VALUES ('\(kind.name)', 'insert', \(Columns.nowMilliseconds), NEW.seen, NEW.changed_by,
        NEW.changed_for, (SELECT \(row("r")) FROM \(table) AS r WHERE r.rowid = NEW.rowid));
      \(mark)
    END
    """
  }

  private var onUpdate: String {
    let columns = watchedColumns.map(Columns.quoted).joined(separator: ", ")
    return """
      CREATE TRIGGER \(name("update")) AFTER UPDATE OF \(columns) ON \(table)
      WHEN \(isOutside) AND (\(differs))
      BEGIN
        SELECT CASE \(checks(isUpdate: true)) END;
        INSERT INTO sync_outbox
          (kind, operation, written_at, seen, changed_by, changed_for, old, new)
        VALUES ('\(kind.name)', 'update', \(Columns.nowMilliseconds), NEW.seen, NEW.changed_by,
          NEW.changed_for, \(row("OLD")), \(row("NEW")));
        \(mark)
      END
      """
  }

  private var onDelete: String {
    let sentence =
      switch kind.role {
      case .erasure: "an erasure is final: what it removed is nowhere any more"
      case .record where kind.name == "project":
        "a project is not deleted: its records would stay"
      case .record, .consent, .receipt, .void, .revocation:
        CaptureChecks(kind: kind, side: side).refusal
      }
    let refusal =
      sentence.map { "\n  SELECT RAISE(ABORT, \(Columns.literal($0)));" } ?? ""
    return """
      CREATE TRIGGER \(name("delete")) AFTER DELETE ON \(table)
      WHEN \(isOutside)
      BEGIN\(refusal)
        INSERT INTO sync_outbox (kind, operation, written_at, old)
        VALUES ('\(kind.name)', 'delete', \(Columns.nowMilliseconds), \(row("OLD")));
      END
      """
  }

  /// A write that only says what it had seen, and changes nothing, leaves nothing behind.
  private var onStrayContext: String {
    """
    CREATE TRIGGER \(name("clear")) AFTER UPDATE OF seen, changed_by, changed_for ON \(table)
    WHEN \(isOutside) AND NOT (\(differs)) AND (NEW.seen IS NOT NULL
      OR NEW.changed_by IS NOT NULL OR NEW.changed_for IS NOT NULL)
    BEGIN
      UPDATE \(table) SET seen = NULL, changed_by = NULL, changed_for = NULL
      WHERE rowid = NEW.rowid;
    END
    """
  }

  private var onRevision: String {
    """
    CREATE TRIGGER \(name("revision")) BEFORE UPDATE OF revision, project ON \(table)
    WHEN \(isOutside) AND (NEW.revision IS NOT OLD.revision OR NEW.project IS NOT OLD.project)
    BEGIN
      SELECT CASE
        WHEN OLD.project IS NOT NULL AND NEW.project IS NOT OLD.project THEN
          RAISE(ABORT, '\(kind.table).project identifies the record and does not change')
        WHEN NEW.revision IS NOT OLD.revision AND NEW.revision IS NOT
          -(SELECT max(id) FROM sync_outbox) THEN
          RAISE(ABORT, '\(kind.table).revision is read-only; \
    to say what you had seen, write the revision you read into seen')
      END;
    END
    """
  }

  /// Marks the row with where it stands in the outbox, and takes the writer's context off it.
  private var mark: String {
    """
    UPDATE \(table) SET revision = -last_insert_rowid(), seen = NULL, changed_by = NULL,
      changed_for = NULL, project = coalesce(NEW.project, (SELECT id FROM sync_projects))
    WHERE rowid = NEW.rowid;
    """
  }

  /// The columns whose changes are captured. The project is not among them: the triggers fill it in.
  private var watchedColumns: [String] {
    (kind.naturalKey.isEmpty ? ["id"] : []) + kind.fields.map(\.name)
  }

  private var differs: String {
    watchedColumns.map { "NEW.\(Columns.quoted($0)) IS NOT OLD.\(Columns.quoted($0))" }
      .joined(separator: " OR ")
  }

  private func row(_ side: String) -> String {
    let members =
      watchedColumns.map { "'\($0)', \(side).\(Columns.quoted($0))" } + [
        "'project', coalesce(\(side).project, (SELECT id FROM sync_projects))"
      ]
    return "json_object(\(members.joined(separator: ", ")))"
  }

  private func checks(isUpdate: Bool) -> String {
    let checks =
      CaptureChecks(kind: kind, side: side).checks(isUpdate: isUpdate)
      + PrivacyChecks(kind: kind, schema: schema).checks(isUpdate: isUpdate)
    return checks.map { check in
      "WHEN \(check.condition) THEN RAISE(ABORT, \(Columns.literal(check.sentence)))"
    }.joined(separator: "\n    ")
  }
}
