import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("Copies of a store")
  struct CopyTests {
    private func titles(_ machine: Machine) throws -> [String] {
      try machine.database(isReadOnly: true).rows("SELECT title FROM ideas ORDER BY title")
        .compactMap { if case .text(let title)? = $0.first { title } else { nil } }
    }

    /// Puts yesterday's database in the place of today's.
    private func restore(_ machine: Machine, from backup: String) throws {
      for end in ["", "-wal", "-shm", ".witness"] {
        let path = machine.storePath + end
        if FileManager.default.fileExists(atPath: path) {
          try FileManager.default.removeItem(atPath: path)
        }
      }
      try FileManager.default.copyItem(atPath: backup, toPath: machine.storePath)
    }

    @Test("of a laptop, put back from a backup: all there, nothing twice, and said in a sentence")
    func restoredLaptop() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      _ = try laptop.labctl(["add", "idea", "title=before"])
      try lab.waitUntilInSync()
      let backup = "\(lab.folder)/backup.db"
      try laptop.database().execute("VACUUM INTO '\(backup)'")
      _ = try laptop.labctl(["add", "idea", "title=after the backup"])
      try lab.waitUntilInSync()
      try laptop.stop()
      try restore(laptop, from: backup)
      try laptop.database().execute("INSERT INTO ideas (title) VALUES ('on the copy')")
      try laptop.start()
      try lab.waitUntilInSync()
      let all = ["after the backup", "before", "on the copy"]
      #expect(try titles(laptop) == all)
      #expect(try titles(lab.online) == all)
      _ = try lab.equalExports("restored")
      let fork = try #require(try laptop.ask(StatusRequest()).fork)
      #expect(fork.kept == 1)
      #expect(fork.words.contains("an older copy"))
      #expect(try laptop.labctl(["status"]).output.contains("an older copy"))
    }

    @Test("of the online side's database, put back alone: it gets back what it lost")
    func restoredOnline() throws {
      let lab = try Lab(laptops: 3)
      try lab.start()
      _ = try lab.online.labctl(["add", "idea", "title=before"])
      try lab.waitUntilInSync()
      let backup = "\(lab.folder)/backup.db"
      try lab.online.database().execute("VACUUM INTO '\(backup)'")
      _ = try lab.online.labctl(["add", "idea", "title=by the online side, lost"])
      _ = try lab.laptops[0].labctl(["add", "idea", "title=by a laptop, lost"])
      _ = try lab.laptops[2].labctl(["add", "idea", "title=by one that never returns, lost"])
      try lab.waitUntilInSync()
      try lab.laptops[2].stop()
      try lab.online.stop()
      let witness = lab.online.storePath + ".witness"
      let lines = try String(contentsOfFile: witness, encoding: .utf8)
      try restore(lab.online, from: backup)
      try lines.write(toFile: witness, atomically: true, encoding: .utf8)
      try lab.online.start()
      _ = try lab.online.labctl(["add", "idea", "title=since"])
      try lab.waitUntilInSync()
      #expect(
        try titles(lab.online)
          == [
            "before", "by a laptop, lost", "by one that never returns, lost",
            "by the online side, lost", "since",
          ])
      _ = try lab.equalExports("restored")
      let online = try lab.online.ask(StatusRequest())
      #expect(online.violations == 0)
      for laptop in lab.laptops.dropLast() { #expect(try laptop.ask(StatusRequest()).fork == nil) }
    }
  }

  @Suite("The end of the evening")
  struct LeaveTests {
    @Test("is safe when everything is online, and says why when it is not")
    func leaving() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try OutsideWriter(laptop, seed: 1).write(20)
      let safe = try laptop.labctl(["leave-check", "--json"])
      #expect(safe.ending.exitStatus == 0)
      #expect(safe.output.contains("\"safe\":true"))
      #expect(try laptop.ask(LeaveCheckRequest()).confirmed == 20)
      try lab.setPaused(true, laptop)
      try OutsideWriter(laptop, seed: 2).write(3)
      let unsafe = try laptop.labctl(["leave-check"])
      #expect(unsafe.ending.exitStatus == 4)
      #expect(unsafe.output.hasPrefix("NOT SAFE to leave: 3 changes are only on this machine"))
      #expect(try lab.online.labctl(["leave-check"]).ending.exitStatus == 1)
    }

    @Test("A log that a disk has damaged is found, and fetched anew")
    func verifying() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try OutsideWriter(lab.online, seed: 1).write(20)
      try lab.waitUntilInSync()
      #expect(try laptop.labctl(["verify"]).output.hasPrefix("Whole: "))
      try laptop.stop()
      let database = try laptop.database()
      try database.execute("DROP TRIGGER sync_log_no_update")
      try database.execute(
        "UPDATE sync_log SET hash = zeroblob(16) WHERE position = (SELECT max(position) - 5 FROM sync_log)"
      )
      try laptop.start()
      let damaged = try laptop.labctl(["verify", "--repair"])
      #expect(damaged.ending.exitStatus == 4)
      #expect(damaged.output.contains("DAMAGED: "))
      try lab.waitUntilInSync()
      #expect(try laptop.labctl(["verify"]).output.hasPrefix("Whole: "))
      _ = try lab.equalExports("repaired")
    }
  }
}
