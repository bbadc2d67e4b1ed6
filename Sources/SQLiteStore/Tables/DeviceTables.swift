extension SyncTables {
  /// Devices, invitations, and what revoked devices sent.
  static let devices = """
    CREATE TABLE sync_devices (
      key TEXT PRIMARY KEY NOT NULL CHECK (length(key) = 40),
      name TEXT NOT NULL,
      standing TEXT NOT NULL CHECK (standing IN ('pending', 'admitted', 'revoked')),
      role TEXT NOT NULL CHECK (role IN ('capture', 'read-only', 'relay')),
      -- A JSON array of ids; NULL is all.
      projects TEXT,
      since INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      -- Why it was revoked.
      reason TEXT,
      -- The newest key of this side that the device keeps.
      kept_server_key TEXT,
      last_contact INTEGER
    ) STRICT;

    -- The secret itself is nowhere.
    CREATE TABLE sync_invitations (
      secret_hash BLOB PRIMARY KEY NOT NULL CHECK (length(secret_hash) = 32),
      name TEXT,
      projects TEXT,
      role TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      used_at INTEGER,
      used_by TEXT
    ) STRICT;

    -- What revoked devices sent: outside the log.
    CREATE TABLE sync_held (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      project TEXT NOT NULL,
      replica TEXT NOT NULL,
      lane INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
      sequence INTEGER NOT NULL CHECK (sequence > 0),
      bytes BLOB NOT NULL,
      personal BLOB,
      held_at INTEGER NOT NULL,
      UNIQUE (project, replica, lane, sequence)
    ) STRICT;

    -- Projects that were left, on a laptop; and what laptops said about theirs, on the online side.
    CREATE TABLE sync_departures (
      device TEXT NOT NULL,
      project TEXT NOT NULL,
      changes INTEGER NOT NULL,
      at INTEGER NOT NULL,
      -- On a laptop, 1: the online side knows. There, 1: the project was granted again since.
      settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
      PRIMARY KEY (device, project)
    ) STRICT, WITHOUT ROWID;
    """

  /// What devices last said of themselves.
  static let fleet = """
    CREATE TABLE sync_fleet (
      device TEXT PRIMARY KEY NOT NULL CHECK (length(device) = 40),
      -- When the rest of the row was true.
      at INTEGER NOT NULL,
      -- Changes that it had and this side had not, and when the oldest of them was written.
      unsent INTEGER NOT NULL CHECK (unsent >= 0),
      oldest_at INTEGER,
      -- Its clock less this side's, in milliseconds.
      clock_offset INTEGER NOT NULL,
      software TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
