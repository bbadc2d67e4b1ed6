import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("A bundle on a stick")
  struct BundleTests {
    private func labctl(
      _ machine: Machine, _ arguments: [String], status: Int32 = 0
    ) throws -> Command {
      let run = try machine.labctl(arguments)
      #expect(run.ending.exitStatus == status, "\(arguments): \(run.output)\(run.errors)")
      return run
    }

    @Test("carries everything of a laptop without a network there, and what others wrote back")
    func stick() throws {
      let lab = try Lab(laptops: 2)
      let (known, stranger) = (lab.laptops[0], lab.laptops[1])
      let stick = "\(lab.folder)/stick"
      try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: false)
      // One laptop was connected once; the other never is.
      try lab.online.start()
      try known.start()
      try lab.waitUntilInSync()
      try lab.setPaused(true, known)
      try lab.online.stop()
      try stranger.start()
      try lab.setPaused(true, stranger)
      try lab.online.start()
      _ = try labctl(known, ["add", "idea", "title=By the known"])
      _ = try labctl(stranger, ["add", "idea", "title=By the stranger"])
      _ = try labctl(lab.online, ["add", "idea", "title=Online"])

      let first = "\(stick)/known.bundle"
      let made = try labctl(known, ["bundle", "export", first])
      // Its own, and the online side's of the project's name.
      #expect(made.output.contains("2 changes of 1 project"))
      #expect(made.output.contains("Nothing is online by this"))
      let mode = try FileManager.default.attributesOfItem(atPath: first)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      _ = try labctl(known, ["bundle", "export", first], status: 64)
      _ = try labctl(known, ["bundle", "export", first, "--replace"])
      // It proves nothing, and no safety.
      #expect(try known.ask(StatusRequest()).queued == 1)
      _ = try labctl(known, ["leave-check"], status: 4)

      let taken = try labctl(lab.online, ["bundle", "import", first])
      #expect(taken.output.contains("1 change applied"))
      #expect(taken.output.contains("The laptop does not know that"))
      let again = try labctl(lab.online, ["bundle", "import", first, "--json"])
      let result = try JSONDecoder().decode(BundleResult.self, from: Data(again.output.utf8))
      #expect(result.applied == 0 && result.duplicates == 2)

      let second = "\(stick)/stranger.bundle"
      _ = try labctl(stranger, ["bundle", "export", second])
      let refused = try labctl(lab.online, ["bundle", "import", second], status: 3)
      #expect(refused.errors.contains("1 change of laptop-2: no machine that was let in"))
      _ = try labctl(lab.online, ["bundle", "import", second, "--device", "laptop-2"])

      _ = try labctl(known, ["bundle", "import", second], status: 64)

      var bytes = try Data(contentsOf: URL(fileURLWithPath: second))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: second))
      let changed = try labctl(lab.online, ["bundle", "import", second], status: 1)
      #expect(changed.errors.contains("nothing was changed"), "\(changed.errors)")

      let back = "\(stick)/online.bundle"
      _ = try labctl(lab.online, ["bundle", "export", back])
      for laptop in lab.laptops { _ = try labctl(laptop, ["bundle", "import", back]) }
      _ = try lab.equalExports("carried")
      let status = try known.ask(StatusRequest())
      #expect(status.queued == 0 && status.confirmed == 1)
      #expect(!status.inSync.value)
      _ = try labctl(known, ["leave-check"], status: 4)
      for machine in lab.machines { _ = try labctl(machine, ["verify"]) }

      // With a network nothing is left to be said, also by the one that never had any.
      for laptop in lab.laptops { try lab.setPaused(false, laptop) }
      try lab.waitUntilInSync()
      _ = try labctl(known, ["leave-check"])
      _ = try labctl(stranger, ["leave-check"])
      #expect(try stranger.ask(StatusRequest()).fork == nil)
    }

    @Test("holds what a laptop wrote that was shut out")
    func revoked() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.status { $0.inSync.value }
      _ = try laptop.labctl(["sync", "pause"])
      _ = try laptop.labctl(["add", "idea", "title=later"])
      let file = "\(lab.folder)/table-3.bundle"
      #expect(try laptop.labctl(["bundle", "export", file]).ending.exitStatus == 0)
      _ = try labctl(lab.online, ["peer", "revoke", "Table 3"])
      let held = try labctl(lab.online, ["bundle", "import", file], status: 3)
      #expect(held.output.contains("0 changes applied") && held.output.contains("1 held"))
      #expect(try lab.online.ask(StatusRequest()).held == 1)
      #expect(!(try labctl(lab.online, ["list", "idea"]).output.contains("later")))
      _ = try labctl(lab.online, ["peer", "release", "Table 3"])
      #expect(try labctl(lab.online, ["list", "idea"]).output.contains("later"))
      let after = try labctl(lab.online, ["bundle", "import", file])
      #expect(after.output.contains("2 were here already"), "\(after.output)")
    }
  }
}
