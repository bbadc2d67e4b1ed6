import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("A daemon that can not start says why, and changes nothing")
  struct StartTests {
    @Test("with a store of a newer version")
    func newerStore() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try laptop.database().execute("PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)")
      let before = try Data(contentsOf: URL(fileURLWithPath: laptop.storePath))
      let run = try laptop.runToItsEnd()
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains("has version 999"))
      #expect(run.errors.contains("Nothing in it was changed"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: laptop.storePath)) == before)
      #expect(try laptop.database().integer("PRAGMA user_version") == 999)
    }

    @Test("with a store that another daemon uses, which goes on")
    func storeInUse() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try laptop.start()
      let run = try laptop.runToItsEnd(
        environment: ["LABSYNC_CONTROL_SOCKET": "\(lab.folder)/second.sock"])
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains("in use by another labsyncd"))
      #expect(try laptop.ask(StatusRequest()).side == .lab)
    }

    @Test("with an online store that another daemon serves, also by another name of the file")
    func onlineStoreInUse() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      let link = "\(lab.folder)/other-name.db"
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: lab.online.storePath)
      for path in [lab.online.storePath, link] {
        let run = try lab.online.runToItsEnd(environment: [
          "LABSYNC_STORE_URL": "sqlite://\(path)",
          "LABSYNC_CONTROL_SOCKET": "\(lab.folder)/second.sock",
          "LABSYNC_LISTEN_ENDPOINT": "ipc://\(lab.folder)/second.peers",
        ])
        #expect(run.ending.exitStatus == 1)
        #expect(run.errors.contains("in use by another labsyncd"), "\(run.errors)")
      }
      #expect(try lab.online.ask(StatusRequest()).side == .online)
    }

    @Test("with a control socket whose path is too long")
    func longSocketPath() throws {
      let lab = try Lab(laptops: 1)
      let path = "\(lab.folder)/" + String(repeating: "x", count: 100)
      let run = try lab.laptops[0].runToItsEnd(environment: ["LABSYNC_CONTROL_SOCKET": path])
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains("a socket takes at most 107"))
    }

    @Test("with a control socket in a folder where nothing can be made")
    func unwritableSocketFolder() throws {
      let lab = try Lab(laptops: 1)
      let run = try lab.laptops[0].runToItsEnd(
        environment: ["LABSYNC_CONTROL_SOCKET": "/proc/labsync.sock"])
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains("/proc/labsync.sock"))
    }

    @Test("and init in a folder where nothing can be made")
    func unwritableFolder() throws {
      let lab = try Lab(laptops: 0)
      let run = try Command.run(
        lab.programs.daemon, ["init", "lab", "--dir", "/proc/labsync"], folder: lab.folder)
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains("/proc/labsync can not be made"))
    }

    @Test("with a port that somebody else listens on")
    func portInUse() throws {
      let first = try Lab(laptops: 0)
      try first.online.start()
      let endpoint = try #require(try first.online.ask(StatusRequest()).connection.endpoint)
      let second = try Lab(laptops: 0)
      let run = try second.online.runToItsEnd(environment: ["LABSYNC_LISTEN_ENDPOINT": endpoint])
      #expect(run.ending.exitStatus == 1)
      #expect(run.errors.contains(endpoint))
      #expect(run.errors.contains("another program is using this address"))
    }
  }
}
