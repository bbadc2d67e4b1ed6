import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  /// Each machine in a network of its own, which needs the rights of root.
  @Suite("A new laptop on another machine", .enabled(if: obstacle == nil, comment))
  struct TwoMachineTests {
    @Test("is enrolled by two pasted lines and nothing else, and is in sync both ways")
    func twoLines() throws {
      let networks = try ["10.77.0.1", "10.77.0.11"].map(NetworkNamespace.init(address:))
      let wire = Wire(networks, routed: [1], seed: 1)
      defer { wire.close() }
      let lab = try Lab(laptops: 0, projectName: "A garden") { _, _ in
        var around = Surroundings()
        around.network = networks[0]
        return around
      }
      try lab.online.start()
      let online = try MachineShell(
        on: networks[0], programs: lab.programs,
        environment: [ControlProtocol.socketVariable: lab.online.socketPath], folder: lab.folder)
      let laptop = try MachineShell(on: networks[1], programs: lab.programs, folder: lab.folder)
      try online.type("labctl add idea 'title=there before'")
      #expect(try laptop.type("ls -A /var/lib /run /root | grep -v :$ || :") == "\n\n")

      let printed = try online.type("labctl peer invite --project \(lab.project)")
      let line = printed.trimmingCharacters(in: .newlines)
      #expect(line.hasPrefix("labctl join ") && !line.contains("\n"), "\(printed)")
      let joined = try laptop.type(line)

      #expect(joined.contains("This laptop is let in"), "\(joined)")
      #expect(joined.contains("A garden") || joined.contains(lab.project), "\(joined)")
      // Where labctl finds a daemon of root's without being told.
      try laptop.type("export \(ControlProtocol.socketVariable)=/var/lib/labsync/control.sock")
      try laptop.type("labctl sync now")
      let status = try laptop.type("labctl status")
      #expect(status.contains("in sync"), "\(status)")
      #expect(try laptop.type("labctl list idea").contains("there before"))
      try laptop.type("labctl add idea 'title=from the laptop'")
      try laptop.type("labctl sync now")
      #expect(try online.type("labctl list idea").contains("from the laptop"))
      try online.type("labctl add idea 'title=from online'")
      try laptop.type("labctl sync now")
      #expect(try laptop.type("labctl list idea").contains("from online"))
      // It was the wire, and nothing around it: the online side is not on the laptop.
      #expect(wire.count(of: 1).fromMachine > 1_000)
      let peers = try lab.online.ask(PeerListRequest()).peers
      #expect(peers.map(\.standing) == ["admitted"])
      #expect(peers.map(\.projects) == [[lab.project]])
    }
  }
}

private let obstacle = SealedBox.obstacle()
private var comment: Comment { "two machines in networks of their own: \(obstacle ?? "possible")" }
