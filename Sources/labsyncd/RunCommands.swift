import ArgumentParser
import SyncDaemon

struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String

  func load(_ side: Configuration.Side) throws -> Configuration {
    try Configuration.load(
      path: config, side: side, environment: Host.environment, hostName: Host.name)
  }
}

struct RestorationOptions: ParsableArguments {
  @Flag(
    help: """
      The store was put back from a backup of the whole machine: it goes on under a new name, and \
      gets back what it lacks. Say it once. A database that was put back alone is noticed.
      """)
  var restored = false
}

struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Runs on a lab laptop.")

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var restoration: RestorationOptions

  func run() throws {
    try Daemon.run(
      side: .lab, configuration: options.load(.lab), isRestored: restoration.restored)
  }
}

struct OnlineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "online", abstract: "Runs beside the crowdsourcing store.")

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var restoration: RestorationOptions

  func run() throws {
    try Daemon.run(
      side: .online, configuration: options.load(.online), isRestored: restoration.restored)
  }
}

struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Prints every setting as it would be used, and where it came from.",
    discussion: "The side is taken from the file's sections unless --side says it.")

  @OptionGroup var options: ConfigurationOptions
  @Option(help: "lab or online.") var side: String?

  private var named: Configuration.Side? { side.flatMap { Configuration.Side(name: $0) } }

  func validate() throws {
    if side != nil, named == nil { throw ValidationError("--side is lab or online.") }
  }

  func run() throws {
    let side = try named ?? Configuration.side(ofFile: options.config)
    print(ConfigurationReport(try options.load(side)))
    for name in ConfigurationReport.strayVariables(in: Host.environment) {
      Labsyncd.complain("\(name) is in the environment and is no setting")
    }
  }
}
