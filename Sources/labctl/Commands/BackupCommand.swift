import ArgumentParser
import Glibc
import SyncControl

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Writes a consistent copy of the store into a file.",
    discussion: """
      The daemon goes on working meanwhile; the copy is of one moment. The file appears under its \
      name when it is whole and on the disk, and never replaces another. It holds people's words \
      and names: only you can read it. Keys are not in it. How to put it back is in the runbook, \
      under Restore.
      """)

  @Argument(help: "The file to make.") var file: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard access(file, F_OK) != 0 else {
      throw ControlFailure(
        what: "no backup was made", why: "\(file) exists", remedy: "another name")
    }
    let client = try connection.client()
    let target = try OutputFile(file, replaces: false)
    // A large store takes its time to be copied; a daemon that ends is noticed at once.
    var piece = try client.ask(BackupRequest()) { true }
    var progress = ProgressBar(total: Int(piece.total))
    try target.add([UInt8](piece.bytes))
    while let cursor = piece.cursor {
      let rate = progress.rate(target.byteCount / 1_000_000, "MB")
      progress.update(done: target.byteCount, Words.bytes(Int64(target.byteCount)) + rate)
      piece = try client.ask(BackupRequest(cursor: cursor))
      try target.add([UInt8](piece.bytes))
    }
    progress.clear()
    guard target.byteCount == piece.total else {
      throw ControlFailure(
        what: "no backup was made", why: "not all of it arrived", remedy: "labctl backup again")
    }
    try target.finish()
    if output.json { return try printDocument(Made(bytes: piece.total, file: file)) }
    try StandardOutput.line("\(file): \(Words.bytes(piece.total)), whole and on the disk.")
  }

  struct Made: Codable, Hashable, Sendable {
    var bytes: Int64
    var file: String
  }
}
