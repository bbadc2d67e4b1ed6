/// Programs of the operating system, found where root has them.
enum SystemCommand {
  static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// Runs a program that has to succeed and gives what it printed.
  @discardableResult
  static func run(_ words: String..., seconds: Double = 60) throws -> String {
    try run(words, seconds: seconds)
  }

  @discardableResult
  static func run(_ words: [String], seconds: Double = 60) throws -> String {
    let command = try status(words, seconds: seconds)
    guard command.ending.exitStatus == 0 else {
      throw RigError("\(words.joined(separator: " ")): \(command.errors)\(command.output)")
    }
    return command.output
  }

  /// Runs a program whose exit status is the caller's to judge.
  static func status(_ words: [String], seconds: Double = 60) throws -> Command {
    try Command.run(
      "/usr/bin/env", words, environment: ["PATH": path], folder: "/tmp", seconds: seconds)
  }
}
