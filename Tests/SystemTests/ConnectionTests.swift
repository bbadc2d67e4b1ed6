import DeveloperRig
import Foundation
import Glibc
import SyncControl
import Testing

extension SystemTests {
  @Suite("More connections than a daemon may have")
  struct ConnectionTests {
    /// What a daemon may have open, and how many connections somebody makes.
    private static let limit = 8_192
    private static let many = 9_000

    @Test("from a stranger shut the door to him, and neither end the daemon nor a laptop's session")
    func strangers() throws {
      let limits = try OpenFiles(atLeast: Self.many + 500)
      let lab = try Lab(laptops: 2)
      try limits.lowered(to: Self.limit) { try lab.online.start() }
      try lab.laptops[0].start()
      try insert("before", lab.laptops[0], lab)
      let crowd = try Crowd(Self.many, to: try port(lab))
      try waitUntil("the door is shut") { lab.online.log().contains("takes no new connections") }
      let status = try lab.online.labctl(["status", "--json"])
      #expect(status.output.contains("\"replica\""), "\(status.errors)")
      #expect(try openFiles(lab.online) < Self.limit - 256)
      try insert("meanwhile", lab.laptops[0], lab)
      #expect(lab.online.log().components(separatedBy: "takes no new connections").count == 2)
      crowd.leave()
      try lab.laptops[1].start()
      try insert("afterwards", lab.laptops[1], lab)
      #expect(lab.online.isRunning)
    }

    @Test("to the control socket are all ended, and the next question is answered")
    func questions() throws {
      let limits = try OpenFiles(atLeast: Self.many + 500)
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try limits.lowered(to: Self.limit) { try laptop.start() }
      let crowd = try Crowd(Self.many, toSocket: laptop.socketPath)
      try waitUntil("they are ended") { laptop.log().contains("control socket were ended") }
      crowd.leave()
      try waitUntil("it is answered") {
        try laptop.labctl(["status", "--json"]).output.contains("\"replica\"")
      }
      #expect(laptop.isRunning)
      var information = stat()
      try #require(stat(laptop.socketPath, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o660)
    }

    private func insert(_ title: String, _ laptop: Machine, _ lab: Lab) throws {
      try laptop.database().execute("INSERT INTO ideas (title) VALUES ('\(title)')")
      let online = try lab.online.database(isReadOnly: true)
      try waitUntil("\(title) is online") {
        try online.integer("SELECT count(*) FROM ideas WHERE title = '\(title)'") == 1
      }
    }

    private func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
      let deadline = Deadline(seconds: 120)
      while try !condition() {
        guard !deadline.hasPassed else { throw RigError("not within 120 s: \(what)") }
        Deadline.pause(milliseconds: 20)
      }
    }

    private func openFiles(_ machine: Machine) throws -> Int {
      let process = try #require(machine.process)
      return try FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(process.processID)/fd"
      ).count
    }

    private func port(_ lab: Lab) throws -> UInt16 {
      let endpoint = try lab.online.ask(StatusRequest()).connection.endpoint
      return try #require(endpoint?.split(separator: ":").last.flatMap { UInt16($0) })
    }
  }
}

/// How many files this process, and what it starts, may have open; as before when it goes.
private final class OpenFiles {
  private var before = rlimit()
  private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }

  init(atLeast count: Int) throws {
    guard getrlimit(Self.resource, &before) == 0 else { throw RigError("no limit is known") }
    guard before.rlim_max >= rlim_t(count) else {
      throw RigError("this test needs \(count) open files, and may have \(before.rlim_max)")
    }
    set(max(before.rlim_cur, rlim_t(count)))
  }

  func lowered(to count: Int, _ body: () throws -> Void) rethrows {
    var here = rlimit()
    getrlimit(Self.resource, &here)
    set(rlim_t(count))
    defer { set(here.rlim_cur) }
    try body()
  }

  private func set(_ count: rlim_t) {
    var limit = before
    limit.rlim_cur = count
    setrlimit(Self.resource, &limit)
  }

  deinit { set(before.rlim_cur) }
}

/// Connections that say nothing. Those that are not taken go on trying, as the system does it.
private final class Crowd {
  private var descriptors: [Int32] = []

  init(_ count: Int, to port: UInt16) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    for _ in 0..<count {
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      let result = try connect(socket(AF_INET, kind, 0), address)
      guard result == 0 || errno == EINPROGRESS else { throw Self.failure() }
    }
  }

  init(_ count: Int, toSocket path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    for _ in 0..<count {
      // The daemon stops to listen for a moment when there are too many.
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      guard try connect(descriptor, address) == 0 else { return }
    }
  }

  private func connect<Address>(_ descriptor: Int32, _ address: Address) throws -> Int32 {
    guard descriptor >= 0 else { throw Self.failure() }
    descriptors.append(descriptor)
    return withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  private static func failure() -> RigError {
    RigError("no connection: \(String(cString: strerror(errno)))")
  }

  func leave() {
    for descriptor in descriptors { close(descriptor) }
    descriptors = []
  }

  deinit { leave() }
}
