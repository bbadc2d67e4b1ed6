import DeveloperRig
import Foundation
import Testing

/// A script of `Tests/systemd`, which needs machines of its own with a real systemd.
struct SystemdScript {
  let path: String
  /// Why there can be no such machine here; nil when there can.
  let obstacle: String?

  init(_ name: String) {
    path =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("systemd/\(name)").path
    do {
      let command = try Command.run("/bin/bash", [path, "--can"], folder: "/tmp")
      obstacle = command.ending.exitStatus == 0 ? nil : command.errors
    } catch {
      obstacle = "\(error)"
    }
  }

  var comment: Comment { "a real systemd: \(obstacle ?? "possible")" }

  /// Runs it with the programs that were built, and expects `words` among what it prints.
  func expect(_ words: String, within seconds: Double) throws {
    let command = try Command.run(
      "/bin/bash", [path, Programs.find().folder], folder: "/tmp", seconds: seconds)
    #expect(command.ending.exitStatus == 0, "\(command.errors)")
    #expect(command.output.contains(words))
  }
}
