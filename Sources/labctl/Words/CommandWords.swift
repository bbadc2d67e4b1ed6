import ArgumentParser
import SyncControl

/// The words of a command line that name a command. They are looked at before anything else of it: in a
/// mistyped command no option is known, and none is what is wrong.
struct CommandWords {
  /// The command, such as `peer approve`; empty where it is only `labctl`.
  private(set) var name = ""
  /// What the parser is given: the command's words first.
  private(set) var arguments: [String]

  /// Throws when the words name no command, or one that needs another word.
  init(_ arguments: [String]) throws(ControlFailure) {
    self.arguments = arguments
    if arguments.first == "help" { try readHelp() } else { try readCommand() }
  }

  private mutating func readCommand() throws(ControlFailure) {
    var node: any ParsableCommand.Type = Labctl.self
    var words: [String] = []
    var rest = arguments[...]
    var options: [String] = []
    while !node.children.isEmpty {
      let common = Self.commonOptions(rest)
      options += common
      rest = rest.dropFirst(common.count)
      guard let word = rest.first, word != "--" else {
        if arguments.isEmpty { return }
        throw Self.incomplete(words, node)
      }
      // --help, --version, and what only the parser can name.
      if word.hasPrefix("-") { return }
      guard let child = node.child(word) else { throw Self.unknown(word, words, node) }
      node = child
      words.append(word)
      rest = rest.dropFirst()
    }
    name = words.joined(separator: " ")
    self.arguments = words + options + rest
    if node == JoinCommand.self { try Self.checkJoin(options + rest) }
  }

  /// `help` and the words of a command. It asks nobody, so that it takes no socket.
  private mutating func readHelp() throws(ControlFailure) {
    var node: any ParsableCommand.Type = Labctl.self
    var words = ["help"]
    var rest = arguments.dropFirst()
    while true {
      rest = rest.dropFirst(Self.commonOptions(rest).count)
      guard let word = rest.first else { break }
      rest = rest.dropFirst()
      if !word.hasPrefix("-"), word != "help", !node.children.isEmpty {
        guard let child = node.child(word) else {
          throw Self.unknown(word, Array(words.dropFirst()), node)
        }
        node = child
      }
      words.append(word)
    }
    arguments = words
  }

  /// The options of every command that stand at the start, with their values.
  static func commonOptions(_ words: ArraySlice<String>) -> ArraySlice<String> {
    var end = words.startIndex
    while end < words.endIndex {
      switch words[end] {
      case "--json": end += 1
      case "--socket", "--timeout": end = min(end + 2, words.endIndex)
      case let word where word.hasPrefix("--socket=") || word.hasPrefix("--timeout="): end += 1
      default: return words[..<end]
      }
    }
    return words[..<end]
  }

  private static func checkJoin(_ words: [String]) throws(ControlFailure) {
    guard words.contains(where: { $0 == "--socket" || $0.hasPrefix("--socket=") }) else { return }
    throw ControlFailure(
      what: "labctl join takes no --socket",
      why: "it asks no labsyncd, and makes one with a socket in its own folder",
      remedy: "labctl join LINE --dir FOLDER", exit: .usage)
  }

  private static func incomplete(
    _ words: [String], _ node: any ParsableCommand.Type
  ) -> ControlFailure {
    if words.isEmpty {
      return ControlFailure(
        what: "no command was given", why: "", remedy: "labctl --help", exit: .usage)
    }
    let name = words.joined(separator: " ")
    return ControlFailure(
      what: "'\(name)' alone is no command", why: "behind it comes \(node.childrenInWords)",
      remedy: "labctl help \(name)", exit: .usage)
  }

  private static func unknown(
    _ word: String, _ words: [String], _ node: any ParsableCommand.Type
  ) -> ControlFailure {
    let name = (words + [word]).joined(separator: " ")
    let nearest = Spelling.nearest(to: word, among: node.children.map { $0.name })
    var why = nearest.map { "did you mean \($0)?" } ?? ""
    var remedy = "labctl --help"
    if !words.isEmpty {
      let group = words.joined(separator: " ")
      if why.isEmpty { why = "behind \(group) comes \(node.childrenInWords)" }
      remedy = "labctl help \(group)"
      if words == ["erase"], nearest == nil { remedy = "labctl erase participant \(word)" }
    } else if let pointer = EverydayWord.pointers[word.lowercased()] {
      (why, remedy) = (pointer.why, pointer.remedy)
    } else if let group = node.children.first(where: { $0.child(word) != nil }) {
      (why, remedy) = ("it stands behind \(group.name)", "labctl \(group.name) \(word)")
    }
    return ControlFailure(
      what: "there is no command '\(name)'", why: why, remedy: remedy, exit: .usage)
  }
}

extension ParsableCommand {
  fileprivate static var name: String { configuration.commandName ?? "" }

  fileprivate static var children: [any ParsableCommand.Type] { configuration.subcommands }

  fileprivate static func child(_ word: String) -> (any ParsableCommand.Type)? {
    children.first { $0.name == word || $0.configuration.aliases.contains(word) }
  }

  /// `list, show or resolve`.
  fileprivate static var childrenInWords: String {
    let names = children.map { $0.name }
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return "\(names.dropLast().joined(separator: ", ")) or \(last)"
  }
}
