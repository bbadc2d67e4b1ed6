import ArgumentParser
import SyncDaemon

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Prepares a new machine: keys, configuration, store. Never overwrites.",
    subcommands: [InitOnlineCommand.self, InitLabCommand.self])
}

struct InitOnlineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "online", abstract: "Prepares the online side, with a new project.",
    discussion: """
      Prints, one a line: project: ID, public-key: KEY, config: FILE, authorized: FOLDER. Laptops \
      need the first two; a laptop's own public key goes into the folder, in a file named after it.
      """)

  @Option(help: ArgumentHelp("The folder to prepare.", valueName: "folder")) var dir: String
  @Option(help: "What people call the project.") var project: String
  @Option(help: "Where laptops connect to.") var endpoint = "tcp://*:5570"
  @Option(help: "What people call this machine. Default: its host name.") var name: String?

  func run() throws {
    let folder = try NewFolder(dir, side: .online)
    let prepared = try folder.prepare(
      [.replicaName: name ?? Host.name, .listenEndpoint: endpoint]
    ) { configuration in
      try StoreSetup.createOnline(
        configuration.store, projectName: project, replicaName: configuration.replicaName)
    }
    print("project: \(prepared.made)")
    print("public-key: \(prepared.publicKey)")
    print("config: \(folder.configurationPath)")
    print("authorized: \(prepared.configuration.authorizedDirectory)")
  }
}

struct InitLabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Prepares a lab laptop.",
    discussion: """
      Prints, one a line: project: ID where it was given, public-key: KEY, config: FILE. The public \
      key goes to the online side. --endpoint and --server-key go together; without them the \
      laptop works on its own until they stand in its configuration.
      """)

  @Option(help: ArgumentHelp("The folder to prepare.", valueName: "folder")) var dir: String
  @Option(help: "The project's id, as labsyncd init online printed it.") var project: String?
  @Option(help: "Where the online side listens.") var endpoint: String?
  @Option(parsing: .unconditional, help: "The online side's public key.") var serverKey: String?
  @Option(help: "What people call this machine. Default: its host name.") var name: String?

  func validate() throws {
    guard (endpoint == nil) == (serverKey == nil) else {
      throw ValidationError("--endpoint and --server-key go together.")
    }
  }

  func run() throws {
    let folder = try NewFolder(dir, side: .lab)
    var settings: [Setting: String] = [.replicaName: name ?? Host.name]
    settings[.onlineEndpoints] = endpoint
    settings[.onlineServerKey] = serverKey
    let prepared = try folder.prepare(settings) { configuration in
      try StoreSetup.createLab(
        configuration.store, replicaName: configuration.replicaName, project: project)
    }
    if let project { print("project: \(project)") }
    print("public-key: \(prepared.publicKey)")
    print("config: \(folder.configurationPath)")
  }
}
