import ArgumentParser
import Foundation
import Glibc
import SyncControl

struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Enrols this laptop with an invitation.",
    discussion: """
      Makes keys, store and configuration (labsyncd join), starts labsyncd, and waits until the online side has \
      let this laptop in. Without a network it is let in when there is one. Where LabSync is installed as a \
      service, it enrols that one and is for root: sudo labctl join LINE. Anywhere else, and with --dir, it \
      makes a folder of whoever runs it.
      """)

  @Argument(help: "The line that labctl peer invite printed; - reads it from the standard input.")
  var line: String
  @Option(
    help: ArgumentHelp(
      "Where keys and store go. Default: /var/lib/labsync for root, else ~/.local/share/labsync.",
      valueName: "folder"))
  var dir: String?
  @Flag(help: "Do not start labsyncd.") var noStart = false
  @Option(help: ArgumentHelp("How long to wait for the online side.", valueName: "seconds"))
  var timeout = 30

  func run() throws {
    guard let line = line == "-" ? readLine() : line else {
      throw ValidationError("No line came on the standard input.")
    }
    _ = try InvitationLine(line)
    let place = try JoiningPlace(folder: dir)
    let made = try place.prepare(line)
    StandardError.line("This laptop's fingerprint is \(made.fingerprint).")
    if noStart {
      StandardError.line("Prepared. Start it: \(place.startCommand(made).joined(separator: " "))")
      return
    }
    // A daemon that runs may have been refused before: that is no answer to this invitation.
    let before = try made.status()?.connection
    try place.start(made)
    defer { sayWhatRuns(place, made) }
    try wait(for: made, unlike: before)
  }

  /// What goes on behind this command, and how it is ended: systemd says that of a service.
  private func sayWhatRuns(_ place: JoiningPlace, _ made: JoiningPlace.Made) {
    guard !place.isService else { return }
    let start = place.startCommand(made).joined(separator: " ")
    var process: Int?
    do { process = try made.status()?.processID.map { Int($0) } } catch { process = nil }
    guard let process else {
      return StandardError.line(
        "labsyncd does not answer; what it said is in \(made.log). Start it again: \(start)")
    }
    StandardError.line(
      """
      labsyncd runs in the background (pid \(process)), until this machine is switched off; its log is \
      \(made.log).
      Stop it: kill \(process)
      Start it again: \(start)
      """)
  }

  /// Until it is let in, or somebody has to do something.
  private func wait(for made: JoiningPlace.Made, unlike before: Status.Connection?) throws {
    let deadline = monotonicMilliseconds() + timeout * 1000
    var last = "labsyncd does not answer yet (\(made.log))"
    while monotonicMilliseconds() < deadline {
      if let status = try made.status() {
        last = status.connection.words
        switch status.connection.state {
        case .refused where status.connection.since != before?.since:
          throw ControlFailure(
            what: "this laptop is prepared and not let in", why: last,
            remedy:
              "labctl join with another invitation into the same folder, which keeps keys and "
              + "store; or labctl status",
            exit: .needsAttention)
        case .live, .syncing: return try say(status, made)
        default: break
        }
      }
      usleep(100_000)
    }
    StandardError.line(
      "This laptop is prepared, and is let in when it reaches the online side: "
        + "\(Terminal.harmless(last)).")
    throw Ended(status: .needsAttention)
  }

  private func say(_ status: Status, _ made: JoiningPlace.Made) throws {
    try StandardOutput.line("This laptop is let in: \(Terminal.harmless(status.connection.words)).")
    for project in status.projects {
      try StandardOutput.line("project \(project.id) \(Terminal.oneLine(project.name ?? ""))")
    }
    try StandardOutput.flush()
    if made.socket != ConnectionOptions.usual {
      StandardError.line("Ask it with: export \(ControlProtocol.socketVariable)=\(made.socket)")
    }
  }
}

/// Where a laptop's home is made, and by which programs.
struct JoiningPlace {
  struct Made {
    var configuration: String
    var socket: String
    var log: String
    var fingerprint: String

    /// What the daemon there says; nil where none answers.
    func status() throws(ControlFailure) -> Status? {
      do {
        return try ask()
      } catch {
        if error.exit == .daemonUnreachable { return nil }
        throw error
      }
    }

    private func ask() throws(ControlFailure) -> Status {
      let client = try ControlClient.reaching(socket, timeoutSeconds: 30)
      return try client.ask(StatusRequest())
    }
  }

  private let folder: String
  /// The system's service, with the paths of its unit.
  let isService: Bool

  private static let unit = "labsyncd-lab.service"
  private static let serviceFolder = "/etc/labsync"

  init(folder: String?) throws(ControlFailure) {
    let hasUnit = ["/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"]
      .contains { access("\($0)/\(Self.unit)", F_OK) == 0 }
    isService = folder == nil && hasUnit && access("/run/systemd/system", F_OK) == 0
    guard !isService || getuid() == 0 else {
      throw ControlFailure(
        what: "this laptop was not enrolled",
        why: "its LabSync is a service, which only root may set up",
        remedy: "sudo labctl join LINE, or --dir FOLDER for one of your own")
    }
    self.folder =
      folder ?? (isService || getuid() == 0 ? "/var/lib/labsync" : Self.personalFolder)
  }

  /// Where somebody who is not root has a laptop's home.
  static var personalFolder: String {
    let home = Environment.value("HOME") ?? "/root"
    let data = Environment.value("XDG_DATA_HOME") ?? "\(home)/.local/share"
    return "\(data)/labsync"
  }

  /// labsyncd stands beside labctl, or in the path.
  private static var daemon: String {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = own.deletingLastPathComponent().appendingPathComponent("labsyncd").path
    return access(beside, X_OK) == 0 ? beside : "labsyncd"
  }

  /// A service stands still meanwhile, and goes on as it was where it could not be enrolled.
  func prepare(_ line: String) throws -> Made {
    guard isService else { return try prepare(line, ["--dir", folder]) }
    let state = try Self.run(["systemctl", "show", "-P", "ActiveState", Self.unit])
    _ = try Self.run(["systemctl", "stop", Self.unit])
    do {
      _ = try Self.run(["mkdir", "-p", Self.serviceFolder])
      var made = try prepare(
        line,
        [
          "--dir", folder, "--config", "\(Self.serviceFolder)/lab.yaml",
          "--socket", ControlProtocol.defaultSocketPath,
        ])
      made.log = "journalctl -u \(Self.unit)"
      _ = try Self.run(["chgrp", "labsync", made.configuration])
      try giveToService()
      return made
    } catch {
      try giveToService()
      if state != "inactive\n" { _ = try Self.run(["systemctl", "start", Self.unit]) }
      throw error
    }
  }

  /// What root made there is the service's.
  private func giveToService() throws {
    _ = try Self.run(["chown", "-R", "labsync:labsync", folder])
  }

  private func prepare(_ line: String, _ options: [String]) throws -> Made {
    let output = try Self.run([Self.daemon, "join"] + options, input: "\(line)\n")
    func value(_ name: String) throws -> String {
      guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("\(name): ") })
      else {
        throw ControlFailure(
          what: "labsyncd join printed no \(name)", why: "it may be older",
          remedy: "use the labsyncd that came with labctl")
      }
      return String(line.dropFirst(name.count + 2))
    }
    return try Made(
      configuration: value("config"), socket: value("socket"), log: value("log"),
      fingerprint: value("fingerprint"))
  }

  func startCommand(_ made: Made) -> [String] {
    isService
      ? ["systemctl", "enable", "--now", Self.unit]
      : [Self.daemon, "lab", "--config", made.configuration]
  }

  /// Starts the daemon, or tells the one that runs to read its keys anew.
  func start(_ made: Made) throws {
    if isService {
      _ = try Self.run(startCommand(made))
      return
    }
    if let status = try made.status() {
      if let process = status.processID { kill(pid_t(process), SIGHUP) }
    } else {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["setsid"] + startCommand(made)
      if !FileManager.default.fileExists(atPath: made.log) {
        _ = FileManager.default.createFile(atPath: made.log, contents: nil)
      }
      let log = FileHandle(forWritingAtPath: made.log)
      log?.seekToEndOfFile()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = log ?? FileHandle.nullDevice
      process.standardError = log ?? FileHandle.nullDevice
      try process.run()
    }
  }

  /// Runs a program to its end and gives what it printed; what it complained of is the failure.
  private static func run(_ words: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let (inlet, outlet, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inlet
    process.standardOutput = outlet
    process.standardError = errors
    do { try process.run() } catch {
      throw ControlFailure(
        what: "\(words[0]) can not be run", why: "\(error)", remedy: "install labsync whole")
    }
    // A program that is not there reads nothing, and is told of below.
    signal(SIGPIPE, SIG_IGN)
    _ = writeAll(Array(input.utf8), to: inlet.fileHandleForWriting.fileDescriptor)
    signal(SIGPIPE, SIG_DFL)
    inlet.fileHandleForWriting.closeFile()
    let output = outlet.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // What env(1) says of a program that it does not find.
    if process.terminationStatus == 127 {
      throw ControlFailure(
        what: "\(words[0]) is not there", why: "it stands neither beside labctl nor in the path",
        remedy: "install labsync whole, then labctl join again")
    }
    guard process.terminationStatus == 0 else {
      let text = String(decoding: complaint, as: UTF8.self)
      throw ControlFailure(
        what: text.replacing("labsyncd: ", with: "").split(separator: "\n").joined(separator: "; "),
        why: "", remedy: "")
    }
    return String(decoding: output, as: UTF8.self)
  }
}
