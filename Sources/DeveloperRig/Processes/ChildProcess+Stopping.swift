import Foundation
import Glibc

extension ChildProcess {
  /// Keeps every thread of it still while `body` runs: none is inside a system call then.
  public func whileStopped(_ body: () throws -> Void) throws {
    send(SIGSTOP)
    defer { send(SIGCONT) }
    let deadline = Deadline(seconds: 10)
    while !hasEnded, !isStopped {
      guard !deadline.hasPassed else { throw RigError("process \(processID) does not stop") }
      Deadline.pause(milliseconds: 1)
    }
    try body()
  }

  /// What proc(5) says of its threads: stopped, or gone.
  private var isStopped: Bool {
    let folder = "/proc/\(processID)/task"
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return tasks.allSatisfy { task in
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(task)/stat") ?? Data()
      // The state stands behind the name, which ends with the last bracket.
      let state = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.dropFirst()
        .first
      return state.map { "TtZX".contains($0) } ?? true
    }
  }
}
