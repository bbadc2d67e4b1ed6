import DeveloperRig
import Foundation
import Testing

extension SystemTests {
  /// With networks, disks and clocks of their own, which needs the rights of root.
  @Suite("Real faults", .enabled(if: Box.obstacle == nil, Box.comment))
  struct FaultTests {
    @Test("of every kind, in an order of their own each time, lose no row that was committed")
    func manyFaults() throws {
      let seconds = setting("LABSYNC_FAULT_SECONDS", default: 110)
      let output = try Box.labdev(
        ["faults", "--times", "10000", "--seconds", "\(seconds)", "--silence-limit", "5"],
        seconds: Double(seconds) + 400)
      #expect(output.contains("all expectations were met"))
    }

    @Test("are noticed within the silence limit, and a link that returns is used at once")
    func notice() throws {
      let output = try Box.labdev(
        ["notice", "--rounds", "1", "--silence-limit", "5"], seconds: 300)
      #expect(output.contains("all expectations were met"))
    }

    @Test("leave no mount and no process behind when the rig itself is killed")
    func killedRig() throws {
      let programs = try Programs.find()
      let folder =
        "\(NSTemporaryDirectory())/labsync-killed-\(ProcessInfo.processInfo.processIdentifier)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { Box.remove(folder) }
      let rig = try ChildProcess(
        "\(programs.folder)/labdev", ["faults", "--times", "1000"],
        environment: [Programs.variable: programs.folder], output: "\(folder)/out",
        errors: "\(folder)/err")
      try Box.wait("the first fault", seconds: 90) { Box.text("\(folder)/out").contains("1. ") }
      let inside = Box.processes(below: rig.processID)
      #expect(inside.count > 5)
      let left = inside.lazy.compactMap { Box.folder(of: $0) }.first
      defer { if let left { Box.remove(left) } }
      rig.send(SIGKILL)
      try rig.waitForEnd(seconds: 10)
      try Box.wait("the end of \(inside)", seconds: 10) {
        inside.allSatisfy { !FileManager.default.fileExists(atPath: "/proc/\($0)") }
      }
      #expect(!Box.text("/proc/mounts").contains("machine-0.disk"))
    }
  }
}

private enum Box {
  static let obstacle = SealedBox.obstacle()
  static var comment: Comment { "networks and disks in a box: \(obstacle ?? "possible")" }

  /// What labdev printed; it is in the test's output too, with the seed.
  static func labdev(_ arguments: [String], seconds: Double) throws -> String {
    let programs = try Programs.find()
    let command = try Command.run(
      "\(programs.folder)/labdev", arguments,
      environment: [Programs.variable: programs.folder], folder: "/tmp", seconds: seconds)
    print(command.output)
    #expect(command.ending.exitStatus == 0, "\(command.errors)")
    return command.output
  }

  static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// All descendants of a process.
  static func processes(below parent: Int32) -> [Int32] {
    let children = text("/proc/\(parent)/task/\(parent)/children").split(separator: " ")
      .compactMap { Int32($0) }
    return children.flatMap { [$0] + processes(below: $0) }
  }

  /// Where a process of a box writes.
  static func folder(of process: Int32) -> String? {
    let name = "\(SealedBox.folderVariable)="
    return text("/proc/\(process)/environ").split(separator: "\0")
      .first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
  }

  static func wait(_ what: String, seconds: Double, _ condition: () -> Bool) throws {
    let deadline = Deadline(seconds: seconds)
    while !condition() {
      guard !deadline.hasPassed else { throw RigError("\(what) did not come in \(seconds) s") }
      Deadline.pause(milliseconds: 20)
    }
  }

  static func remove(_ folder: String) {
    do { try FileManager.default.removeItem(atPath: folder) } catch { print("\(error)") }
  }
}
