import ArgumentParser
import DeveloperRig
import Foundation

/// What developers run: scenarios on real processes, and measurements.
@main
struct Labdev: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labdev",
    abstract: "Runs whole labs on this machine and says whether they hold what LabSync promises.",
    discussion: """
      labsyncd and labctl are taken from the folder of labdev, or from the one that LABSYNC_BIN \
      names. With LABSYNC_KEEP in the environment the folders of a run stay.

      Exit status: 0 every expectation was met, 1 not, 64 the command line is wrong.
      """,
    subcommands: [
      ReplayCommand.self, VotesCommand.self, KillCommand.self, DrainCommand.self, BenchCommand.self,
      FaultsCommand.self, FleetCommand.self, NoticeCommand.self, SlowLinkCommand.self,
      WriteRowsCommand.self, SimulateCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if exitCode(for: error) == .success || exitCode(for: error) == .validationFailure {
        exit(withError: error)
      }
      FileHandle.standardError.write(Data("labdev: \(error)\n".utf8))
      Foundation.exit(1)
    }
  }
}

/// A folder of real input, which may not be there.
struct DataFolder {
  let path: String

  /// Nil, with a line that says so, when there is no such folder.
  init?(_ path: String) {
    guard FileManager.default.fileExists(atPath: path) else {
      say("skipped: no data at \(path)")
      return nil
    }
    self.path = path
  }

  func lines(_ file: String) throws -> [String] { try linesOfFile("\(path)/\(file)") }
}

/// Runs `body` and prints how long it took.
@discardableResult
func timed<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
  let start = Deadline.monotonicMilliseconds
  let result = try body()
  let duration = Deadline.monotonicMilliseconds - start
  say("       \(what): \(Figures.duration(milliseconds: duration))")
  return result
}
