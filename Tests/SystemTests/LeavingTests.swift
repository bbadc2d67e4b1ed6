import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("Leaving a project")
  struct LeavingTests {
    @Test(
      "of a project ends when the laptop leaves it: its data is gone, and the receipt is online")
    func leaving() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.labctl(["sync", "pause"])
      _ = try laptop.labctl(["add", "idea", "title=zebra-leaves"])
      let kept = try laptop.labctl(["leave", lab.project])
      #expect(kept.ending.exitStatus == 4)
      #expect(kept.errors.contains("1 change is only on this machine"))
      _ = try laptop.labctl(["sync", "resume"])
      _ = try laptop.labctl(["sync", "now"])
      let left = try laptop.labctl(["leave", lab.project])
      #expect(left.ending.exitStatus == 0, "\(left.errors)")
      #expect(try laptop.status().projects.isEmpty)
      for end in ["", "-wal"] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: laptop.storePath + end))
        #expect(bytes.range(of: Data("zebra-leaves".utf8)) == nil)
      }
      let deadline = Deadline(seconds: 30)
      while try lab.online.ask(PeerShowRequest(peer: "Table 3")).departures.isEmpty,
        !deadline.hasPassed
      {
        Deadline.pause(milliseconds: 20)
      }
      let detail = try lab.online.ask(PeerShowRequest(peer: "Table 3"))
      #expect(detail.departures.map(\.project) == [lab.project])
      #expect(try lab.online.labctl(["list", "idea"]).output.contains("zebra-leaves"))
      #expect(try laptop.status().projects.isEmpty)
      #expect(detail.onlyThere == "nothing: it removed every project that it shared")
      // Nobody waits for anything any more, and both sides say so.
      let connected = try laptop.status { $0.connection.words.contains("shares no project") }
      #expect(connected.connection.state == .live)
      let synced = try laptop.labctl(["sync", "now"])
      #expect(synced.ending.exitStatus == 0, "\(synced.errors)")
      #expect(try laptop.labctl(["leave-check"]).output.contains("Safe to leave"))
      let report = try lab.online.ask(ReportRequest(.kpi))
      #expect(report.completeness.isComplete, "\(report.completeness.words)")
      let status = try lab.online.ask(StatusRequest())
      #expect(status.inSync.value)
      #expect(status.peers.map(\.words) == ["connected, shares no project"])
      laptop.stop()
      while try lab.online.ask(StatusRequest()).peers[0].isConnected, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      #expect(try lab.online.ask(ReportRequest(.kpi)).completeness.isComplete)
    }

    @Test("keeps a project whose changes were online once and that nobody can ask about now")
    func leavingOffline() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.labctl(["add", "idea", "title=acknowledged"])
      _ = try laptop.status { $0.inSync.value && $0.queued == 0 }
      // The online side may come back as an older copy of itself.
      try lab.online.stop()
      let kept = try laptop.labctl(["leave", lab.project])
      #expect(kept.ending.exitStatus == 4, "\(kept.output)")
      #expect(kept.errors.contains("not known now that both sides hold the same"))
      #expect(try laptop.labctl(["list", "idea"]).output.contains("acknowledged"))
      _ = try laptop.labctl(["add", "idea", "title=never online"])
      let left = try laptop.labctl(["leave", lab.project, "--discard"])
      #expect(left.ending.exitStatus == 0, "\(left.errors)")
      #expect(left.output.contains("not known to be online"))
      #expect(left.output.contains("1 change written here, and 0 writes not captured yet"))
      #expect(try laptop.status().projects.isEmpty)
    }

    @Test("keeps every row that a program commits while the project goes")
    func leavingBesideAWriter() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      let store = try Database(laptop.storePath)
      try store.execute("INSERT INTO ideas (title) VALUES ('row 0')")
      var committed = 1
      let deadline = Deadline(seconds: 60)
      // A row is committed while each question is answered: the laptop looks again when it is told.
      while !(try laptop.status().projects.isEmpty) {
        let leaving = try ChildProcess(
          laptop.programs.control, ["leave", lab.project, "--socket", laptop.socketPath],
          output: "\(laptop.folder)/leave.out", errors: "\(laptop.folder)/leave.err")
        while !leaving.hasEnded, !deadline.hasPassed {
          do {
            try store.execute("INSERT INTO ideas (title) VALUES ('row \(committed)')")
            committed += 1
          } catch {
            // The project is gone, or the store is busy: nothing was committed.
          }
          // Now and then it is quiet for long enough.
          if committed.isMultiple(of: 10) { _ = try leaving.waitForEnd(seconds: 30) }
          Deadline.pause(milliseconds: 3)
        }
        try #require(!deadline.hasPassed)
      }
      let ideas = try lab.online.database().integer("SELECT count(*) FROM ideas")
      #expect(ideas == committed)
    }
  }
}
