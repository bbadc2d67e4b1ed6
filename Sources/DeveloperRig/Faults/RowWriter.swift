import Foundation
import Glibc

/// A program of a community's own on a machine, as a process of its own: it writes rows with plain SQL
/// all the while, and notes outside of the machine what was committed.
public final class RowWriter {
  public let machine: Machine
  public let ledgerPath: String
  private let program: String
  private var process: ChildProcess?
  private var starts: UInt64 = 0
  private let seed: UInt64

  /// - Parameter program: labdev.
  public init(on machine: Machine, ledger: String, program: String, seed: UInt64) {
    self.machine = machine
    self.program = program
    self.seed = seed
    ledgerPath = ledger
  }

  deinit { process?.send(SIGKILL) }

  public func start() throws {
    // Another seed at each start: no row is written twice.
    starts += 1
    let words =
      machine.surroundings.prefix + [
        program, "write-rows", "--store", machine.storePath, "--ledger", ledgerPath,
        "--seed", "\(seed &+ starts)",
      ]
    process = try ChildProcess(
      words[0], Array(words.dropFirst()), environment: machine.surroundings.environment,
      output: "\(ledgerPath).log", errors: "\(ledgerPath).log")
  }

  /// Lets it finish its transaction.
  public func stop() throws {
    process?.send(SIGTERM)
    try process?.waitForEnd(seconds: 30)
    process = nil
  }

  /// kill -9.
  public func kill() throws {
    process?.send(SIGKILL)
    try process?.waitForEnd(seconds: 30)
    process = nil
  }

  /// Keeps it still while `body` runs.
  func whileFrozen(_ body: () throws -> Void) throws {
    guard let process else { return try body() }
    try process.whileStopped(body)
  }

  /// Throws when the program has ended by itself.
  public func requireRunning() throws {
    guard let process, process.hasEnded else { return }
    let log = FileManager.default.contents(atPath: "\(ledgerPath).log") ?? Data()
    throw RigError(
      "the program that writes on \(machine.name) has ended: "
        + String(decoding: log.suffix(500), as: UTF8.self))
  }

  public func ledger() throws -> Ledger { try Ledger(path: ledgerPath) }
}
