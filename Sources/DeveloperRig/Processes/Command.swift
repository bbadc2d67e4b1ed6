import Foundation

/// A program that was run to its end, with all that it said.
public struct Command: Hashable, Sendable {
  public var ending: ChildProcess.Ending
  public var output: String
  public var errors: String

  /// Runs `program` and waits for its end. Its outputs pass through files in `folder`.
  ///
  /// Throws when it does not start or does not end in time; its exit status is the caller's to judge.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = "/dev/null", folder: String, seconds: Double = 60
  ) throws -> Command {
    let name = "\(folder)/command-\(UUID().uuidString.prefix(8))"
    defer { for end in ["out", "err"] { unlink("\(name).\(end)") } }
    let process = try ChildProcess(
      program, arguments, environment: environment, input: input, output: "\(name).out",
      errors: "\(name).err")
    let ending = try process.waitForEnd(seconds: seconds)
    return Command(
      ending: ending, output: try Self.text("\(name).out"), errors: try Self.text("\(name).err"))
  }

  /// The output of a program that has to succeed.
  public static func output(
    _ program: String, _ arguments: [String], folder: String
  ) throws -> String {
    let command = try run(program, arguments, folder: folder)
    guard command.ending.exitStatus == 0 else {
      throw RigError("\(program) \(arguments.joined(separator: " ")): \(command.errors)")
    }
    return command.output
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}
