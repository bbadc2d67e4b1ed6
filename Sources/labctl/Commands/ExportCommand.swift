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
      "Write to this file instead; it appears when it is complete, and only you can read it.",
      valueName: "file"))
  var output: String?
  @Option(help: "The project's id, where the store has several.") var project: String?
  @Flag(help: "JSON Lines is what it always writes.") var json = false
  @OptionGroup var connection: ConnectionOptions

  func run() throws {
    let client = try connection.client()
    guard let output else {
      return try copy(from: client) { try StandardOutput.write($0, to: STDOUT_FILENO) }
    }
    let file = try OutputFile(output)
    try copy(from: client, to: file.add)
    try file.finish()
  }

  private func copy(
    from client: borrowing ControlClient, to write: ([UInt8]) throws -> Void
  ) throws {
    var request = ExportRequest(kind: kind, canonical: canonical, project: project)
    repeat {
      let page = try client.ask(request)
      for line in page.lines {
        try write(Array(line.utf8) + [UInt8(ascii: "\n")])
      }
      request.cursor = page.cursor
    } while request.cursor != nil
  }
}
