import Foundation
import Glibc

/// An online side and any number of laptops on this machine, in a folder of their own that goes when
/// the lab goes. Real programs, real sockets with CURVE, real files.
public final class Lab {
  public let folder: String
  /// The project's id.
  public let project: String
  public let online: Machine
  public let laptops: [Machine]
  /// Between each laptop and the online side, where bytes are counted.
  public let relays: [CountingRelay]
  public let programs: Programs
  /// How each laptop was prepared: what `labsyncd init` was given.
  private let preparations: [[String]]

  /// The environment variable that keeps the folder when the lab goes.
  public static let keepVariable = "LABSYNC_KEEP"

  public var machines: [Machine] { [online] + laptops }

  /// Prepares everything with `labsyncd init` and authorizes the laptops; starts nothing.
  ///
  /// - Parameter countsBytes: puts a relay between each laptop and the online side.
  /// - Parameter surroundings: what is around the online side, then around each laptop; by its place
  ///   and the lab's folder. Where a machine has a disk, its folder is on it.
  public init(
    laptops count: Int, projectName: String = "A living lab", countsBytes: Bool = false,
    programs: Programs? = nil,
    surroundings: (_ place: Int, _ folder: String) throws -> Surroundings = { _, _ in Surroundings()
    }
  ) throws {
    let programs = try programs ?? Programs.find()
    let folder = try Self.newFolder()
    self.programs = programs
    self.folder = folder
    let port = try FreePort.choose()
    let around = try (0...count).map { try surroundings($0, folder) }
    let address = around[0].network?.address ?? "127.0.0.1"
    let made = try Self.initialize(
      programs,
      ["online", "--project", projectName, "--name", "online"]
        + ["--endpoint", "tcp://\(address):\(port)"], Self.place("online", around[0], folder),
      in: folder)
    project = try made.value("project")
    let serverKey = try made.value("public-key")
    let authorized = try made.value("authorized")
    online = Machine(
      name: "online", side: .online, folder: Self.place("online", around[0], folder),
      publicKey: serverKey, programs: programs, surroundings: around[0])
    var laptops: [Machine] = []
    var relays: [CountingRelay] = []
    var preparations: [[String]] = []
    for number in 1...max(1, count) where number <= count {
      var laptopPort = port
      if countsBytes {
        relays.append(try CountingRelay(port: try FreePort.choose(), target: port))
        laptopPort = relays[relays.count - 1].port
      }
      let name = "laptop-\(number)"
      let preparation =
        ["lab", "--project", project, "--name", name, "--server-key", serverKey]
        + ["--endpoint", "tcp://\(address):\(laptopPort)"]
      preparations.append(preparation)
      let made = try Self.initialize(
        programs, preparation, Self.place(name, around[number], folder), in: folder)
      let key = try made.value("public-key")
      try "\(key)\n".write(toFile: "\(authorized)/\(name)", atomically: true, encoding: .utf8)
      laptops.append(
        Machine(
          name: name, side: .lab, folder: Self.place(name, around[number], folder), publicKey: key,
          programs: programs, surroundings: around[number]))
    }
    self.laptops = laptops
    self.relays = relays
    self.preparations = preparations
  }

  /// Puts a new laptop, with a key of its own, in the place of one that does not run: nothing is left
  /// of the old one.
  func replaceLaptop(_ number: Int) throws {
    let folder = laptops[number].folder
    try FileManager.default.removeItem(atPath: folder)
    _ = try Self.initialize(programs, preparations[number], folder, in: self.folder)
  }

  deinit {
    for relay in relays { relay.close() }
    for machine in machines {
      do { try machine.kill() } catch { say("\(error)") }
      machine.surroundings.disk?.abandon()
    }
    guard ProcessInfo.processInfo.environment[Self.keepVariable] == nil else { return }
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      FileHandle.standardError.write(Data("the folder \(folder) is still there: \(error)\n".utf8))
    }
  }

  /// Starts all machines, the online side first.
  public func start() throws {
    for machine in machines where !machine.isRunning { try machine.start() }
  }

  /// Stops what runs.
  public func stop() throws {
    for machine in machines where machine.isRunning { try machine.stop() }
  }

  private struct Made {
    var lines: [Substring]

    /// What stands behind `name:`.
    func value(_ name: String) throws(RigError) -> String {
      guard let line = lines.first(where: { $0.hasPrefix("\(name): ") }) else {
        throw RigError("labsyncd init printed no \(name)")
      }
      return String(line.dropFirst(name.count + 2))
    }
  }

  private static func initialize(
    _ programs: Programs, _ arguments: [String], _ directory: String, in folder: String
  ) throws -> Made {
    let output = try Command.output(
      programs.daemon, ["init"] + arguments + ["--dir", directory], folder: folder)
    return Made(lines: output.split(separator: "\n"))
  }

  private static func place(_ name: String, _ around: Surroundings, _ folder: String) -> String {
    around.disk.map { "\($0.folder)/labsync" } ?? "\(folder)/\(name)"
  }

  /// Short, because a socket's path has to be.
  static func newFolder() throws(RigError) -> String {
    let parent = SealedBox.folder ?? "/tmp"
    var template = Array("\(parent)/labsync-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw RigError("no folder in /tmp: \(String(cString: strerror(errno)))")
    }
    return String(
      decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
