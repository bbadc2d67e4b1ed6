import DeveloperRig
import Foundation
import Glibc
import SyncControl

/// A laptop that labctl join has made, with the daemon that it started. Ended with this object.
final class JoinedLaptop {
  let folder: String
  let programs: Programs
  private(set) var joining: Command

  var socketPath: String { "\(folder)/control.sock" }
  var storePath: String { "\(folder)/lab.db" }

  /// Runs labctl join with a line, whatever comes of it.
  init(_ line: String, in lab: Lab, _ name: String, timeoutSeconds: Int = 30) throws {
    folder = "\(lab.folder)/\(name)"
    programs = lab.programs
    joining = try Command.run(
      programs.control, ["join", line, "--dir", folder, "--timeout", "\(timeoutSeconds)"],
      folder: lab.folder, seconds: Double(timeoutSeconds) + 30)
  }

  deinit { stop() }

  /// Joins again, with another line.
  func join(_ line: String) throws {
    joining = try Command.run(
      programs.control, ["join", line, "--dir", folder, "--timeout", "30"], folder: folder)
  }

  func stop() {
    do {
      let status = try ControlClient(path: socketPath).ask(StatusRequest(), seconds: 5)
      guard let process = status.processID else { return }
      kill(process, SIGTERM)
      let deadline = Deadline(seconds: 20)
      while kill(process, 0) == 0, !deadline.hasPassed { Deadline.pause(milliseconds: 20) }
    } catch {
      // None runs.
    }
  }

  func status() throws -> Status { try ControlClient(path: socketPath).ask(StatusRequest()) }

  func labctl(_ arguments: [String]) throws -> Command {
    try Command.run(
      programs.control, arguments + ["--socket", socketPath], folder: folder, seconds: 120)
  }

  /// The status once `condition` holds.
  func status(
    seconds: Double = 60, where condition: (Status) -> Bool
  ) throws -> Status {
    let deadline = Deadline(seconds: seconds)
    while true {
      let status = try status()
      if condition(status) { return status }
      guard !deadline.hasPassed else { throw RigError("still: \(status.connection.words)") }
      Deadline.pause(milliseconds: 20)
    }
  }
}

extension Lab {
  /// The line of a new invitation.
  func invite(_ arguments: [String] = []) throws -> String {
    let command = try online.labctl(["peer", "invite", "--json"] + arguments)
    guard command.ending.exitStatus == 0 else { throw RigError(command.errors) }
    let invitation = try JSONDecoder().decode(Invitation.self, from: Data(command.output.utf8))
    return invitation.line
  }
}
