import Foundation
import Glibc
import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import Testing
import ZeroMQ

@testable import SyncDaemon

@Suite("The gate")
struct GateTests {
  @Test(
    "counts so many at once, so many a second, and is not fooled by a clock that stands or jumps")
  func bucket() {
    var bucket = TokenBucket(perSecond: 2, burst: 3)
    func taken(_ times: Int, at time: Int64, _ bucket: inout TokenBucket) -> Int {
      (0..<times).count { _ in bucket.take(at: time) }
    }
    #expect(taken(10, at: 1_000, &bucket) == 3)
    #expect(taken(10, at: 1_499, &bucket) == 0)
    #expect(taken(10, at: 1_500, &bucket) == 1)
    #expect(taken(10, at: 500, &bucket) == 0)
    #expect(taken(10, at: .max / 2, &bucket) == 3)
  }

  @Test("is for known machines from its half on, shut at its bound, and opens below three quarters")
  func door() {
    #expect(Door.bound(ofLimit: 16_384) == 4_096)
    #expect(Door.bound(ofLimit: 2_048) == 1_280)
    #expect(Door.bound(ofLimit: 256) == 128)
    for limit in [64, 256, 1_024, 2_048, 16_384, .max] {
      #expect(Door.bound(ofLimit: limit) < Door.controlBound(ofLimit: limit))
      #expect(Door.controlBound(ofLimit: limit) < limit)
    }
    var door = Door()
    door.accepted(639, limit: 2_048, at: 0)
    #expect(door.state == .open && door.nextLook == nil)
    door.accepted(640, limit: 2_048, at: 5)
    #expect(door.state == .known && door.nextLook == 1_005)
    door.accepted(1_280, limit: 2_048, at: 6)
    #expect(door.state == .shut && door.nextLook == 1_005)
    door.accepted(700, limit: 2_048, at: 7)
    door.look(open: 960, limit: 2_048, at: 1_005)
    #expect(door.state == .shut && door.nextLook == 2_005)
    door.look(open: 959, limit: 2_048, at: 2_005)
    #expect(door.state == .known)
    door.look(open: 479, limit: 2_048, at: 3_005)
    #expect(door.state == .open && door.nextLook == nil)
  }

  @Test("shut keeps new connections from a listener, and leaves those that are there alone")
  func filter() throws {
    let listener = try FileDescriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "listen")
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    func named(
      _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Int32
    ) -> Int32 {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
      }
    }
    try #require(named { bind(listener.number, $0, $1) } == 0)
    try #require(listen(listener.number, 8) == 0)
    try #require(named { getsockname(listener.number, $0, &$1) } == 0)
    func connected(to milliseconds: Int32) throws -> Bool {
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      let client = try FileDescriptor(socket(AF_INET, kind, 0), "connect")
      _ = named { connect(client.number, $0, $1) }
      var waiting = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
      return poll(&waiting, 1, milliseconds) == 1
    }
    let early = try FileDescriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "connect")
    try #require(named { connect(early.number, $0, $1) } == 0)
    let taken = try FileDescriptor(accept(listener.number, nil, nil), "accept")
    try ListenerFilter.shut(listener.number)
    #expect(try !connected(to: 100))
    #expect(send(early.number, "x", 1, 0) == 1)
    var byte: UInt8 = 0
    #expect(recv(taken.number, &byte, 1, 0) == 1)
    try ListenerFilter.open(listener.number)
    try ListenerFilter.open(listener.number)
    #expect(try connected(to: 5_000))
  }

  @Test("takes the secret key that the service manager hands over, and leaves it alone")
  func credentials() throws {
    let folder = try TemporaryFolder()
    let own = KeyFolder(path: "\(folder.path)/keys")
    _ = try own.create()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/given", withIntermediateDirectories: false)
    // Nothing was handed over: the folder's own key counts.
    let without = KeyFolder(path: own.path, credentials: "\(folder.path)/given")
    #expect(try without.load() == own.load())
    let pair = try CurveKeyPair.generate()
    try folder.write(pair.secretKey.exposedZ85, to: "given/curve.secret")
    try #require(chmod("\(folder.path)/given/curve.secret", 0o440) == 0)
    let given = KeyFolder(path: own.path, credentials: "\(folder.path)/given")
    #expect(throws: KeyFolder.Failure.self) { try given.load() }
    try #require(chmod("\(folder.path)/given/curve.secret", 0o400) == 0)
    #expect(try given.load() == pair)
    for change in [given.renew, given.makeNext, given.switchToNext] {
      let failure = try #require(throws: KeyFolder.Failure.self) { try change() }
      #expect(failure.description.contains("LoadCredential"))
    }
    #expect(try own.load() != pair)
  }

  @Test("changes the online side's key in two steps, each private and on disk")
  func nextKey() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    let first = try keys.create()
    #expect(try keys.next() == nil)
    #expect(throws: KeyFolder.Failure.self) { try keys.switchToNext() }
    let next = try keys.makeNext()
    #expect(try keys.makeNext() == next)
    #expect(try keys.load() == first)
    try #require(chmod("\(keys.path)/curve.secret.next", 0o644) == 0)
    #expect(throws: KeyFolder.Failure.self) { try keys.next() }
    try #require(chmod("\(keys.path)/curve.secret.next", 0o600) == 0)
    #expect(try keys.switchToNext() == next)
    #expect(try keys.load() == next)
    #expect(try keys.next() == nil)
  }

  @Test("of a laptop keeps both keys of the online side until the new one has worked")
  func knownServers() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    _ = try keys.create()
    let (old, new) = (try CurveKeyPair.generate().publicKey, try CurveKeyPair.generate().publicKey)
    var laptop = try LabCredentials(keys, configured: old)
    #expect(try laptop.keep(new))
    #expect(try !laptop.keep(new))
    #expect(laptop.servers == [new, old])
    // Still the old one is dialled, until it fails.
    try laptop.admitted()
    #expect(laptop.servers == [new, old])
    var restarted = try LabCredentials(keys, configured: old)
    #expect(restarted.servers == [new, old])
    restarted.tryOtherServer()
    try restarted.admitted()
    #expect(restarted.servers == [new, old])
    restarted.tryOtherServer()
    try restarted.admitted()
    #expect(restarted.servers == [new])
    #expect(try LabCredentials(keys, configured: old).servers == [new])
    // Who writes another key into the configuration means it.
    let third = try CurveKeyPair.generate().publicKey
    #expect(try LabCredentials(keys, configured: third).servers == [third])
  }

  @Test("is joined once and again from where it stopped; another online side is refused")
  func joining() throws {
    let folder = try TemporaryFolder()
    let home = "\(folder.path)/lab"
    let server = try CurveKeyPair.generate().publicKey
    var line = InvitationLine(
      secret: Array(1...16), serverKey: server.bytes, expiresAt: 2_000,
      projects: [Array(repeating: 7, count: 16)], endpoints: ["tcp://192.0.2.1:5570"],
      name: "Table \"3\"")
    func join() throws -> JoinedFolder.Joined {
      try JoinedFolder(home).prepare(line, hostName: "host", nowMilliseconds: 1_000)
    }
    let first = try join()
    let keys = KeyFolder(path: "\(home)/keys")
    let pair = try keys.load()
    #expect(first.fingerprint == pair.publicKey.fingerprint)
    #expect(try keys.invitation() == Array(1...16))
    let configuration = try Configuration.load(
      path: first.configurationPath, side: .lab, environment: [:], hostName: "host")
    #expect(configuration.replicaName == "Table \"3\"")
    #expect(configuration.online?.endpoints.map(\.description) == ["tcp://192.0.2.1:5570"])
    #expect(!"\(ConfigurationReport(configuration))".contains(pair.secretKey.exposedZ85))
    // The configuration is written last: without it, keys and store are used as they are.
    try #require(unlink(first.configurationPath) == 0)
    #expect(try join().fingerprint == first.fingerprint)
    line.secret = Array(17...32)
    #expect(try join().fingerprint == first.fingerprint)
    #expect(try keys.invitation() == Array(17...32))
    keys.removeInvitation()
    #expect(try keys.invitation() == nil)
    line.serverKey = try CurveKeyPair.generate().publicKey.bytes
    line.endpoints = ["tcp://192.0.2.9:5570"]
    let failure = try #require(throws: NewFolder.Failure.self) { try join() }
    #expect(failure.description.contains("another online side"))
    line.expiresAt = 999
    let late = try #require(throws: NewFolder.Failure.self) { try join() }
    #expect(late.description.contains("expired"))
  }

  @Test("names the online side in a configuration that names none, below what stands there")
  func joiningPrepared() throws {
    let folder = try TemporaryFolder()
    let home = folder.path
    let path = "\(home)/etc.yaml"
    let former = """
      # A comment that stays.
      store:
        url: "sqlite://\(home)/lab.db"
      keys:
        directory: "\(home)/secrets"
      control:
        socket: "\(home)/c.sock"
      #online:
      #  endpoints: ["tcp://hub.example.org:5570"]
      """
    try former.write(toFile: path, atomically: true, encoding: .utf8)
    try #require(chmod(path, 0o640) == 0)
    func configuration() throws -> Configuration {
      try Configuration.load(path: path, side: .lab, environment: [:], hostName: "host")
    }
    let prepared = try Preparation(configuration()).run(projectName: "")
    let server = try CurveKeyPair.generate().publicKey
    let line = InvitationLine(
      secret: Array(1...16), serverKey: server.bytes, expiresAt: 2_000,
      projects: [Array(repeating: 7, count: 16)], endpoints: ["tcp://192.0.2.1:5570"],
      name: "Table 3")
    func join(_ line: InvitationLine) throws -> JoinedFolder.Joined {
      try JoinedFolder(home, configuration: path).prepare(
        line, hostName: "host", nowMilliseconds: 1_000)
    }
    let store = "\(home)/lab.db"
    do {
      // A daemon that runs would not know of it.
      let lock = try InstanceLock(storePath: store)
      #expect(throws: InstanceLock.Failure.self) { try join(line) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == former)
      _ = lock.isHeld
    }
    let joined = try join(line)
    #expect(joined.controlSocket == "\(home)/c.sock")
    let keys = KeyFolder(path: "\(home)/secrets")
    #expect(try keys.load().publicKey.z85 == prepared.publicKey)
    #expect(try keys.invitation() == Array(1...16))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("\(former)\n"))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    let after = try configuration()
    #expect(after.replicaName == "Table 3")
    #expect(after.online?.endpoints.map(\.description) == ["tcp://192.0.2.1:5570"])
    #expect(after.online?.security == .curve(serverKey: server))
    // It captures before it has met anybody.
    let projects = try SQLiteStore(opening: store, side: .lab, schema: LivingLab.schema).projects
    #expect(projects.map(\.rawValue.bytes) == line.projects)
    // Again, as after a crash: it says the same, once.
    _ = try join(line)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    // A section that somebody began is not written over.
    let begun = "\(former)\nonline:\n"
    try begun.write(toFile: path, atomically: true, encoding: .utf8)
    let failure = try #require(throws: NewFolder.Failure.self) { try join(line) }
    #expect(failure.description.contains("said twice: online"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == begun)
  }
}
