import Foundation

/// One word of a command line that writes a field.
public enum FieldAssignment: Hashable, Sendable {
  /// `field=text`: the text as it stands, also when it is empty; the daemon reads it by the
  /// field's type, so `count=3` is a number in a number field. `field:=json`: a JSON value;
  /// `field:=null` clears.
  case value(field: String, JSON)
  /// `field+=element`: one more element of a set.
  case adding(field: String, String)
  /// `field-=element`: one element less.
  case removing(field: String, String)

  /// Reads one assignment. A comma is nothing special: `tags=eco,water` is one text.
  public init(parsing text: String) throws(ControlFailure) {
    let name = String(text.prefix { Self.isNameCharacter($0) })
    let rest = text.dropFirst(name.count)
    if name.isEmpty {
      throw Self.refusal(text)
    } else if rest.hasPrefix(":=") {
      self = .value(field: name, try Self.json(rest.dropFirst(2), field: name))
    } else if rest.hasPrefix("+=") {
      self = .adding(field: name, String(rest.dropFirst(2)))
    } else if rest.hasPrefix("-=") {
      self = .removing(field: name, String(rest.dropFirst(2)))
    } else if rest.hasPrefix("=") {
      self = .value(field: name, .text(String(rest.dropFirst())))
    } else {
      throw Self.refusal(text)
    }
  }

  static func isNameCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "_.".contains(character))
  }

  private static func refusal(_ text: String) -> ControlFailure {
    ControlFailure(
      what: "'\(text)' writes no field", why: "it has to be field=value",
      remedy: "title='A shared garden', people:=12, tags+=eco", exit: .usage)
  }

  private static func json(
    _ text: Substring, field: String
  ) throws(ControlFailure) -> JSON {
    do {
      return try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    } catch {
      throw ControlFailure(
        what: "the value of \(field) is not JSON", why: "after := comes a JSON value",
        remedy: "\(field)='\(text)' for a text, or \(field):='[\"eco\"]' for a set", exit: .usage)
    }
  }
}

/// All the assignments of one command.
public struct FieldAssignments: Hashable, Sendable {
  public private(set) var fields: [String: JSON] = [:]
  public private(set) var adding: [String: [String]] = [:]
  public private(set) var removing: [String: [String]] = [:]

  /// Throws when a word is no assignment, or when a field is written in two ways.
  public init(parsing words: [String]) throws(ControlFailure) {
    for word in words {
      switch try FieldAssignment(parsing: word) {
      case .value(let field, let value):
        try Self.check(
          fields[field] == nil && adding[field] == nil && removing[field] == nil, field)
        fields[field] = value
      case .adding(let field, let element):
        try Self.check(fields[field] == nil, field)
        adding[field, default: []].append(element)
      case .removing(let field, let element):
        try Self.check(fields[field] == nil, field)
        removing[field, default: []].append(element)
      }
    }
  }

  private static func check(_ isFirst: Bool, _ field: String) throws(ControlFailure) {
    guard !isFirst else { return }
    throw ControlFailure(
      what: "\(field) is written twice", why: "one command writes a field once",
      remedy: "leave one of the two out", exit: .usage)
  }
}
