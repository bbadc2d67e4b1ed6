import DeveloperRig
import Foundation
import Testing

extension SystemTests {
  @Suite("A daemon that stands still", .enabled(if: Watchdog.obstacle == nil, Watchdog.comment))
  struct WatchdogTests {
    @Test("is started anew by a real systemd with the unit that is shipped")
    func restart() throws {
      let command = try Command.run(
        "/bin/bash", [Watchdog.script, Programs.find().folder], folder: "/tmp", seconds: 120)
      #expect(command.ending.exitStatus == 0, "\(command.errors)")
      #expect(command.output.contains("was started anew by systemd"))
    }
  }
}

private enum Watchdog {
  static let script =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("systemd/watchdog").path

  /// Why there can be no box with a systemd on this machine; nil when there can.
  static let obstacle: String? = {
    do {
      let command = try Command.run("/bin/bash", [script, "--can"], folder: "/tmp")
      return command.ending.exitStatus == 0 ? nil : command.errors
    } catch {
      return "\(error)"
    }
  }()

  static var comment: Comment { "a real systemd in a box: \(obstacle ?? "possible")" }
}
