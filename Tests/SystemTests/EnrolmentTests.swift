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
