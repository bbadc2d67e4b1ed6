import ArgumentParser
import DeveloperRig

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures, and prints ratios to what SQLite alone does in the same run.",
    discussion: "Meaningful with release builds only: swift build -c release.",
    subcommands: [
      BenchAllCommand.self, BenchSyncCommand.self, BenchCaptureCommand.self,
      BenchImportCommand.self, BenchReportCommand.self,
    ],
    defaultSubcommand: BenchAllCommand.self)
}

struct BenchAllCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Sync and capture, one after the other.")

  @Option(help: "Of which the median counts.") var runs = 3

  func run() throws {
    try SyncMeasurement(runs: runs).run(bases: [10_000, 40_000])
    try CaptureMeasurement(runs: runs).run()
  }
}

struct BenchSyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "20,000 changes a side, from connecting to both acknowledgements.")

  @Option(help: "Of which the median counts.") var runs = 3
  @Option(parsing: .upToNextOption, help: "Ideas that both sides have beforehand.")
  var bases = [10_000, 40_000]
  @Option(help: "Seconds between the last write and connecting.") var calm = 6

  func validate() throws {
    guard bases.allSatisfy({ $0 >= BenchWork.editsPerSide * 2 }), runs > 0 else {
      throw ValidationError("a base has at least \(BenchWork.editsPerSide * 2) ideas.")
    }
  }

  func run() throws { try SyncMeasurement(runs: runs, calmSeconds: calm).run(bases: bases) }
}

struct BenchCaptureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture", abstract: "Single-row transactions with the triggers and without.")

  @Option(help: "Of which the median counts.") var runs = 3
  @Option(help: "Transactions of each kind in a run.") var rows = 2000

  func run() throws { try CaptureMeasurement(runs: runs, rows: rows).run() }
}

struct BenchImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "The memory that an import takes, and an idle daemon.")

  @Option(help: "Lines of the file.") var lines = 1_000_000

  func run() throws { try ImportMeasurement(lines: lines).run() }
}

struct BenchReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Reports over a million activities, against hand-written SQL for the same figures.")

  @Option(help: "Of which the median counts.") var runs = 5
  @Option(help: "Rows of the feed.") var activities = 1_000_000

  func run() throws { try ReportMeasurement(runs: runs, activities: activities).run() }
}
