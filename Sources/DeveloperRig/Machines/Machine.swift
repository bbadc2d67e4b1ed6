import Foundation
import Glibc
import SyncControl

/// One prepared side of a lab: its folder, and its daemon while it runs.
public final class Machine {
  public enum Side: String, Hashable, Sendable {
    case lab, online
  }

  public let name: String
  public let side: Side
  public let folder: String
  /// 40 Z85 characters.
  public let publicKey: String
  public private(set) var process: ChildProcess?
  /// The world around the daemon, where it is another than this process's.
  public let surroundings: Surroundings
  private let programs: Programs
  private var keptClient: ControlClient?

  /// Stands above the configuration file at the next start, such as `LABSYNC_LOG_LEVEL`.
  public var environment: [String: String] = [:]

  init(
    name: String, side: Side, folder: String, publicKey: String, programs: Programs,
    surroundings: Surroundings = Surroundings()
  ) {
    self.name = name
    self.side = side
    self.folder = folder
    self.publicKey = publicKey
    self.programs = programs
    self.surroundings = surroundings
  }

  public var configurationPath: String { "\(folder)/\(side.rawValue).yaml" }
  public var storePath: String { "\(folder)/\(side.rawValue).db" }
  public var socketPath: String { "\(runtimeFolder)/control.sock" }
  public var logPath: String { "\(runtimeFolder)/labsyncd.log" }
  /// For what a machine keeps in memory or in its journal: sockets and logs.
  private var runtimeFolder: String { surroundings.runtimeFolder ?? folder }

  public var isRunning: Bool { process.map { !$0.hasEnded } ?? false }

  /// Starts the daemon and waits until it says that it is ready, which it does when everything that
  /// waited in the store is captured and the control socket answers.
  public func start(seconds: Double = 120) throws {
    let readiness = try launch()
    guard let process else { return }
    guard try readiness.waitUntilReady(process, seconds: seconds) else {
      throw RigError("\(name) ended before it was ready: \(lastLogLines())")
    }
  }

  /// Starts the daemon and returns at once.
  public func startWithoutWaiting() throws { notReadyYet = try launch() }

  /// Held so that the daemon's words have somewhere to go.
  private var notReadyYet: ReadinessSocket?

  private func launch() throws -> ReadinessSocket {
    guard !isRunning else { throw RigError("\(name) runs already") }
    let readiness = try ReadinessSocket(path: "\(runtimeFolder)/notify.sock")
    var full = environment.merging(surroundings.environment) { own, _ in own }
    if surroundings.runtimeFolder != nil { full["LABSYNC_CONTROL_SOCKET"] = socketPath }
    // How much the daemons say is for whoever runs the rig.
    full["LABSYNC_LOG_LEVEL"] =
      environment["LABSYNC_LOG_LEVEL"]
      ?? ProcessInfo.processInfo.environment["LABSYNC_LOG_LEVEL"]
    full["NOTIFY_SOCKET"] = readiness.path
    let words =
      surroundings.prefix + [programs.daemon, side.rawValue, "--config", configurationPath]
    process = try ChildProcess(
      words[0], Array(words.dropFirst()), environment: full, output: logPath, errors: logPath)
    return readiness
  }

  /// Runs a daemon that is expected to end by itself, beside the one that may run. Throws when it
  /// has not ended within 30 s.
  public func runToItsEnd(environment: [String: String] = [:]) throws -> Command {
    try Command.run(
      programs.daemon, [side.rawValue, "--config", configurationPath], environment: environment,
      folder: folder, seconds: 30)
  }

  /// Asks the daemon to end and waits until it has.
  @discardableResult
  public func stop(seconds: Double = 60) throws -> ChildProcess.Ending {
    guard let process else { throw RigError("\(name) does not run") }
    process.send(SIGCONT)
    process.send(SIGTERM)
    return try forget(process, seconds: seconds)
  }

  /// kill -9.
  public func kill() throws {
    guard let process else { return }
    process.send(SIGKILL)
    try forget(process, seconds: 60)
  }

  @discardableResult
  private func forget(_ process: ChildProcess, seconds: Double) throws -> ChildProcess.Ending {
    keptClient = nil
    let ending = try process.waitForEnd(seconds: seconds)
    self.process = nil
    return ending
  }

  /// SIGSTOP: the daemon stands still with everything it holds.
  public func freeze() { process?.send(SIGSTOP) }
  /// SIGCONT.
  public func thaw() { process?.send(SIGCONT) }
  /// Keeps the daemon still, where it runs, while `body` runs.
  public func whileFrozen(_ body: () throws -> Void) throws {
    guard let process else { return try body() }
    try process.whileStopped(body)
  }
  /// SIGUSR1: reconnect at once.
  public func connectNow() { process?.send(SIGUSR1) }

  /// Asks the daemon.
  public func ask<Question: ControlQuestion>(
    _ question: Question, seconds: Double = 120
  ) throws -> Question.Answer {
    let client = try keptClient ?? ControlClient(path: socketPath)
    keptClient = client
    do {
      return try client.ask(question, seconds: seconds)
    } catch let error as RigError {
      keptClient = nil
      throw RigError("\(name): \(error). Its log ends: \(lastLogLines())")
    }
  }

  /// Runs labctl against this machine.
  public func labctl(_ arguments: [String], input: String = "/dev/null") throws -> Command {
    try Command.run(
      programs.control, arguments + ["--socket", socketPath], input: input, folder: folder,
      seconds: 600)
  }

  /// Starts labctl against this machine and returns at once.
  public func startLabctl(_ arguments: [String]) throws(RigError) -> ChildProcess {
    try ChildProcess(
      programs.control, arguments + ["--socket", socketPath], output: "/dev/null",
      errors: "/dev/null")
  }

  /// A connection to the store, as an outside program has one.
  public func database(isReadOnly: Bool = false) throws(RigError) -> Database {
    try Database(storePath, isReadOnly: isReadOnly)
  }

  /// What the running daemon uses.
  public func figures() throws -> ProcessFigures {
    guard let process else { throw RigError("\(name) does not run") }
    return try ProcessFigures(processID: process.processID)
  }

  /// The daemon's whole log.
  public func log() -> String {
    FileManager.default.contents(atPath: logPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func lastLogLines() -> String {
    log().split(separator: "\n").suffix(5).joined(separator: " | ")
  }
}
