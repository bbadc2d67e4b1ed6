import ArgumentParser
import SyncControl
import SyncDaemon

/// What labctl join runs: this program alone makes keys and stores.
struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Prepares this laptop from an invitation.",
    discussion: """
      Reads the line that labctl peer invite printed from the standard input: a command line can be read by \
      everybody on this machine. Makes keys, store and configuration, and leaves the secret for labsyncd lab to \
      present. Prints, one a line: config: FILE, socket: PATH, log: FILE, fingerprint: TEXT.
      """)

  @Option(help: ArgumentHelp("Where keys and store go.", valueName: "folder")) var dir: String
  @Option(help: ArgumentHelp("The configuration. Default: lab.yaml there.", valueName: "file"))
  var config: String?
  @Option(
    help: ArgumentHelp("The control socket. Default: control.sock there.", valueName: "path"))
  var socket: String?

  func run() throws {
    guard let text = readLine() else {
      throw ValidationError("The invitation's line is read from the standard input.")
    }
    let joined = try JoinedFolder(dir, configuration: config, socket: socket).prepare(
      InvitationLine(text), hostName: Host.name, nowMilliseconds: Host.wallMilliseconds)
    print("config: \(joined.configurationPath)")
    print("socket: \(joined.controlSocket)")
    print("log: \(joined.logPath)")
    print("fingerprint: \(joined.fingerprint)")
  }
}
