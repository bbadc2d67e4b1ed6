import DeveloperRig
import Foundation
import SyncControl
import Testing
import ZeroMQ

extension SystemTests {
  @Suite("A revocation")
  struct RevocationTests {
    @Test("takes back what the laptop wrote in each of its projects")
    func revocationInEveryProject() throws {
      let lab = try Lab(laptops: 0)
      let projects = [lab.project, "0195d2c4-0000-7000-8000-00000000000b"]
      try lab.online.database().execute("INSERT INTO sync_projects (id) VALUES ('\(projects[1])')")
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      #expect(try laptop.status { $0.projects.count == 2 }.projects.count == 2)
      let (here, online) = (try Database(laptop.storePath), try lab.online.database())
      for project in projects {
        try here.execute("INSERT INTO ideas (title, project) VALUES ('early', '\(project)')")
      }
      let deadline = Deadline(seconds: 60)
      while try online.integer("SELECT count(*) FROM ideas") < 2, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      #expect(try online.integer("SELECT count(DISTINCT project) FROM ideas") == 2)
      let revoked = try lab.online.ask(
        PeerRevokeRequest(peer: "Table 3", reason: "lost in a bus", since: 0))
      #expect(revoked.voided == 2)
      #expect(try online.integer("SELECT count(*) FROM ideas") == 0)
      #expect(try online.integer("SELECT count(*) FROM revocations") == 2)
    }

    @Test("of a laptop whose file is gone goes by the file's name, from a moment on")
    func revocationBehindTheFile() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try lab.waitUntilInSync()
      _ = try laptop.labctl(["add", "idea", "title=to be taken back"])
      try lab.waitUntilInSync()
      let from = lab.online.folder + "/authorized/laptop-1"
      let file = lab.online.folder + "/authorized/table-3"
      // The name of the file is the operator's, and not what the machine calls itself.
      try FileManager.default.moveItem(atPath: from, toPath: file)
      let deadline = Deadline(seconds: 60)
      while try lab.online.ask(PeerListRequest()).peers.map(\.name) != ["table-3"],
        !deadline.hasPassed
      {
        Deadline.pause(milliseconds: 20)
      }
      try FileManager.default.removeItem(atPath: file)
      while try lab.online.ask(PeerListRequest()).peers.contains(where: \.isByFile),
        !deadline.hasPassed
      {
        Deadline.pause(milliseconds: 20)
      }
      let before = try lab.online.ask(PeerShowRequest(peer: "table-3"))
      #expect(before.chains.contains { $0.here > 0 })
      #expect(!before.onlyThere.contains("nothing of it is here"))
      // It knocks, and is on the list of those that wait.
      while try lab.online.ask(PeerListRequest()).peers.isEmpty, !deadline.hasPassed {
        laptop.connectNow()
        Deadline.pause(milliseconds: 500)
      }
      let fingerprint = try CurvePublicKey(z85: laptop.publicKey).fingerprint
      for name in ["table-3", fingerprint] {
        let detail = try lab.online.ask(PeerShowRequest(peer: name))
        #expect(detail.chains == before.chains)
      }
      let revoked = try lab.online.ask(
        PeerRevokeRequest(peer: "table-3", reason: "lost in a bus", since: 0))
      #expect(revoked.voided > 0)
      #expect(!(try lab.online.labctl(["list", "idea"]).output.contains("to be taken back")))
      // By a daemon that never saw the file, under the name that the table keeps.
      try lab.online.stop()
      try lab.online.start()
      let after = try lab.online.ask(PeerShowRequest(peer: "table-3"))
      #expect(after.chains.contains { $0.standsUntil == 0 })
    }

    @Test("cuts off within a second, in words, and what comes later is held")
    func revocation() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.labctl(["add", "idea", "title=good"])
      _ = try laptop.labctl(["sync", "now"])
      let began = Date()
      let revoked = try lab.online.labctl([
        "peer", "revoke", "Table 3", "--reason", "lost in a bus",
      ])
      #expect(revoked.ending.exitStatus == 0, "\(revoked.errors)")
      let status = try laptop.status(seconds: 5) { $0.connection.state == .refused }
      #expect(Date().timeIntervalSince(began) < 1)
      #expect(status.connection.words.contains("lost in a bus"))
      _ = try laptop.labctl(["add", "idea", "title=later"])
      _ = try laptop.labctl(["sync", "now"])
      let deadline = Deadline(seconds: 30)
      while try lab.online.ask(StatusRequest()).held == 0, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      #expect(try lab.online.ask(StatusRequest()).held == 1)
      #expect(try lab.online.ask(StatusRequest()).peers.map(\.held) == [1])
      #expect(
        try lab.online.labctl(["status"]).output.unwrapped.contains(
          "decide about what is held of Table 3: labctl peer show \"Table 3\""))
      #expect(!(try lab.online.labctl(["list", "idea"]).output.contains("later")))
      // Nothing is promised to the laptop, and it gets nothing.
      _ = try lab.online.labctl(["add", "idea", "title=for others"])
      #expect(try laptop.status().queued == 1)
      #expect(!(try laptop.labctl(["list", "idea"]).output.contains("for others")))
      let detail = try lab.online.ask(PeerShowRequest(peer: "Table 3"))
      #expect(detail.held.map(\.kind) == ["idea"])
      #expect(detail.peer.reason == "lost in a bus")
      let released = try lab.online.labctl(["peer", "release", "Table 3"])
      #expect(
        released.output == "released 1 change of Table 3; still held: 0\n", "\(released.errors)")
      #expect(try lab.online.labctl(["list", "idea"]).output.contains("later"))
      // Let in again, it goes on under another name and both hold the same.
      _ = try lab.online.labctl(["peer", "approve", "Table 3"])
      _ = try laptop.labctl(["add", "idea", "title=again"])
      _ = try laptop.labctl(["sync", "now"])
      _ = try laptop.labctl(["sync", "now"])
      for title in ["good", "later", "again", "for others"] {
        #expect(try lab.online.labctl(["list", "idea"]).output.contains(title))
        #expect(try laptop.labctl(["list", "idea"]).output.contains(title))
      }
      #expect(
        try lab.online.labctl(["export", "--canonical"]).output
          == laptop.labctl(["export", "--canonical"]).output)
      // Nothing was restored, and the laptop does not say so.
      let words = try #require(try laptop.status().fork?.words)
      #expect(words.contains("was shut out and is let in again"))
      #expect(!words.contains("backup"))
    }

    @Test("ends when the laptop is let in again: it brings what is held of it, once")
    func heldAndBrought() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.labctl(["add", "idea", "title=good"])
      _ = try laptop.labctl(["sync", "now"])
      _ = try lab.online.labctl(["peer", "revoke", "Table 3"])
      _ = try laptop.status(seconds: 5) { $0.connection.state == .refused }
      _ = try laptop.labctl(["add", "idea", "title=later"])
      _ = try laptop.labctl(["sync", "now"])
      let deadline = Deadline(seconds: 30)
      while try lab.online.ask(StatusRequest()).held == 0, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      _ = try laptop.labctl(["sync", "pause"])
      _ = try lab.online.labctl(["peer", "approve", "Table 3"])
      let early = try lab.online.labctl(["peer", "release", "Table 3"])
      #expect(early.ending.exitStatus != 0)
      #expect(early.errors.contains("would count twice"), "\(early.errors)")
      _ = try laptop.labctl(["sync", "resume"])
      while try lab.online.ask(StatusRequest()).held > 0, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      #expect(try lab.online.ask(StatusRequest()).held == 0)
      let released = try lab.online.labctl(["peer", "release", "Table 3"])
      #expect(released.output == "released 0 changes of Table 3; still held: 0\n")
      let ideas = try lab.online.labctl(["list", "idea"]).output
      #expect(ideas.contains("good") && ideas.contains("later"))
    }

    @Test("takes back for good: what it took back stays so at the next one")
    func revokedTwice() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      _ = try laptop.labctl(["add", "idea", "title=good"])
      _ = try laptop.labctl(["sync", "now"])
      let replica = try laptop.status().replica
      _ = try laptop.labctl(["add", "idea", "title=nonsense"])
      _ = try laptop.labctl(["sync", "now"])
      let last = try #require(
        try lab.online.ask(PeerShowRequest(peer: "Table 3")).chains.first { $0.lane == 1 })
      #expect(last.replica == replica)
      let after = "\(replica)/1/\(last.here - 1)"
      let first = try lab.online.labctl(["peer", "revoke", "Table 3", "--after", after])
      #expect(first.output.contains("1 change of it count no more"), "\(first.output)")
      _ = try lab.online.labctl(["peer", "approve", "Table 3"])
      _ = try laptop.labctl(["sync", "now"])
      _ = try laptop.labctl(["sync", "now"])
      #expect(try laptop.status().replica != replica)
      _ = try lab.online.labctl(["peer", "revoke", "Table 3"])
      let ideas = try lab.online.labctl(["list", "idea"]).output
      #expect(ideas.contains("good") && !ideas.contains("nonsense"))
    }
  }
}
