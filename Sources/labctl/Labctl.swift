import ArgumentParser
import Glibc
import SyncControl

/// The command line: asks labsyncd, and says what it answered.
@main
struct Labctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labctl",
    abstract: "Looks after the records of a living lab and their way to the other side.",
    discussion: """
      It asks the labsyncd of this machine, over its control socket. Data goes to the standard \
      output, everything else to the standard error.

      Exit status: 0 done, 1 failed, 3 partly done, 4 not in sync or somebody has to look, \
      10 labsyncd can not be reached, 64 the command line is wrong.
      """,
    version: "labctl 0.1.0",
    subcommands: [
      StatusCommand.self, SyncCommand.self, AddCommand.self, SetCommand.self, RemoveCommand.self,
      ReportCommand.self, MetricsCommand.self, EventsCommand.self,
      FieldsCommand.self, ListCommand.self, ShowCommand.self, ImportCommand.self,
      ExportCommand.self,
      ConflictCommand.self, ParkedCommand.self, ExplainCommand.self, LeaveCheckCommand.self,
      VerifyCommand.self, DoctorCommand.self, FleetCommand.self, LogCommand.self,
      BackupCommand.self, BundleCommand.self, PeerCommand.self, JoinCommand.self, KeyCommand.self,
      LeaveCommand.self, ConsentCommand.self, EraseCommand.self,
    ])

  static func main() {
    // Whoever closes the other end of a pipe has seen enough: end without a word.
    signal(SIGPIPE, SIG_DFL)
    do {
      let words = try CommandWords(commandFirst(Array(CommandLine.arguments.dropFirst())))
      var command = try parseAsRoot(words.arguments)
      do { try command.run() } catch let error as ValidationError {
        throw misuse(error, of: words)
      }
      try StandardOutput.flush()
    } catch {
      finish(after: error)
    }
  }

  /// Options that every command has may also stand before it: `labctl --socket PATH status`.
  static func commandFirst(_ arguments: [String]) -> [String] {
    let moved = CommandWords.commonOptions(arguments[...])
    let rest = arguments.dropFirst(moved.count)
    guard rest.first?.hasPrefix("-") != true else { return arguments }
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    return Array(rest[..<end]) + moved + Array(rest[end...])
  }

  /// What only the running command could see is wrong with its options; the parser would describe
  /// labctl instead.
  private static func misuse(_ error: ValidationError, of words: CommandWords) -> ControlFailure {
    let what = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
    return ControlFailure(
      what: what, why: "", remedy: "labctl help \(words.name)", exit: .usage)
  }

  /// Says what went wrong on the standard error and ends with the status that belongs to it.
  private static func finish(after error: any Error) -> Never {
    switch error {
    case let failure as ControlFailure:
      StandardError.line("labctl: \(Terminal.harmless("\(failure)"))")
      Glibc.exit(failure.exit.rawValue)
    case let ended as Ended:
      Glibc.exit(ended.status.rawValue)
    case is ClosedPipe:
      Glibc.exit(ExitStatus.done.rawValue)
    default:
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      let message = fullMessage(for: error)
      let reason = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
      StandardError.line("labctl: \(reason)")
      Glibc.exit(ExitStatus.usage.rawValue)
    }
  }
}

/// The command has said all it had to say, and ends with this status.
struct Ended: Error {
  var status: ExitStatus
}
