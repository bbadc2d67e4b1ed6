import DeveloperRig
import SyncControl
import Testing

extension SystemTests {
  @Suite("A trigger that somebody put into the online store")
  struct TriggerTests {
    @Test(
      "and that refuses is named on both sides; nothing is lost, and all arrives when it is gone")
    func refusing() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.online.database().execute(
        """
        CREATE TRIGGER closed BEFORE INSERT ON ideas
        BEGIN SELECT RAISE(ABORT, 'the call is closed'); END
        """)
      try lab.start()
      _ = try laptop.labctl(["add", "idea", "title=A garden"])
      let refusal =
        "a trigger in the store refused writing rows of ideas, with the words “the call is closed”"
      try wait(for: "the online side could not store it: \(refusal)", on: laptop)
      try wait(for: "what laptop-1 sent is not stored: A\(refusal.dropFirst())", on: lab.online)
      #expect(try laptop.ask(StatusRequest()).durable == 0)
      #expect(lab.online.log().contains("A\(refusal.dropFirst())"))
      let doctor = try lab.online.labctl(["doctor"])
      #expect(doctor.ending.exitStatus == 4)
      for words in ["what another machine sent is not stored", "SELECT name, tbl_name FROM"] {
        #expect(doctor.output.unwrapped.contains(words), "\(doctor.output)")
      }

      try lab.online.database().execute("DROP TRIGGER closed")
      try lab.waitUntilInSync()
      #expect(try lab.equalExports("export").counts["idea"] == 1)
      #expect(try lab.online.ask(StatusRequest()).connection.storeFailure == nil)
    }

    private func wait(for words: String, on machine: Machine) throws {
      let deadline = Deadline(seconds: 60)
      while true {
        let status = try machine.ask(StatusRequest()).connection.words
        if status.contains(words) { return }
        guard !deadline.hasPassed else { throw RigError("\(machine.name) says: \(status)") }
        Deadline.pause(milliseconds: 20)
      }
    }
  }
}
