import DeveloperRig
import Foundation
import Testing

extension SystemTests {
  @Suite("The unit of a laptop", .enabled(if: RealSystemd.obstacle == nil, RealSystemd.comment))
  struct UnitTests {
    @Test("loses nothing under a real systemd: reload, kill -9, stop, reboot, a pulled plug")
    func unit() throws {
      let command = try Command.run(
        "/bin/bash", [RealSystemd.script, Programs.find().folder], folder: "/tmp", seconds: 180)
      #expect(command.ending.exitStatus == 0, "\(command.errors)")
      #expect(command.output.contains("all of it holds"))
    }
  }
}

private enum RealSystemd {
  static let script =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("systemd/units").path

  /// Why there can be no machine with a systemd here; nil when there can.
  static let obstacle: String? = {
    do {
      let command = try Command.run("/bin/bash", [script, "--can"], folder: "/tmp")
      return command.ending.exitStatus == 0 ? nil : command.errors
    } catch {
      return "\(error)"
    }
  }()

  static var comment: Comment { "a real systemd: \(obstacle ?? "possible")" }
}
