import DeveloperRig
import Foundation
import Glibc
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire
import Testing
import ZeroMQ

extension SystemTests {
  @Suite("A hostile peer")
  struct HostileTests {
    /// The laptop itself still gets everything across.
    private func goesOn(_ lab: Lab, ideas: Int = 5) throws {
      try lab.laptops[0].start()
      try OutsideWriter(lab.laptops[0], seed: 3).write(10)
      try lab.waitUntilInSync()
      #expect(
        try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM ideas") == ideas)
    }

    private func violations(_ lab: Lab) throws -> Int {
      try lab.online.ask(StatusRequest()).violations
    }

    @Test("without CURVE, or with a wrong server key, gets no further than the handshake")
    func noHandshake() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      try HostilePeer(to: lab, keys: nil).waitUntilTurnedAway()
      let other = try CurveKeyPair.generate()
      try HostilePeer(to: lab, keys: .generate(), serverKey: other.publicKey).waitUntilTurnedAway()
      try goesOn(lab)
    }

    @Test("with an unknown key is told its fingerprint, is listed, and can say nothing but hello")
    func unknownKey() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer(to: lab, keys: .generate())
      let welcome = try peer.greet()
      let fingerprint = try #require(peer.keys).publicKey.fingerprint
      guard case .pending(let words) = welcome.admission else {
        Issue.record("admitted: \(welcome.admission)")
        return
      }
      #expect(words.contains(fingerprint))
      #expect(welcome.grants.isEmpty)
      let list = try lab.online.ask(PeerListRequest()).peers
      #expect(list.contains { $0.fingerprint == fingerprint && $0.standing == "pending" })
      let project = try #require(ProjectID(lab.project))
      try peer.bring(["never"], number: 1, to: project)
      #expect(try peer.receiveBye().reason == .unknownSession)
      // Nor anything that is larger than a hello.
      try peer.send([UInt8](repeating: 1, count: 1 << 20))
      let bye = try peer.receiveBye()
      #expect(bye.words.contains("no more than a hello"))
      #expect(try violations(lab) > 0)
      try goesOn(lab)
    }

    @Test("with a secret that is none, or of another version, is refused in words")
    func wrongSecret() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer(to: lab, keys: .generate())
      let welcome = try peer.greet(invitation: Array(repeating: 5, count: 16))
      guard case .refused(let words) = welcome.admission else {
        Issue.record("\(welcome.admission)")
        return
      }
      #expect(words.contains("not one of this online side"))
      for (versions, words) in [
        (UInt8(200)...201, "the LabSync of the online side is too old"),
        (UInt8(0)...0, "the LabSync of this laptop is too old"),
      ] {
        let other = try HostilePeer.enrolled(in: lab)
        try other.say(HostilePeer.hello(protocols: versions))
        let message = try other.receive { if case .welcome = $0 { true } else { false } }
        guard case .welcome(let answer) = message, case .refused(let why) = answer.admission else {
          Issue.record("\(message)")
          return
        }
        #expect(why.contains(words))
      }
    }

    @Test(
      "that says hello again and again is told to come back, and its session goes on from the last")
    func replayedHello() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer.enrolled(in: lab)
      let hello = MessageCodec.encode(HostilePeer.hello())
      for _ in 0..<60 { try peer.send(hello) }
      let message = try peer.receive { message in
        if case .welcome(let welcome) = message, case .comeBack = welcome.admission {
          true
        } else {
          false
        }
      }
      guard case .welcome(let welcome) = message else { return }
      #expect(welcome.admission.words.contains("too often"))
      #expect(lab.online.isRunning)
    }

    @Test("whose key is revoked while it talks is cut off within a second, and brings nothing more")
    func revokedWhileLive() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer.enrolled(in: lab)
      let project = try peer.open()
      try peer.bring(["before"], number: 1, to: project)
      #expect(try peer.receiveAcknowledgement(1).accepted == 1)
      let began = Date()
      _ = try lab.online.ask(PeerRevokeRequest(peer: "laptop-1", reason: "stolen"))
      let bye = try peer.receiveBye(seconds: 5)
      #expect(Date().timeIntervalSince(began) < 1)
      #expect(bye.reason == .revoked)
      #expect(bye.words.contains("stolen"))
      try peer.bring(["after"], number: 2, to: project, from: 2)
      _ = try peer.receiveBye()
      #expect(
        try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM ideas") == 1)
      let welcome = try peer.greet()
      guard case .revoked(let words) = welcome.admission else {
        Issue.record("\(welcome.admission)")
        return
      }
      #expect(words.contains("stolen"))
    }

    @Test("cannot bring another's replica, another side or an authority; what is honest goes on")
    func forged() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer.enrolled(in: lab)
      let project = try peer.open()
      let other = ReplicaID(rawValue: UniqueID(high: 0x0190_0000_0000_4000, low: 1 << 63 | 99))
      try peer.bring(["another's"], number: 1, to: project, as: other)
      let first = try peer.receiveAcknowledgement(1)
      #expect(first.refused == 1)
      #expect(first.positions.isEmpty)
      #expect(first.refusal.contains("others wrote"))
      try peer.bring(["honest"], number: 2, to: project)
      #expect(try peer.receiveAcknowledgement(2).accepted == 1)
      try peer.bring(["an authority"], number: 3, to: project, authority: .online, from: 2)
      let third = try peer.receiveAcknowledgement(3)
      #expect(third.refused == 1)
      #expect(third.refusal.contains("authority"))
      let again = try HostilePeer.enrolled(in: lab)
      _ = try again.open()
      try again.bring(["a side"], number: 1, to: project, side: .online, from: 2)
      let side = try again.receiveAcknowledgement(1)
      #expect(side.refused == 1)
      #expect(side.refusal.contains("side"))
      #expect(try violations(lab) == 3)
      let titles = try lab.online.database(isReadOnly: true).rows("SELECT title FROM ideas")
      #expect(titles == [[.text("honest")]])
    }

    @Test("that leaves a gap, or names a project that it has not, ends its session with words")
    func gapsAndProjects() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let peer = try HostilePeer.enrolled(in: lab)
      let project = try peer.open()
      try peer.bring(["a gap"], number: 1, to: project, from: 7)
      let gap = try peer.receiveBye()
      #expect(gap.reason == .violation)
      #expect(gap.words.contains("where 1 was due"))
      let other = try HostilePeer.enrolled(in: lab)
      _ = try other.open()
      let foreign = ProjectID(rawValue: UniqueID(high: 0xBAD0_0000_0000_4000, low: 1 << 63))
      try other.bring(["foreign"], number: 1, to: foreign)
      #expect(try other.receiveBye().words.contains("not shared"))
      #expect(try violations(lab) == 2)
      #expect(try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM ideas") == 0)
    }

    @Test(
      "in great numbers, hellos and connections that say nothing, does not keep a laptop from its sync"
    )
    func flood() throws {
      let lab = try Lab(laptops: 1)
      try lab.start()
      try OutsideWriter(lab.laptops[0], seed: 2).write(2)
      try lab.waitUntilInSync()
      let quiet = try timeToSync(lab, "in quiet")
      let silent = try SilentConnections(300, to: lab)
      let peers = try (0..<8).map { _ in try HostilePeer(to: lab, keys: .generate()) }
      let hello = MessageCodec.encode(HostilePeer.hello())
      for peer in peers { _ = try peer.greet() }
      let flood = Flood(peers, hello)
      let loud = try timeToSync(lab, "in the flood", until: { try flood.go(milliseconds: 50) })
      while flood.milliseconds < 3_000 { try flood.go(milliseconds: 50) }
      let rate = flood.sent * 1_000 / max(1, flood.milliseconds)
      let figures = try lab.online.figures()
      print(
        "flood: \(rate) hellos a second by 8 unknown machines beside \(silent.count) silent connections; "
          + "a change is online in \(loud) ms, in quiet in \(quiet) ms; "
          + "the daemon's memory at most \(figures.peakResidentBytes >> 20) MiB")
      #expect(rate > 1_000)
      #expect(loud < 10_000)
      #expect(figures.peakResidentBytes < 256 << 20)
      #expect(try lab.online.ask(PeerListRequest()).peers.count <= 260)
      #expect(lab.online.isRunning)
      try lab.waitUntilInSync()
    }

    /// Milliseconds from a write on the laptop until it is online.
    private func timeToSync(
      _ lab: Lab, _ title: String, until meanwhile: () throws -> Void = {}
    ) throws -> Int {
      let deadline = Deadline(seconds: 60)
      let began = Date()
      try lab.laptops[0].database().execute("INSERT INTO ideas (title) VALUES ('\(title)')")
      let online = try lab.online.database(isReadOnly: true)
      while try online.integer("SELECT count(*) FROM ideas WHERE title = '\(title)'") == 0 {
        guard !deadline.hasPassed else { throw RigError("not online within 60 s: \(title)") }
        try meanwhile()
        Deadline.pause(milliseconds: 2)
      }
      return Int(Date().timeIntervalSince(began) * 1000)
    }

    @Test("that is somebody else's ZeroMQ client is turned away like ours")
    func independentClient() throws {
      let probe = try? Command.run("/usr/bin/python3", ["-c", "import zmq"], folder: "/tmp")
      guard probe?.ending.exitStatus == 0 else {
        print("skipped: there is no pyzmq here (apt-get install python3-zmq)")
        return
      }
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let endpoint = try #require(try lab.online.ask(StatusRequest()).connection.endpoint)
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("stranger.py").path
      let run = try Command.run(
        "/usr/bin/python3", [script, endpoint, lab.online.publicKey], folder: lab.folder)
      #expect(run.ending.exitStatus == 0, "\(run.output) \(run.errors)")
      #expect(run.output.contains("pending: this laptop waits to be let in"), "\(run.output)")
      #expect(run.output.contains("no CURVE: no answer"))
      #expect(run.output.contains("wrong key: no answer"))
      #expect(run.output.contains("garbage: answered"))
      try goesOn(lab)
    }
  }
}

/// Machines that say hello as fast as they can.
private final class Flood {
  private let peers: [HostilePeer]
  private let frame: [UInt8]
  private(set) var sent = 0
  private(set) var milliseconds = 0

  init(_ peers: [HostilePeer], _ frame: [UInt8]) {
    self.peers = peers
    self.frame = frame
  }

  func go(milliseconds: Int) throws {
    let began = Date()
    while Date().timeIntervalSince(began) * 1000 < Double(milliseconds) {
      for peer in peers {
        for _ in 0..<50 where try peer.trySending(frame) { sent += 1 }
        _ = try peer.drain()
      }
    }
    self.milliseconds += Int(Date().timeIntervalSince(began) * 1000)
  }
}

/// Connections that never begin a handshake.
private final class SilentConnections {
  private var descriptors: [Int32] = []
  var count: Int { descriptors.count }

  init(_ count: Int, to lab: Lab) throws {
    guard let endpoint = try lab.online.ask(StatusRequest()).connection.endpoint,
      let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw RigError("the online side listens nowhere") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    for _ in 0..<count {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let result = withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        throw RigError("no connection: \(String(cString: strerror(errno)))")
      }
      descriptors.append(descriptor)
    }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
