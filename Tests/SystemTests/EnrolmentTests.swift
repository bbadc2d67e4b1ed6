import DeveloperRig
import Foundation
import SyncControl
import Testing
import ZeroMQ

extension SystemTests {
  @Suite("Enrolment")
  struct EnrolmentTests {
    @Test("takes one line on each side, and the laptop is in sync")
    func join() throws {
      let lab = try Lab(laptops: 0, projectName: "A garden")
      try lab.online.start()
      _ = try lab.online.labctl(["add", "idea", "title=there before"])
      let line = try lab.invite(["--name", "Table 3"])
      let laptop = try JoinedLaptop(line, in: lab, "table-3")
      #expect(laptop.joining.ending.exitStatus == 0, "\(laptop.joining.errors)")
      #expect(laptop.joining.output.contains("This laptop is let in"))
      _ = try laptop.status { $0.inSync.value }
      #expect(try laptop.labctl(["list", "idea"]).output.contains("there before"))
      let list = try lab.online.ask(PeerListRequest())
      #expect(list.peers.map(\.name) == ["Table 3"])
      #expect(list.peers[0].fingerprint == (try laptop.status().fingerprint))
      #expect(laptop.joining.errors.contains(list.peers[0].fingerprint))
      // The secret has done its work, and nobody else can read a key.
      let secret = try InvitationLine(line).secret
      let hexadecimal = secret.map { String(format: "%02x", $0) }.joined()
      let log =
        lab.online.log()
        + (try String(contentsOfFile: "\(laptop.folder)/labsyncd.log", encoding: .utf8))
      for text in [line, hexadecimal] { #expect(!log.contains(text)) }
      #expect(!FileManager.default.fileExists(atPath: "\(laptop.folder)/keys/invitation"))
      let mode =
        try FileManager.default.attributesOfItem(atPath: "\(laptop.folder)/keys/curve.secret")[
          .posixPermissions] as? Int
      #expect(mode == 0o600)
    }

    @Test(
      "is refused with a sentence for a secret that was used or is expired, and goes on with a good one"
    )
    func refusals() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let line = try lab.invite(["--name", "first"])
      let first = try JoinedLaptop(line, in: lab, "first")
      #expect(first.joining.ending.exitStatus == 0, "\(first.joining.errors)")
      let second = try JoinedLaptop(line, in: lab, "second")
      #expect(second.joining.ending.exitStatus == 4)
      #expect(second.joining.errors.contains("the invitation was used already by first"))
      try lab.online.database().execute(
        "UPDATE sync_invitations SET expires_at = 1 WHERE used_at IS NULL")
      let short = try lab.invite(["--name", "late"])
      try lab.online.database().execute(
        "UPDATE sync_invitations SET expires_at = 1 WHERE used_at IS NULL")
      try second.join(short)
      #expect(second.joining.errors.contains("the invitation has expired"))
      try second.join(try lab.invite(["--name", "second"]))
      #expect(second.joining.ending.exitStatus == 0, "\(second.joining.errors)")
      #expect(try lab.online.ask(PeerListRequest()).peers.map(\.name) == ["first", "second"])
    }

    @Test("waits for a person without an invitation, with the fingerprint on both sides")
    func pending() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try FileManager.default.removeItem(atPath: "\(lab.online.folder)/authorized/laptop-1")
      try lab.start()
      let deadline = Deadline(seconds: 60)
      while try laptop.ask(StatusRequest()).connection.state != .refused, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      let status = try laptop.ask(StatusRequest())
      let peer = try #require(try lab.online.ask(PeerListRequest()).peers.first)
      #expect(peer.standing == "pending")
      #expect(peer.name == "laptop-1")
      #expect(status.fingerprint == peer.fingerprint)
      #expect(status.connection.words.contains("waits to be let in"))
      #expect(status.connection.words.contains(peer.fingerprint))
      #expect(status.connection.obstacle == .pending)
      let online = try lab.online.ask(StatusRequest())
      #expect(online.peers.map(\.standing) == ["pending"])
      #expect(online.peers.map(\.fingerprint) == [peer.fingerprint])
      let approve = "labctl peer approve \(peer.fingerprint)"
      #expect(try lab.online.labctl(["status"]).output.unwrapped.contains(approve))
      #expect(try lab.online.labctl(["doctor"]).output.unwrapped.contains(approve))
      // What it calls itself lets nobody in.
      let byName = try lab.online.labctl(["peer", "approve", "laptop-1"])
      #expect(byName.ending.exitStatus == 64, "\(byName.output)")
      #expect(byName.errors.contains("by its fingerprint or its key alone"))
      let approved = try lab.online.labctl(["peer", "approve", peer.fingerprint])
      #expect(approved.output == "laptop-1 (\(peer.fingerprint)) is let in\n")
      laptop.connectNow()
      try lab.waitUntilInSync()
    }

    @Test("is not won by a stranger that calls itself like another's fingerprint, or like another")
    func strangersNames() throws {
      let lab = try Lab(laptops: 2)
      let (stranger, honest) = (lab.laptops[0], lab.laptops[1])
      let fingerprint = try CurvePublicKey(z85: honest.publicKey).fingerprint
      for name in ["laptop-1", "laptop-2"] {
        try FileManager.default.removeItem(atPath: "\(lab.online.folder)/authorized/\(name)")
      }
      let path = "\(stranger.folder)/lab.yaml"
      let configuration = try String(contentsOfFile: path, encoding: .utf8)
      try configuration.replacing(#"name: "laptop-1""#, with: #"name: "\#(fingerprint)""#)
        .write(toFile: path, atomically: true, encoding: .utf8)
      try lab.online.start()
      try stranger.start()
      let deadline = Deadline(seconds: 60)
      while try lab.online.ask(PeerListRequest()).peers.isEmpty, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      // The honest one has not come yet: nobody is let in in its place.
      let early = try lab.online.labctl(["peer", "approve", fingerprint])
      #expect(early.ending.exitStatus == 64, "\(early.output)")
      #expect(try lab.online.ask(PeerListRequest()).peers.map(\.standing) == ["pending"])
      // When it has come, the stranger's name is in nobody's way.
      try honest.start()
      while try lab.online.ask(PeerListRequest()).peers.count < 2, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      let approved = try lab.online.labctl(["peer", "approve", fingerprint])
      #expect(approved.output == "laptop-2 (\(fingerprint)) is let in\n", "\(approved.errors)")
    }

    @Test("ends with a revocation: what it wrote is taken back in each of its projects")
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

    @Test("that a file gave and took is revoked from a moment on, by the file's name")
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

    @Test(
      "is to some projects: another is said in words, and a role that reads gets and brings nothing"
    )
    func projectsAndRoles() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      _ = try lab.online.labctl(["add", "idea", "title=from online"])
      let laptop = try JoinedLaptop(
        try lab.invite(["--name", "screen", "--read-only"]), in: lab, "screen")
      _ = try laptop.labctl(["sync", "now"])
      #expect(try laptop.labctl(["list", "idea"]).output.contains("from online"))
      _ = try laptop.labctl(["add", "idea", "title=from the screen"])
      let status = try laptop.status { $0.connection.words.contains("may read") }
      #expect(status.queued == 1)
      #expect(!(try lab.online.labctl(["list", "idea"]).output.contains("from the screen")))
      #expect(try lab.online.ask(StatusRequest()).violations > 0)
      // The organisation takes the project away.
      try lab.online.stop()
      try lab.online.database().execute("UPDATE sync_devices SET projects = '[]'")
      try lab.online.start()
      _ = try laptop.labctl(["sync", "now"])
      _ = try laptop.status { $0.connection.words.contains("does not share the project") }
      let detail = try lab.online.ask(PeerShowRequest(peer: "screen"))
      #expect(detail.peer.lastContact != nil)
    }

    @Test("ends with a revocation: within a second, in words, and what comes later is held")
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

    @Test("ends with a revocation: let in again, it brings what is held of it, once")
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

    @Test("ends with a revocation: what that took back stays taken back at the next one")
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

    @Test("holds through a change of the online side's key that nobody visits the laptops for")
    func keyChange() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let laptop = try JoinedLaptop(try lab.invite(["--name", "Table 3"]), in: lab, "table-3")
      let away = try JoinedLaptop(try lab.invite(["--name", "Table 4"]), in: lab, "table-4")
      away.stop()
      let announced = try lab.online.ask(ServerKeyRequest(action: .announce))
      #expect(announced.next != nil)
      let deadline = Deadline(seconds: 30)
      while try lab.online.ask(ServerKeyRequest(action: .show)).waitingFor != ["Table 4"],
        !deadline.hasPassed
      {
        Deadline.pause(milliseconds: 20)
      }
      #expect(try lab.online.ask(ServerKeyRequest(action: .show)).waitingFor == ["Table 4"])
      let early = try lab.online.labctl(["key", "switch"])
      #expect(early.ending.exitStatus == 4)
      #expect(early.errors.contains("Table 4"))
      let switched = try lab.online.ask(ServerKeyRequest(action: .switch, force: true))
      #expect(switched.present == announced.next)
      _ = try laptop.labctl(["add", "idea", "title=under the new key"])
      _ = try laptop.status { $0.inSync.value && $0.queued == 0 }
      #expect(try lab.online.labctl(["list", "idea"]).output.contains("under the new key"))
      // Whoever was away for the whole overlap is told what to do, and gets in with an invitation.
      let late = try away.programs.start(folder: away.folder)
      defer { late.send(SIGTERM) }
      _ = try away.status { $0.connection.words.contains("online.serverKey") }
      try away.join(try lab.invite())
      #expect(away.joining.ending.exitStatus == 0, "\(away.joining.errors)")
    }
  }
}

extension Programs {
  /// Starts a laptop's daemon and waits until it answers.
  fileprivate func start(folder: String) throws -> ChildProcess {
    let process = try ChildProcess(
      daemon, ["lab", "--config", "\(folder)/lab.yaml"], output: "\(folder)/labsyncd.log",
      errors: "\(folder)/labsyncd.log")
    let deadline = Deadline(seconds: 30)
    while !FileManager.default.fileExists(atPath: "\(folder)/control.sock"), !deadline.hasPassed {
      Deadline.pause(milliseconds: 20)
    }
    return process
  }
}
