import ArgumentParser
import Glibc
import SyncControl

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes the records as JSON Lines.",
    discussion: """
      --canonical writes every record sorted by kind and id, keys sorted, and only what \
      converges: two replicas that hold the same changes write the same bytes.
      """)

  @Option(help: "Only this kind.") var kind: String?
  @Flag(help: "The form that is equal wherever the records are.") var canonical = false
  @Option(
    help: ArgumentHelp(
      "Write to this file instead; it appears when it is complete.", valueName: "file"))
  var output: String?
  @Option(help: "The project's id, where the store has several.") var project: String?
  @Flag(help: "JSON Lines is what it always writes.") var json = false
  @OptionGroup var connection: ConnectionOptions

  func run() throws {
    let client = try connection.client()
    guard let output else {
      try copy(from: client, to: STDOUT_FILENO)
      return
    }
    let file = try PartialFile(output)
    try copy(from: client, to: file.descriptor)
    try file.complete()
  }

  private func copy(from client: borrowing ControlClient, to descriptor: Int32) throws {
    var request = ExportRequest(kind: kind, canonical: canonical, project: project)
    repeat {
      let page = try client.ask(request)
      for line in page.lines {
        try StandardOutput.write(Array(line.utf8) + [UInt8(ascii: "\n")], to: descriptor)
      }
      request.cursor = page.cursor
    } while request.cursor != nil
    try StandardOutput.flush(to: descriptor)
  }
}

/// A file that gets its name only when it is complete.
private struct PartialFile: ~Copyable {
  let descriptor: Int32
  private let path: String
  private let partialPath: String

  init(_ path: String) throws(ControlFailure) {
    self.path = path
    partialPath = "\(path).partial"
    descriptor = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  func complete() throws(ControlFailure) {
    guard fsync(descriptor) == 0, rename(partialPath, path) == 0 else { throw Self.failure(path) }
  }

  deinit {
    close(descriptor)
    // Nothing is there any more when it was completed.
    unlink(partialPath)
  }

  private static func failure(_ path: String) -> ControlFailure {
    ControlFailure(
      what: "\(path) can not be written", why: String(cString: strerror(errno)),
      remedy: "another folder, or make room")
  }
}
