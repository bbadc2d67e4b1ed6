import Foundation
import SyncControl
import Synchronization
import ZeroMQ

/// A daemon that answers on a control socket of its own, from a thread of its own, what a test
/// tells it to, and remembers what it was asked.
final class PretendDaemon: Sendable {
  typealias Answering = @Sendable (ControlRequest) throws -> [UInt8]

  let path: String
  private let context: Context
  private let asked = Mutex<[ControlRequest]>([])
  private let hasEnded = DispatchSemaphore(value: 0)

  var requests: [ControlRequest] { asked.withLock { $0 } }

  init(answering: @escaping Answering) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "labctl-\(UUID()).sock").path
    context = try Context()
    let listening = DispatchSemaphore(value: 0)
    let thread = Thread { [self] in
      defer { hasEnded.signal() }
      do {
        let socket = try context.socket(.router)
        try socket.bind("ipc://\(path)")
        listening.signal()
        try serve(socket, answering)
      } catch {
        // The context was shut down: the test is over.
      }
    }
    thread.start()
    listening.wait()
  }

  /// Ends the thread and removes the socket.
  func end() {
    context.shutdown()
    hasEnded.wait()
    unlink(path)
  }

  private func serve(_ socket: borrowing Socket, _ answering: Answering) throws {
    var poller = Poller<Int>()
    poller.add(socket.pollItem(0))
    while true {
      _ = try poller.wait(timeoutMilliseconds: nil)
      while let message = try socket.receive() {
        let request = try ControlCodec.decodeRequest(message.parts[1])
        asked.withLock { $0.append(request) }
        do {
          _ = try socket.send([message.parts[0], answering(request)])
        } catch let failure as ControlFailure {
          _ = try socket.send([message.parts[0], ControlCodec.encode(failure: failure)])
        }
      }
    }
  }
}

/// How a run of labctl ended.
struct Run {
  var status: Int32
  var output: String
  var errors: String
}

/// Where it was built.
let labctlProgram = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "labctl")

/// Runs the labctl that was built with the tests, and waits for its end.
func labctl(
  _ arguments: [String], input: Data = Data(), standardInput: FileHandle? = nil,
  environment: [String: String] = [:], program: URL = labctlProgram
) throws -> Run {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  process.environment = ["TZ": "UTC", "PATH": "/usr/bin:/bin"].merging(environment) { $1 }
  let folder = FileManager.default.temporaryDirectory.appending(path: "labctl-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  // Files and not pipes: a pipe that nobody reads would stop a long output.
  for name in ["in", "out", "err"] {
    try (name == "in" ? input : Data()).write(to: folder.appending(path: name))
  }
  process.standardInput =
    try standardInput ?? FileHandle(forReadingFrom: folder.appending(path: "in"))
  process.standardOutput = try FileHandle(forWritingTo: folder.appending(path: "out"))
  process.standardError = try FileHandle(forWritingTo: folder.appending(path: "err"))
  try process.run()
  process.waitUntilExit()
  return Run(
    status: process.terminationStatus,
    output: try String(contentsOf: folder.appending(path: "out"), encoding: .utf8),
    errors: try String(contentsOf: folder.appending(path: "err"), encoding: .utf8))
}
