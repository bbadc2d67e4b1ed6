/// LabSync's own tables, as numbered migrations that are never edited. Their normative description
/// is the article <doc:StoreSchema>.
enum SyncTables {
  /// The version that this software writes: the number of migrations.
  static let version = migrations.count

  static let migrations = [first, second, devices, erasures, fleet, takenBack]

  /// What is taken back has a row in each project. Those tables follow from the declarations, and
  /// are made anew with them; an earlier software would write to the rows of all projects at once. What had
  /// no room is parked, and tried again when the declarations that were known before are not these.
  ///
  /// A change with personal values can be linked to another of its record, too, when the one between them
  /// goes: the values may go and stay, and not change.
  private static let takenBack = """
    DELETE FROM sync_store WHERE name = 'schema';
    DROP TRIGGER sync_log_no_update;
    CREATE TRIGGER sync_log_no_update BEFORE UPDATE ON sync_log
    WHEN NEW.position IS NOT OLD.position OR NEW.origin IS NOT OLD.origin
      OR NEW.sequence IS NOT OLD.sequence OR NEW.bytes IS NOT OLD.bytes
      OR NEW.hash IS NOT OLD.hash
      OR (NEW.personal IS NOT NULL AND NEW.personal IS NOT OLD.personal)
    BEGIN SELECT RAISE(ABORT, 'sync_log is append-only'); END;
    """

  private static let first = """
    CREATE TABLE sync_store (
      name TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT;

    -- 1 while the worker itself writes: its own rows are not captured.
    CREATE TABLE sync_gate (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      applying INTEGER NOT NULL CHECK (applying IN (0, 1))
    ) STRICT;
    INSERT INTO sync_gate VALUES (1, 0);

    CREATE TABLE sync_projects (
      ref INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE CHECK (length(id) = 36)
    ) STRICT;

    -- A replica's lane within a project, and how far its chain is here.
    CREATE TABLE sync_origins (
      ref INTEGER PRIMARY KEY,
      project INTEGER NOT NULL,
      replica TEXT NOT NULL CHECK (length(replica) = 36),
      lane INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
      sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
      hash BLOB NOT NULL DEFAULT (zeroblob(16)) CHECK (length(hash) = 16),
      UNIQUE (project, replica, lane)
    ) STRICT;

    -- Every change, as the bytes that travel. Append-only.
    CREATE TABLE sync_log (
      position INTEGER PRIMARY KEY,
      origin INTEGER NOT NULL,
      sequence INTEGER NOT NULL CHECK (sequence > 0),
      previous INTEGER,
      bytes BLOB NOT NULL,
      personal BLOB,
      hash BLOB NOT NULL CHECK (length(hash) = 16),
      stored_at INTEGER NOT NULL,
      UNIQUE (origin, sequence)
    ) STRICT;
    CREATE TRIGGER sync_log_no_update BEFORE UPDATE ON sync_log
    WHEN NEW.position IS NOT OLD.position OR NEW.origin IS NOT OLD.origin
      OR NEW.sequence IS NOT OLD.sequence OR NEW.bytes IS NOT OLD.bytes
      OR NEW.hash IS NOT OLD.hash OR NEW.personal IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'sync_log is append-only'); END;
    CREATE TRIGGER sync_log_no_delete BEFORE DELETE ON sync_log
    BEGIN SELECT RAISE(ABORT, 'sync_log is append-only'); END;

    -- Causal metadata, one compact row a record.
    CREATE TABLE sync_records (
      record BLOB NOT NULL CHECK (length(record) = 16),
      project INTEGER NOT NULL,
      kind TEXT NOT NULL,
      head INTEGER NOT NULL,
      flags INTEGER NOT NULL,
      state BLOB NOT NULL,
      -- Nothing keeps two tables from using the same id: those are two records.
      PRIMARY KEY (record, kind)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sync_outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      operation TEXT NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
      written_at INTEGER NOT NULL,
      seen INTEGER,
      changed_by TEXT,
      changed_for TEXT,
      old TEXT,
      new TEXT,
      -- Why the row could not be captured; such a row waits here and nothing waits behind it.
      failure TEXT
    ) STRICT;

    -- Which log position a drained outbox row had reached: what `seen = -outbox` means.
    CREATE TABLE sync_drained (
      outbox INTEGER PRIMARY KEY,
      position INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE sync_conflicts (
      id TEXT PRIMARY KEY NOT NULL,
      project TEXT NOT NULL,
      kind TEXT NOT NULL,
      record TEXT NOT NULL,
      field TEXT NOT NULL,
      element TEXT,
      rule TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('open', 'settled', 'resolved')),
      shown TEXT NOT NULL,
      alternatives TEXT NOT NULL,
      since INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sync_conflicts_status ON sync_conflicts (status, since);

    CREATE TABLE sync_parked (
      origin INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      reason INTEGER NOT NULL,
      detail TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (origin, sequence)
    ) STRICT, WITHOUT ROWID;

    -- The replicas that were met: what people call them, and the device, by its public key, that
    -- spoke as each.
    CREATE TABLE sync_replicas (
      replica TEXT PRIMARY KEY NOT NULL CHECK (length(replica) = 36),
      name TEXT,
      device TEXT,
      since INTEGER NOT NULL
    ) STRICT;

    -- What each peer has committed to disk, as it last acknowledged.
    CREATE TABLE sync_acknowledged (
      peer TEXT NOT NULL,
      origin INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      hash BLOB NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (peer, origin)
    ) STRICT, WITHOUT ROWID;
    """

  /// Tokens of sessions, and forks.
  private static let second = """
    ALTER TABLE sync_replicas ADD COLUMN presented BLOB;
    ALTER TABLE sync_replicas ADD COLUMN issued BLOB NOT NULL DEFAULT x'';
    ALTER TABLE sync_replicas ADD COLUMN must_renew_key INTEGER NOT NULL DEFAULT 0
      CHECK (must_renew_key IN (0, 1));

    -- 1 while a part of the log is taken off to be written or fetched anew.
    ALTER TABLE sync_gate ADD COLUMN truncating INTEGER NOT NULL DEFAULT 0
      CHECK (truncating IN (0, 1));
    DROP TRIGGER sync_log_no_delete;
    CREATE TRIGGER sync_log_no_delete BEFORE DELETE ON sync_log
    WHEN (SELECT truncating FROM sync_gate) = 0
    BEGIN SELECT RAISE(ABORT, 'sync_log is append-only'); END;

    -- When this store found that another went on under its name, and took a new one.
    CREATE TABLE sync_forks (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      former TEXT NOT NULL CHECK (length(former) = 36),
      current TEXT NOT NULL CHECK (length(current) = 36),
      reissued INTEGER NOT NULL
    ) STRICT;
    """

  /// What was erased, and how far this file is with it.
  private static let erasures = """
    -- The records whose personal values are erased here, for good. `stage`: 0 the bytes that were
    -- freed may still be in the file, 1 or in the write-ahead log, 2 they are in neither. `receipt` is
    -- the replica whose receipt was written.
    CREATE TABLE sync_erased (
      project INTEGER NOT NULL,
      kind TEXT NOT NULL,
      record TEXT NOT NULL CHECK (length(record) = 36),
      since INTEGER NOT NULL,
      stage INTEGER NOT NULL DEFAULT 0 CHECK (stage BETWEEN 0 AND 2),
      receipt TEXT,
      PRIMARY KEY (project, kind, record)
    ) STRICT, WITHOUT ROWID;

    -- Where an erased name may stand in what somebody wrote, as far as the machine saw at which the
    -- erasure was asked for. Places alone, never the name.
    CREATE TABLE sync_erasure_candidates (
      subject TEXT NOT NULL,
      kind TEXT NOT NULL,
      record TEXT NOT NULL,
      field TEXT NOT NULL,
      PRIMARY KEY (subject, kind, record, field)
    ) STRICT, WITHOUT ROWID;
    """
}
