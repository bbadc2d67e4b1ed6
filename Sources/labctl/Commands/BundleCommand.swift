import ArgumentParser
import Glibc
import SyncControl

struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Carries changes as a file, where there is no network.",
    discussion: """
      export here, carry the file, import there; and back: between a laptop and the online side, not from \
      laptop to laptop. A bundle holds everything of this machine's projects, people's words and names among \
      it, and is not encrypted: keep the stick like a backup. It is not signed either: whoever imports one \
      vouches for where it came from.
      """,
    subcommands: [BundleExportCommand.self, BundleImportCommand.self])
}

struct BundleExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the changes of this machine into a file.",
    discussion: """
      The file appears under its name when it is whole and on the disk; only you can read it, where the \
      stick knows of such things. Nothing counts as online by it, and leave-check says what it said before.
      """)

  @Argument(help: "The file to make.") var file: String
  @Option(help: "Only the project with this id.") var project: String?
  @Flag(help: "Replace a file of this name.") var replace = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard replace || access(file, F_OK) != 0 else {
      throw ControlFailure(
        what: "no bundle was made", why: "\(file) exists", remedy: "another name, or --replace",
        exit: .usage)
    }
    let client = try connection.client()
    // Sticks have file systems that know no links: it is renamed.
    let target = try OutputFile(file)
    var piece = try client.ask(BundleExportRequest(project: project)) { true }
    var progress = ProgressBar(total: piece.total)
    try target.add([UInt8](piece.bytes))
    while let cursor = piece.cursor {
      let rate = progress.rate(piece.done, "changes")
      progress.update(done: piece.done, Words.count(piece.done, "change") + rate)
      piece = try client.ask(BundleExportRequest(cursor: cursor)) { true }
      try target.add([UInt8](piece.bytes))
    }
    progress.clear()
    try target.finish()
    guard let contents = piece.contents else {
      throw ControlFailure(
        what: "the answer of labsyncd was not understood",
        why: "it does not say what is in the bundle",
        remedy: "use the labctl that came with labsyncd")
    }
    try say(contents, bytes: target.byteCount)
    try StandardOutput.flush()
    if contents.leftOut > 0 { throw Ended(status: .partlyDone) }
  }

  private func say(_ contents: BundleContents, bytes: Int) throws {
    if output.json {
      return try printDocument(Made(bytes: bytes, contents: contents, file: file))
    }
    try StandardOutput.line(
      "\(file): \(Words.count(contents.changes, "change")) of "
        + "\(Words.count(contents.projects.count, "project")), \(Words.bytes(Int64(bytes))), whole and "
        + "on the disk.")
    if contents.leftOut > 0 {
      StandardError.line(
        "labctl: \(Words.count(contents.leftOut, "change")) not in it: one is too large to be sent, "
          + "and what follows it waits for it")
    }
    switch contents.side {
    case .lab:
      try StandardOutput.line(
        "Nothing is online by this. This laptop learns what the online side has from a bundle that "
          + "comes back, or when it connects.")
    case .online:
      try StandardOutput.line("A laptop has it when it was imported there.")
    }
  }

  struct Made: Codable, Hashable, Sendable {
    var bytes: Int
    var contents: BundleContents
    var file: String
  }
}

struct BundleImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes in the changes of a bundle.",
    discussion: """
      The whole file is looked at before anything is applied: one that was cut or changed is refused. \
      Importing it again changes nothing. The online side takes what machines that it let in wrote; other \
      changes are counted and named, those of a machine that was shut out are held, and the command ends \
      with 3. A laptop that never connected has to be named once: --device, as labctl peer list shows it.
      """)

  @Argument(help: "The file that labctl bundle export made.") var file: String
  @Option(
    help: ArgumentHelp(
      "On the online side: the machine that made the bundle, which you vouch for.",
      valueName: "name"))
  var device: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    let cursor = try upload(to: client)
    var progress = ProgressBar(total: nil)
    var step = try client.ask(BundleImportRequest(cursor: cursor, device: device)) { true }
    while let cursor = step.cursor {
      let words = step.phase == .checking ? "looked at" : "done"
      progress.update(done: step.done, "\(Words.count(step.done, "change")) \(words)")
      let phase = step.phase
      step = try client.ask(BundleImportRequest(cursor: cursor, device: device)) { true }
      if step.phase != phase { progress = ProgressBar(total: step.total) }
    }
    progress.clear()
    guard let result = step.result else {
      throw ControlFailure(
        what: "the answer of labsyncd was not understood",
        why: "it does not say what became of the bundle",
        remedy: "use the labctl that came with labsyncd")
    }
    if output.json { try printDocument(result) } else { try result.print() }
    try StandardOutput.flush()
    if !result.isWhole { throw Ended(status: .partlyDone) }
  }

  /// Hands the file over, and returns with what the import begins.
  private func upload(to client: borrowing ControlClient) throws -> String {
    let source = try InputFile(file)
    var progress = ProgressBar(total: source.byteCount)
    var cursor: String?
    var piece = try source.next(atMost: ControlProtocol.bundlePieceBytes)
    var sent = 0
    while true {
      let next = try source.next(atMost: ControlProtocol.bundlePieceBytes)
      sent += piece.count
      let answer = try client.ask(
        BundleUploadRequest(
          cursor: cursor, bytes: piece, isLast: next.isEmpty,
          size: cursor == nil ? source.byteCount : nil)
      ) { true }
      guard !next.isEmpty else {
        progress.clear()
        return answer.cursor
      }
      progress.update(done: sent, "\(Words.bytes(Int64(sent))) read")
      cursor = answer.cursor
      piece = next
    }
  }
}

extension BundleResult {
  /// Whether nothing was left out.
  fileprivate var isWhole: Bool { held == 0 && refused == 0 && elsewhere == 0 }

  fileprivate func print() throws {
    for refusal in refusals {
      StandardError.line(
        "labctl: \(Words.count(refusal.changes, "change")) of \(Terminal.oneLine(refusal.name)): "
          + Terminal.oneLine(refusal.reason))
    }
    if elsewhere > 0 {
      StandardError.line(
        "labctl: \(Words.count(elsewhere, "change")) of projects that are not here: "
          + projectsElsewhere.joined(separator: ", "))
    }
    let place = sender.side == .lab ? "a laptop" : "the online side"
    try StandardOutput.line(
      "From \(Terminal.oneLine(sender.name)) (\(place)), made \(Words.timeAndAge(sender.at)): "
        + "\(Words.count(applied, "change")) applied (\(Words.grouped(conflicts)) opened a conflict, "
        + "\(Words.grouped(parked)) parked), \(Words.grouped(duplicates)) were here already, "
        + "\(Words.grouped(held)) held, \(Words.grouped(refused)) refused.")
    try StandardOutput.line(Terminal.harmless(words))
  }
}
