import DeveloperRig
import Foundation
import SyncControl
import Testing

/// The `sqlite3` program, which people write rows with.
enum Shell {
  static let path = "/usr/bin/sqlite3"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  static func run(_ sql: String, on machine: Machine) throws -> Command {
    try Command.run(
      path, ["-bail", "-cmd", ".timeout 1000", machine.storePath, sql], folder: machine.folder)
  }
}

extension SystemTests {
  @Suite("Plain SQL", .enabled(if: Shell.isInstalled, "\(Shell.path) is not installed"))
  struct SQLTests {
    private static let idea = "01900000-0000-7000-8000-000000000001"
    private static let other = "01900000-0000-7000-8000-000000000002"
    private static let comment = "01900000-0000-7000-8000-000000000003"
    private static let gone = "01900000-0000-7000-8000-000000000004"
    private static let person = "01900000-0000-7000-8000-000000000005"

    private static let writes = """
      INSERT INTO ideas (id, title, body) VALUES ('\(idea)', 'one', 'First. Second.');
      UPDATE ideas SET title = 'two' WHERE id = '\(idea)';
      UPDATE ideas SET title = 'three' WHERE id = '\(idea)';
      INSERT INTO ideas (id, title, tags) VALUES ('\(other)', 'before', '["eco"]');
      INSERT OR REPLACE INTO ideas (id, title) VALUES ('\(other)', 'replaced');
      INSERT INTO supports (idea, participant, ballot, value) VALUES ('\(idea)', '\(person)', 'main', 1)
        ON CONFLICT DO UPDATE SET value = excluded.value;
      INSERT INTO supports (idea, participant, ballot, value) VALUES ('\(idea)', '\(person)', 'main', -1)
        ON CONFLICT DO UPDATE SET value = excluded.value;
      INSERT INTO comments (id, body) VALUES ('\(comment)', 'said');
      DELETE FROM comments WHERE id = '\(comment)';
      INSERT INTO comments (id, body) VALUES ('\(comment)', 'said again');
      INSERT INTO comments (id, body) VALUES ('\(gone)', 'never mind');
      DELETE FROM comments WHERE id = '\(gone)';
      """

    private static let questions: [(sql: String, rows: [[Cell]])] = [
      ("SELECT title FROM ideas ORDER BY id", [[.text("three")], [.text("replaced")]]),
      ("SELECT value FROM supports", [[.integer(-1)]]),
      ("SELECT id, body FROM comments", [[.text(comment), .text("said again")]]),
    ]

    @Test(
      "written while the daemon is stopped is captured when it starts, and reaches the other side")
    func whileStopped() throws {
      let lab = try Lab(laptops: 1)
      let written = try Shell.run(Self.writes, on: lab.laptops[0])
      try #require(written.ending.exitStatus == 0, "\(written.errors)")
      try lab.start()
      try lab.waitUntilInSync()
      for machine in lab.machines {
        let database = try machine.database(isReadOnly: true)
        for question in Self.questions {
          #expect(try database.rows(question.sql) == question.rows, "\(machine.name)")
        }
        #expect(try machine.ask(StatusRequest()).conflicts == 0)
      }
      let export = try lab.equalExports("export")
      #expect(export.counts["idea"] == 2)
    }

    @Test("that breaks a rule is refused with a sentence")
    func refused() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      let written = try Shell.run(
        "INSERT INTO ideas (id, origin) VALUES ('\(Self.idea)', 'lab'); "
          + "UPDATE ideas SET origin = 'online'", on: laptop)
      #expect(written.ending.exitStatus != 0)
      #expect(written.errors.contains("ideas.origin is set when the record is created"))
    }

    @Test("of the worker itself is never captured: vectors stand still while nobody writes")
    func vectorsStandStill() throws {
      let lab = try Lab(laptops: 2)
      try lab.start()
      try OutsideWriter(lab.laptops[0], seed: 1).write(300)
      try OutsideWriter(lab.online, seed: 2).write(300)
      try lab.waitUntilInSync()
      let before = try Vectors(of: lab.online)
      #expect(before.changeCount >= 600)
      // A write that changes nothing is no change.
      for machine in lab.machines {
        let written = try Shell.run("UPDATE ideas SET title = title", on: machine)
        #expect(written.ending.exitStatus == 0, "\(written.errors)")
      }
      try lab.stop()
      try lab.start()
      try lab.waitUntilInSync()
      for machine in lab.machines {
        try machine.waitUntilCaptured()
        #expect(try Vectors(of: machine) == before)
      }
    }

    @Test("with a busy timeout of 1 s never fails while a long outbox drains")
    func duringDrain() throws {
      let scenario = DrainScenario(rows: setting("LABSYNC_DRAIN_ROWS", default: 4000))
      let outcome = try scenario.run(on: try Lab(laptops: 1))
      #expect(outcome.writes > 0)
      #expect(outcome.failures == 0, "\(outcome.firstFailure ?? "")")
      #expect(outcome.rowsMissing == 0)
    }
  }
}
