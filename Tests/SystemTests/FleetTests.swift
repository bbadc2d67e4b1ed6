import DeveloperRig
import SyncControl
import Testing

extension SystemTests {
  @Suite("The fleet")
  struct FleetTests {
    @Test(
      "is what the laptops last said, also after the online side was killed; a report misses them")
    func restart() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try laptop.start()
      let count = 3_000
      let database = try laptop.database()
      let idea = try database.prepare("INSERT INTO ideas (title, body) VALUES (?, ?)")
      // More than may be on its way at once.
      let body = String(repeating: "A long story. ", count: 60)
      try database.transaction {
        for number in 0..<count { try idea.run([.text("Idea \(number)"), .text(body)]) }
      }
      try laptop.waitUntilCaptured()
      // Written an hour and a half ago, and yesterday by a clock that nobody asks.
      try database.execute("UPDATE sync_log SET stored_at = stored_at - 5400000")
      try lab.online.start()
      laptop.connectNow()
      let shown = try lab.online.machine { ($0.reported?.unsent ?? 0) > 0 }
      laptop.freeze()
      let told = try #require(shown.reported)
      #expect(told.unsent <= count)
      #expect((5_400..<5_520).contains(told.oldestAgeSeconds ?? 0))
      // What was said first is written down at once.
      let store = try lab.online.database(isReadOnly: true)
      let deadline = Deadline(seconds: 30)
      while try store.integer("SELECT count(*) FROM sync_fleet WHERE unsent > 0") == 0 {
        try #require(!deadline.hasPassed)
        Deadline.pause(milliseconds: 5)
      }
      try lab.online.kill()
      try lab.online.start()
      let remembered = try lab.online.machine { _ in true }
      let report = try #require(remembered.reported)
      #expect(!remembered.isConnected)
      #expect((1...count).contains(report.unsent))
      #expect(report.at >= told.at - 5_000)
      #expect((5_400..<5_520).contains(report.oldestAgeSeconds ?? 0))
      #expect(remembered.software == shown.software)
      #expect(remembered.clockOffsetMilliseconds == shown.clockOffsetMilliseconds)
      #expect(remembered.lastContact != nil)
      let table = try lab.online.labctl(["fleet"]).output
      #expect(table.contains("laptop-1") && table.contains("oldest 90 min"), "\(table)")
      let completeness = try lab.online.ask(ReportRequest(.kpi)).completeness
      #expect(!completeness.isComplete)
      let missing = "laptop-1 (\(report.unsent) unsent when it was last heard"
      #expect(completeness.words.contains(missing), "\(completeness.words)")
      laptop.thaw()
      try lab.waitUntilInSync()
      let after = try lab.online.machine { $0.reported?.unsent == 0 }
      #expect(after.reported?.oldestAgeSeconds == nil)
      // A clean end keeps the last word, whoever is still there.
      try lab.online.stop()
      try laptop.stop()
      try lab.online.start()
      let ended = try lab.online.machine { _ in true }
      #expect(ended.reported?.unsent == 0)
      #expect((ended.reported?.at ?? 0) >= (after.reported?.at ?? .max))
      #expect(try lab.online.ask(ReportRequest(.kpi)).completeness.isComplete)
    }
  }
}

extension Machine {
  /// The only machine of the fleet, once `condition` holds.
  fileprivate func machine(where condition: (Fleet.Machine) -> Bool) throws -> Fleet.Machine {
    let deadline = Deadline(seconds: 60)
    while true {
      let machines = try ask(FleetRequest()).machines
      if let machine = machines.first, condition(machine) { return machine }
      guard !deadline.hasPassed else { throw RigError("the fleet is still \(machines)") }
      Deadline.pause(milliseconds: 2)
    }
  }
}
