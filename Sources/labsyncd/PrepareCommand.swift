import ArgumentParser
import SyncDaemon

struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Makes the keys and the store that a configuration names, where they are missing.",
    discussion: """
      What is there stays as it is. The packages run it at every installation, as the user of the \
      service. Prints public-key: KEY, and project: ID where a store with a new project was made.
      """)

  @Argument(help: "lab or online.") var side: String
  @OptionGroup var options: ConfigurationOptions
  @Option(help: "What people call the project of a new online store.") var project = "Living lab"

  func validate() throws {
    guard Configuration.Side(name: side) != nil else {
      throw ValidationError("The side is lab or online.")
    }
  }

  func run() throws {
    guard let side = Configuration.Side(name: side) else { return }
    let outcome = try Preparation(options.load(side)).run(projectName: project)
    if let project = outcome.project { print("project: \(project)") }
    print("public-key: \(outcome.publicKey)")
  }
}
