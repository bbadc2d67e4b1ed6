import DeveloperRig
import SyncControl
import Testing

extension SystemTests {
  @Suite("The status")
  struct StatusTests {
    @Test("of every machine says in sync once all hold the same, also what came from a third")
    func inSync() throws {
      let lab = try Lab(laptops: 2)
      try lab.start()
      for (number, machine) in lab.machines.enumerated() {
        try OutsideWriter(machine, seed: UInt64(number)).write(20)
      }
      try lab.waitUntilInSync()
      #expect(try lab.inSyncClaims() == ["online", "laptop-1", "laptop-2"])
      for laptop in lab.laptops {
        let status = try laptop.ask(StatusRequest())
        #expect(status.queued == 0)
        #expect(status.durable == 20)
        #expect(status.confirmed == 20)
        #expect(status.oldestAgeSeconds == nil)
      }
    }

    @Test("of a laptop without a connection counts what is queued, and nothing is in sync")
    func offline() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try laptop.start()
      try OutsideWriter(laptop, seed: 1).write(20)
      try laptop.waitUntilCaptured()
      let status = try laptop.ask(StatusRequest())
      #expect(status.queued == 20)
      #expect(status.durable == 0)
      #expect(!status.inSync.value)
      #expect(status.oldestAgeSeconds != nil)
    }
  }
}
