import ArgumentParser
import Glibc
import SyncControl

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Lists changes, in the order in which they came in here.",
    discussion: """
      Where and when each was written, on which record, and which fields. What they say is in \
      labctl explain. --follow goes on with what comes in, until it is interrupted; with --json \
      it prints one object a line.
      """)

  @Option(name: .shortAndLong, help: "The last so many, from 1 to 1000.") var lines: Int = 20
  @Flag(name: .shortAndLong, help: "Go on with what comes in.") var follow = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...ControlProtocol.maximumPageRows).contains(lines) else {
      throw ValidationError("--lines is from 1 to \(ControlProtocol.maximumPageRows).")
    }
  }

  func run() throws {
    let client = try connection.client()
    var page = try client.ask(LogRequest(limit: lines))
    if output.json, !follow { return try printDocument(page) }
    if page.entries.isEmpty, !follow { return StandardError.line("Nothing was written yet.") }
    try print(page)
    var last = page.entries.last?.position ?? 0
    while follow {
      page = try client.ask(LogRequest(after: last))
      try print(page)
      last = page.entries.last?.position ?? last
      // The next page at once while there is one.
      if page.entries.count < ControlProtocol.pageRows { usleep(500_000) }
    }
  }

  private func print(_ page: LogPage) throws {
    for entry in page.entries {
      if output.json { try printDocument(entry) } else { try StandardOutput.line(line(for: entry)) }
    }
    try StandardOutput.flush()
  }

  private func line(for entry: LogEntry) -> String {
    let time = Words.time(entry.at ?? entry.storedAt)
    let who = entry.who.map { ", \($0)" } ?? ""
    guard let kind = entry.kind else {
      return Terminal.oneLine("\(time)  \(entry.replica)  a change that this version can not read")
    }
    let name = entry.title.map { "“\(Terminal.cut($0, to: 40))”" } ?? entry.record ?? ""
    return Terminal.oneLine(
      "\(time)  \(entry.replica)\(who)  \(kind) \(name): \(entry.fields.joined(separator: ", "))")
  }
}
