import Foundation
import Yams

/// A configuration file: YAML with two levels, a section and a name.
struct ConfigurationFile {
  /// What the file sets, in its order.
  private(set) var settings: [EffectiveSetting] = []
  private var problems: [ConfigurationError.Problem] = []
  private let path: String

  /// Reads the file at `path`.
  static func reading(_ path: String) throws(ConfigurationError) -> ConfigurationFile {
    try ConfigurationFile(text(of: path), path: path)
  }

  /// Adds sections below what stands in the file at `path`: all or nothing. Throws where they do not
  /// go together, as with a section that is there already.
  static func add(_ sections: String, to path: String) throws {
    let text = try text(of: path)
    let whole = "\(text)\(text.isEmpty || text.hasSuffix("\n") ? "" : "\n")\n\(sections)"
    _ = try ConfigurationFile(whole, path: path)
    try NewFolder.write(whole, over: path)
  }

  private static func text(of path: String) throws(ConfigurationError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ConfigurationError(
        "the configuration can not be read. Look at its name and at who may read it", at: path)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ConfigurationError("the configuration is not UTF-8 text", at: path)
    }
    return text
  }

  /// Reads `text`; throws everything that is not a known setting of the right shape.
  init(_ text: String, path: String) throws(ConfigurationError) {
    self.path = path
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError([Self.problem(error, path: path)])
    }
    guard let root, !root.isNull else { return }
    guard let sections = root.mapping else {
      throw ConfigurationError(
        "a configuration has sections, such as \"store:\"", at: "\(path):1")
    }
    for (key, value) in sections { read(section: key, value) }
    if !problems.isEmpty { throw ConfigurationError(problems) }
  }

  private mutating func read(section key: Node, _ value: Node) {
    let section = key.string ?? ""
    let known = Setting.allCases.filter { $0.rawValue.hasPrefix("\(section).") }
    guard !section.isEmpty, !known.isEmpty else {
      let names = Set(Setting.allCases.map { $0.rawValue.prefix { $0 != "." } }).sorted()
      return complain(
        "\"\(section)\" is no section. There are \(names.joined(separator: ", "))", key)
    }
    guard !value.isNull else { return }
    guard let members = value.mapping else {
      let example = known[0].rawValue.dropFirst(section.count + 1)
      return complain("\"\(section)\" is a section and holds settings, such as \(example)", key)
    }
    for (name, value) in members {
      guard let setting = Setting(rawValue: "\(section).\(name.string ?? "")") else {
        let names = known.map { $0.rawValue.dropFirst(section.count + 1) }
        complain(
          "\"\(section).\(name.string ?? "")\" is no setting. \"\(section)\" has "
            + names.joined(separator: ", "), name)
        continue
      }
      read(setting, value, at: name)
    }
  }

  private mutating func read(_ setting: Setting, _ value: Node, at name: Node) {
    let line = name.mark?.line ?? 1
    if value.isNull { return complain("\(setting.rawValue) has no value", name) }
    if setting.isList, let elements = value.sequence {
      let texts = elements.compactMap(\.scalar?.string)
      guard texts.count == elements.count else {
        return complain("\(setting.rawValue) is a list of texts", name)
      }
      settings.append(EffectiveSetting(setting, texts, .file(path, line: line)))
    } else if let text = value.scalar?.string {
      settings.append(EffectiveSetting(setting, [text], .file(path, line: line)))
    } else {
      complain("\(setting.rawValue) is \(setting.isList ? "a list of texts" : "one value")", name)
    }
  }

  private mutating func complain(_ words: String, _ node: Node) {
    problems.append(.init(words, at: "\(path):\(node.mark?.line ?? 1)"))
  }

  private static func problem(_ error: any Error, path: String) -> ConfigurationError.Problem {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      .init("not YAML: \(problem)", at: "\(path):\(mark.line)")
    case YamlError.duplicatedKeysInMapping(let duplicates, _):
      .init("said twice: \(duplicates.sorted().joined(separator: ", "))", at: path)
    default: .init("not YAML", at: path)
    }
  }
}

extension Node {
  fileprivate var isNull: Bool {
    guard let scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }
}
