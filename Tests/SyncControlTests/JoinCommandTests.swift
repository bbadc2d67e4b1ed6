import Foundation
import SyncControl
import Synchronization
import Testing

@Suite("labctl join")
struct JoinCommandTests {
  private static let line = InvitationLine(
    secret: Array(0..<16), serverKey: Array(100..<132), expiresAt: 4_000_000_000_123, projects: [],
    endpoints: ["tcp://10.0.0.1:5570"], name: nil
  ).text

  /// A labctl beside a labsyncd that only prepares, of a laptop whose daemon answers so.
  private func join(
    _ state: Status.Connection.State
  ) throws -> (run: Run, process: Int32, daemon: String) {
    let sleeper = Process()
    sleeper.executableURL = URL(filePath: "/bin/sleep")
    sleeper.arguments = ["60"]
    try sleeper.run()
    defer { sleeper.terminate() }
    let process = sleeper.processIdentifier
    let asked = Mutex<Int64>(0)
    let daemon = try PretendDaemon { _ in
      var status = sampleStatus()
      // Each time anew, so that it is no answer to an earlier invitation.
      let since = asked.withLock { count in
        count += 1
        return count
      }
      status.connection = .init(
        state: state, words: "the invitation has expired", endpoint: nil, since: since)
      status.processID = process
      return try ControlCodec.encode(answer: status)
    }
    defer { daemon.end() }
    let folder = FileManager.default.temporaryDirectory.appending(path: "join-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "labctl")
    try FileManager.default.copyItem(at: labctlProgram, to: program)
    let script = folder.appending(path: "labsyncd")
    try """
    #!/bin/sh
    cat >/dev/null
    printf 'config: /x/lab.yaml\\nsocket: %s\\nlog: /x/labsyncd.log\\nfingerprint: ABCD\\n' \
    '\(daemon.path)'
    """.write(to: script, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: script.path)
    let run = try labctl(
      ["join", Self.line, "--dir", folder.appending(path: "lab").path, "--timeout", "1"],
      program: program)
    return (run, process, script.path)
  }

  @Test(
    "says what goes on behind it, how to stop that, and how to start it again, whatever came of it",
    arguments: [
      (Status.Connection.State.live, Int32(0), "This laptop is let in"),
      (.refused, 4, "prepared and not let in (the invitation has expired)"),
      (.waiting, 4, "is let in when it reaches the online side"),
    ])
  func background(state: Status.Connection.State, status: Int32, words: String) throws {
    let (run, process, daemon) = try join(state)
    #expect(run.status == status)
    #expect((run.output + run.errors).contains(words), "\(run.errors)")
    #expect(
      run.errors.contains("labsyncd runs in the background (pid \(process))"), "\(run.errors)")
    #expect(run.errors.contains("its log is /x/labsyncd.log"))
    #expect(run.errors.contains("\nStop it: kill \(process)\n"))
    #expect(run.errors.contains("\nStart it again: \(daemon) lab --config /x/lab.yaml\n"))
    #expect(state != .refused || run.errors.contains("into the same folder"), "\(run.errors)")
  }
}
