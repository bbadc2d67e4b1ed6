import ArgumentParser
import SyncControl

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tells the whole history of a record.",
    discussion: """
      Who wrote what, where and when, what it replaced, what lost, and who resolved it. What had \
      been seen comes before what had seen it, whatever the clocks say. Each change has a number, \
      by which the others name it; --json has their dots.
      """)

  @Argument(help: "Such as idea; labctl fields lists all.") var kind: String
  @Argument(help: "The record's id, or its first characters (6 or more).") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let explanation = try Naming.asking(kind: kind) {
      try connection.ask(ExplainRequest(kind: kind, id: id))
    }
    if output.json { return try printDocument(explanation) }
    let title = explanation.title.map { ": \(Terminal.oneLine($0))" } ?? ""
    try StandardOutput.line(Terminal.bold("\(explanation.kind) \(explanation.id)\(title)"))
    let steps = Steps(explanation.entries)
    var last: ExplainEntry?
    for entry in explanation.entries {
      if entry.dot != last?.dot {
        try StandardOutput.line()
        let who = entry.who.map { ", \($0)" } ?? ""
        try StandardOutput.line(
          Terminal.oneLine(
            "\(steps.name(of: entry.dot))  \(Words.time(entry.at))  \(entry.replica) "
              + "(\(entry.side.rawValue))\(who), by \(entry.channel)"))
      }
      let words = "· \(Terminal.oneLine(try words(for: entry, steps)))"
      let lines = Terminal.columns == nil ? [words] : Terminal.wrapped(words, indent: 4)
      try StandardOutput.line("  " + lines.joined(separator: "\n    "))
      last = entry
    }
  }

  private func words(for entry: ExplainEntry, _ steps: Steps) throws -> String {
    let value = entry.value == .null ? "(nothing)" : "“\(try Words.value(entry.value))”"
    let replaced = try entry.replaced.map { "“\(try Words.value($0))”" }.joined(separator: ", ")
    let instead = replaced.isEmpty ? "" : ", instead of \(replaced)"
    return "\(entry.field): \(value)\(instead): \(steps.naming(entry.effect))"
  }
}

/// The changes of a history, numbered from 1 in its order: easier to follow than their dots, which
/// `--json` has.
private struct Steps {
  private var numbers: [String: Int] = [:]
  private var dots: [String] = []

  init(_ entries: [ExplainEntry]) {
    for entry in entries where numbers[entry.dot] == nil {
      dots.append(entry.dot)
      numbers[entry.dot] = dots.count
    }
  }

  func name(of dot: String) -> String { "#\(numbers[dot] ?? 0)" }

  /// The words with each dot as the name of its step, the longest dots first: one may begin another.
  func naming(_ words: String) -> String {
    guard words.contains(where: { $0 == "/" }) else { return words }
    return dots.sorted { $0.count > $1.count }.reduce(words) {
      $0.replacing($1, with: name(of: $1))
    }
  }
}
