import Foundation
import GRDB
import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite("An older store")
struct OlderStoreTests {
  /// Edits of every sort, some of them apart, exchanged between both sides; and rows that nobody has
  /// captured yet.
  private func filled() throws -> (lab: StoreFixture, online: StoreFixture) {
    let (lab, online) = (try StoreFixture(number: 1), try StoreFixture(side: .online, number: 2))
    for number in 1...20 {
      try lab.sql("INSERT INTO ideas (title, tags) VALUES ('lab \(number)', '[\"a\"]')")
      try online.sql("INSERT INTO ideas (title) VALUES ('online \(number)')")
      try lab.sql("INSERT INTO participants (code, display_name) VALUES ('SL-\(number)', 'Ann')")
    }
    try exchange(lab, online)
    for (fixture, body) in [(lab, "in the room"), (online, "on the web")] {
      try fixture.sql(
        "UPDATE ideas SET body = ?, seen = revision WHERE title IN ('lab 1', 'online 1')", [body])
    }
    try lab.sql("DELETE FROM ideas WHERE title = 'online 2'")
    try online.sql(
      """
      INSERT INTO voids (replica, lane, sequence, state) VALUES ('nobody', 1, 7, 'void');
      INSERT INTO revocations (replica, last_record) VALUES ('nobody', 7)
      """)
    try exchange(lab, online)
    try lab.sql("INSERT INTO ideas (title) VALUES ('not captured yet')")
    return (lab, online)
  }

  /// Puts the file of `fixture` into the form that the first `version` migrations made, with what is in
  /// it and what was known then.
  private func age(_ fixture: StoreFixture, to version: Int) throws {
    let path = fixture.folder.appendingPathComponent("older.db").path
    let older = try DatabaseQueue(path: path)
    try older.writeWithoutTransaction { database in
      for migration in SyncTables.migrations[..<version] { try database.execute(sql: migration) }
      try database.execute(sql: "ATTACH '\(fixture.store.path)' AS newer")
      let since = version < 4 ? ["erasure_receipts"] : []
      for kind in LivingLab.schema.kinds where !since.contains(kind.table) {
        var creation = try #require(
          try String.fetchOne(
            database, sql: "SELECT sql FROM newer.sqlite_schema WHERE name = ?",
            arguments: [kind.table]))
        if kind.isKeyedByProject, version < 6 {
          let key = Columns.key(of: kind).map(Columns.quoted).joined(separator: ", ")
          creation.replace("UNIQUE (\(key), \"project\")", with: "PRIMARY KEY (\(key))")
          #expect(creation.contains("PRIMARY KEY"))
        }
        try database.execute(sql: creation)
      }
      for table in try String.fetchAll(
        database,
        sql: """
          SELECT name FROM main.sqlite_schema WHERE type = 'table'
          ORDER BY name = 'sqlite_sequence'
          """)
      {
        let columns = try String.fetchAll(
          database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table]
        ).map { "\"\($0)\"" }.joined(separator: ", ")
        // How far ids were given counts, too, and stands in it once for each table.
        if table == "sqlite_sequence" { try database.execute(sql: "DELETE FROM sqlite_sequence") }
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO main."\(table)" (\(columns))
            SELECT \(columns) FROM newer."\(table)"
            """)
      }
      try database.execute(sql: "DETACH newer")
      // What nobody should do, and somebody did.
      try database.execute(
        sql: """
          ALTER TABLE voids ADD COLUMN note TEXT;
          UPDATE voids SET note = 'of the site';
          CREATE INDEX site_notes ON voids (note);
          CREATE TRIGGER site_notes AFTER UPDATE OF note ON voids BEGIN SELECT 1; END
          """)
      try database.execute(
        sql: """
          PRAGMA main.application_id = \(StoreFile.applicationID);
          PRAGMA main.user_version = \(version)
          """)
    }
    try older.close()
    try fixture.replaceFile(with: path)
  }

  private func export(_ fixture: StoreFixture) throws -> [String] {
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    return try reader.export(ExportSelection(isCanonical: true), at: fixture.now).lines
  }

  @Test(
    "is brought up to date with everything that was in it, and goes on with the others",
    arguments: [Side.lab, .online], Array(1..<SyncTables.version))
  func upgrade(_ side: Side, _ version: Int) throws {
    let (lab, online) = try filled()
    let fixture = side == .lab ? lab : online
    let log = "SELECT group_concat(hex(hash)) FROM sync_log"
    let (rows, chains) = (try fixture.dump(), try fixture.text(log))
    let (lines, conflicts) = (try export(fixture), try fixture.openConflicts())
    let vector = try fixture.store.vector(of: fixture.project)
    #expect(lines.count > 50 && conflicts.count > 1)

    try age(fixture, to: version)

    #expect(try fixture.count("PRAGMA user_version") == SyncTables.version)
    #expect(try fixture.dump() == rows)
    for kind in LivingLab.schema.kinds where kind.isKeyedByProject {
      let key = Columns.rowKey(of: kind).map(Columns.quoted).joined(separator: ", ")
      let table = try fixture.text("SELECT sql FROM sqlite_schema WHERE name = '\(kind.table)'")
      #expect(table?.contains("UNIQUE (\(key))") == true)
    }
    #expect(try fixture.text("SELECT note FROM voids") == "of the site")
    #expect(
      try fixture.count("SELECT count(*) FROM sqlite_schema WHERE name = 'site_notes'") == 2)
    #expect(try export(fixture) == lines)
    #expect(try fixture.openConflicts() == conflicts)
    #expect(try fixture.text(log) == chains)
    #expect(try fixture.store.vector(of: fixture.project) == vector)
    let reader = try StoreReader(opening: fixture.store.path, schema: LivingLab.schema)
    #expect(try reader.verify().damages.isEmpty)
    // What the newer tables are for works, and both sides go on as one.
    #expect(try fixture.store.devices().isEmpty)
    try online.sql(
      """
      INSERT INTO erasures (participant) SELECT id FROM participants WHERE code = 'SL-1'
      """)
    try fixture.sql("UPDATE ideas SET title = 'after the upgrade' WHERE title = 'lab 3'")
    for _ in 1...3 { try exchange(lab, online) }
    #expect(try lab.dump() == online.dump())
    for one in [lab, online] {
      #expect(try one.count("SELECT count(*) FROM ideas WHERE title = 'after the upgrade'") == 1)
      #expect(try one.count("SELECT count(*) FROM ideas WHERE title = 'not captured yet'") == 1)
      #expect(
        try one.count(
          "SELECT count(*) FROM participants WHERE code = 'SL-1' AND display_name = 'Ann'") == 0)
    }
  }
}
