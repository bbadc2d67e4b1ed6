import GRDB
import SyncCore

/// The database file: how it is opened, made and brought up to date.
enum StoreFile {
  /// "LSyn": says that the file is a store of ours (`PRAGMA application_id`).
  static let applicationID = 0x4C53_796E

  static func configuration(readOnly: Bool = false) -> Configuration {
    MemoryStatistics.off
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.execute(sql: "PRAGMA secure_delete = ON")
      // Up to 16 MiB of pages are kept; they are taken as they are needed.
      try database.execute(sql: "PRAGMA cache_size = -16384")
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
      // A drain writes the same index pages again and again: copying the log back into the file less
      // often copies each of them fewer times. The log stays below 16 MiB.
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
    }
    return configuration
  }

  static func open(_ path: String) throws -> DatabaseQueue {
    do {
      var configuration = configuration()
      configuration.journalMode = .wal
      try requireUsable(path)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      // A store that was put there a moment ago, from a backup or from another disk, may still be in
      // the memory of the machine alone, and what is acknowledged from now on builds on it.
      try queue.inDatabase(FileSync.run)
      return queue
    } catch let error as DatabaseError {
      throw failure("opening the store \(path)", error)
    }
  }

  /// Looks at the file without writing a byte: opening must make no file, since a mistyped path would
  /// become an empty store, and must leave the store of a newer software alone.
  private static func requireUsable(_ path: String) throws {
    let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
    let (application, version) = try queue.read { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      )
    }
    guard application == applicationID else { throw StoreError.notAStore(path: path) }
    guard version <= SyncTables.version else {
      throw StoreError.newerVersion(path: path, found: version, known: SyncTables.version)
    }
  }

  static func create(
    _ path: String, identity: StoreIdentity, schema: Schema
  ) throws -> DatabaseQueue {
    do {
      var configuration = configuration()
      configuration.journalMode = .wal
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.inDatabase { database in
        let hasTables = try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema)")
        guard hasTables == false else {
          throw StoreError.refused(
            what: "The store \(path)", why: "the file exists and is not empty",
            hint: "Choose another place, or use the store that is there.")
        }
        try database.inTransaction(.immediate) {
          try database.execute(sql: "PRAGMA application_id = \(applicationID)")
          try runMigrations(from: 0, database)
          try StoreIdentity.save("replica", identity.replica.description, to: database)
          try StoreIdentity.save("side", identity.side.name, to: database)
          try StoreIdentity.save("name", identity.name, to: database)
          try updateDomain(database, schema: schema, side: identity.side)
          return .commit
        }
      }
      return queue
    } catch let error as DatabaseError {
      throw failure("creating the store \(path)", error)
    }
  }

  /// Runs the migrations that are missing and brings tables and triggers to the declarations.
  static func migrate(
    _ queue: DatabaseQueue, path: String, side: Side, schema: Schema
  ) throws {
    do {
      try queue.inDatabase { database in
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let identity = try StoreIdentity.load(from: database)
        guard identity.side == side else {
          throw StoreError.otherSide(path: path, found: identity.side.name)
        }
        try database.inTransaction(.immediate) {
          try runMigrations(from: found, database)
          try updateDomain(database, schema: schema, side: identity.side)
          return .commit
        }
      }
    } catch let error as DatabaseError {
      throw failure("bringing the store \(path) up to date", error)
    }
  }

  private static func runMigrations(from version: Int, _ database: Database) throws {
    for migration in SyncTables.migrations[version...] {
      try database.execute(sql: migration)
    }
    try database.execute(sql: "PRAGMA user_version = \(SyncTables.version)")
  }

  /// Makes the tables and columns that are missing, and writes the triggers anew where the
  /// declarations changed.
  private static func updateDomain(_ database: Database, schema: Schema, side: Side) throws {
    let tables = DomainTables(schema: schema, side: side)
    for kind in schema.kinds {
      let present = try String.fetchSet(
        database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [kind.table])
      if present.isEmpty {
        try database.execute(sql: tables.creation(of: kind))
      } else {
        if try lacksProjectInKey(kind, database) { try renew(kind, of: tables, database) }
        for field in kind.fields where !present.contains(field.name) {
          try database.execute(sql: tables.addition(of: field, to: kind))
        }
      }
      try updateTriggers(of: kind, in: schema, side: side, database)
    }
    try PublicViews(schema: schema).update(database)
  }

  /// Whether a table has room for one row of a key, and should have one for each project.
  private static func lacksProjectInKey(
    _ kind: KindDeclaration, _ database: Database
  ) throws -> Bool {
    guard kind.isKeyedByProject else { return false }
    return try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE pk > 0)",
      arguments: [kind.table]) ?? false
  }

  private static func renew(
    _ kind: KindDeclaration, of tables: DomainTables, _ database: Database
  ) throws {
    let columns = try Row.fetchAll(
      database, sql: "SELECT name, type FROM pragma_table_info(?)", arguments: [kind.table])
    let others = try String.fetchAll(
      database,
      sql: """
        SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger')
          AND sql IS NOT NULL AND name NOT LIKE 'sync\\_%' ESCAPE '\\'
        """, arguments: [kind.table])
    let statements = tables.renewal(
      of: kind, columns: columns.map { (name: $0[0], type: $0[1]) }, others: others)
    for statement in statements { try database.execute(sql: statement) }
  }

  private static func updateTriggers(
    of kind: KindDeclaration, in schema: Schema, side: Side, _ database: Database
  ) throws {
    let triggers = CaptureTriggers(kind: kind, schema: schema, side: side)
    let present = try Set(
      String.fetchAll(
        database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
        arguments: [kind.table]))
    guard present != Set(triggers.creations) else { return }
    for statement in triggers.removals + triggers.creations {
      try database.execute(sql: statement)
    }
  }

  private static func failure(_ doing: String, _ error: DatabaseError) -> StoreError {
    .database(
      doing: doing, message: error.message ?? "unknown error",
      code: error.extendedResultCode.rawValue)
  }
}
