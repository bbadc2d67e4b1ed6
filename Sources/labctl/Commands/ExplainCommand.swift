import ArgumentParser
import SyncControl

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tells the whole history of a record.",
    discussion: """
      Who wrote what, where and when, what it replaced, what lost, and who resolved it. What had \
      been seen comes before what had seen it, whatever the clocks say.
      """)

  @Argument(help: "Such as idea.") var kind: String
  @Argument(help: "The record's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let explanation = try connection.ask(ExplainRequest(kind: kind, id: id))
    if output.json { return try printDocument(explanation) }
    let title = explanation.title.map { ": \(Terminal.oneLine($0))" } ?? ""
    try StandardOutput.line(Terminal.bold("\(explanation.kind) \(explanation.id)\(title)"))
    var last: ExplainEntry?
    for entry in explanation.entries {
      if entry.dot != last?.dot {
        try StandardOutput.line()
        let who = entry.who.map { ", \($0)" } ?? ""
        try StandardOutput.line(
          Terminal.oneLine(
            "\(Words.time(entry.at))  \(entry.replica) (\(entry.side.rawValue))\(who), "
              + "by \(entry.channel)  [\(entry.dot)]"))
      }
      try StandardOutput.line("  \(Terminal.oneLine(try words(for: entry)))")
      last = entry
    }
  }

  private func words(for entry: ExplainEntry) throws -> String {
    let value = entry.value == .null ? "(nothing)" : "“\(try Words.value(entry.value))”"
    let replaced = try entry.replaced.map { "“\(try Words.value($0))”" }.joined(separator: ", ")
    let instead = replaced.isEmpty ? "" : ", instead of \(replaced)"
    return "\(entry.field): \(value)\(instead): \(entry.effect)"
  }
}
