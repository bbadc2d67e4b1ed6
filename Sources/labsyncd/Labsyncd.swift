import ArgumentParser
import Glibc
import SyncDaemon

/// The daemon.
@main
struct Labsyncd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labsyncd",
    abstract: "Keeps a living lab's rooms and its online community on the same page.",
    discussion: "Exit status: 0 done, 1 failed, 64 the command line is wrong.",
    version: "labsyncd 0.1.0",
    subcommands: [
      LabCommand.self, OnlineCommand.self, CheckConfigCommand.self, InitCommand.self,
      PrepareCommand.self,
      JoinCommand.self,
    ])

  static func main() {
    // What people wrote is nobody else's on this machine; the service manager may be stricter.
    umask(umask(0) | 0o007)
    do {
      var command = try parseAsRoot(keysInPlace(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      finish(after: error)
    }
  }

  /// A public key may begin with `-=`, which no parser takes for a value unless it stands behind `=`.
  static func keysInPlace(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    var result: [String] = []
    while let argument = rest.popFirst() {
      if argument == "--server-key", let key = rest.popFirst() {
        result.append("--server-key=\(key)")
      } else {
        result.append(argument)
      }
    }
    return result
  }

  /// Says what went wrong on the standard error and ends with the status that belongs to it.
  private static func finish(after error: any Error) -> Never {
    switch exitCode(for: error) {
    case .success: exit(withError: error)
    case .validationFailure:
      let message = fullMessage(for: error)
      complain(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
      Glibc.exit(64)
    default:
      complain("\(error)")
      Glibc.exit(1)
    }
  }

  /// One line or several on the standard error, with the journal's priority where it is read.
  static func complain(_ words: String) {
    let form = StandardErrorLog.form(environment: Host.environment)
    for line in words.split(whereSeparator: \.isNewline) {
      StandardErrorLog.writeToStandardError(form.prefix + "labsyncd: \(line)\n")
    }
  }
}

extension StandardErrorLog.Form {
  fileprivate var prefix: String {
    switch self {
    case .journal: "<3>"
    case .timed: ""
    }
  }
}
