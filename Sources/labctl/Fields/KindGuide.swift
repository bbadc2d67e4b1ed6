import LivingLab
import SyncCore

/// The kinds of records and their fields, as they are declared; for programs as well.
struct KindGuide: Codable, Hashable, Sendable {
  var kinds: [Kind]

  struct Kind: Codable, Hashable, Sendable {
    var kind: String
    /// The SQL table that people read and write.
    var table: String
    var words: String
    /// Behind `labctl add KIND`.
    var example: String?
    /// The fields that name the record together; empty where it has an id of its own.
    var key: [String]
    var fields: [Field]
  }

  struct Field: Codable, Hashable, Sendable {
    var field: String
    /// `text`, `prose`, `integer`, `boolean`, `time`, `choice`, `state`, `reference`, `money`, `set`,
    /// `references` or `map`.
    var type: String
    /// The texts that a choice or a state takes.
    var values: [String]?
    var least: Int64?
    var greatest: Int64?
    /// The kind that a reference names; nil where it may be any.
    var refersTo: String?
    var isKey: Bool
    /// Whether it is written once, when the record is made.
    var isFixed: Bool
    /// Whether erasing a participant removes it everywhere.
    var isPersonal: Bool
    /// The rule by which values that were written apart become one.
    var rule: String
    var note: String?

    private enum CodingKeys: String, CodingKey {
      case field, type, values, least, greatest, refersTo, rule, note
      case isKey = "key"
      case isFixed = "fixed"
      case isPersonal = "personal"
    }
  }

  init(_ declarations: [KindDeclaration] = LivingLab.schema.kinds) {
    kinds = declarations.map(Kind.init)
  }
}

extension KindGuide.Kind {
  init(_ declaration: KindDeclaration) {
    let said = KindWords.all[declaration.name]
    self.init(
      kind: declaration.name, table: declaration.table, words: said?.words ?? "",
      example: said?.example, key: declaration.naturalKey,
      fields: declaration.fields.map { KindGuide.Field($0, of: declaration) })
  }
}

extension KindGuide.Field {
  init(_ declaration: FieldDeclaration, of kind: KindDeclaration) {
    self.init(
      field: declaration.name, type: declaration.type.word, isKey: kind.isKey(declaration),
      isFixed: declaration.rule == .immutable, isPersonal: declaration.isPersonal,
      rule: declaration.rule.name, note: KindWords.note(on: declaration.name, of: kind.name))
    switch declaration.type {
    case .integerIn(let low, let high): (least, greatest) = (low, high)
    case .choice(let choices): values = choices
    case .state:
      if case .state(let lifecycle) = declaration.rule { values = lifecycle.choices }
    case .reference(let kind), .referenceSet(let kind): refersTo = kind
    case .text, .prose, .integer, .boolean, .time, .anyReference, .money, .textSet, .map: break
    }
  }

  private init(
    field: String, type: String, isKey: Bool, isFixed: Bool, isPersonal: Bool, rule: String,
    note: String?
  ) {
    self.field = field
    self.type = type
    self.isKey = isKey
    self.isFixed = isFixed
    self.isPersonal = isPersonal
    self.rule = rule
    self.note = note
  }

  /// What it holds, for a person.
  var holds: String {
    switch type {
    case "prose": "long text"
    case "integer": "whole number\(bounds)"
    case "boolean": "true or false"
    case "choice": "one of \((values ?? []).joined(separator: ", "))"
    case "state": "a state: \((values ?? []).joined(separator: ", "))"
    case "reference": refersTo.map(Self.reference) ?? "any record, by its id"
    case "references": "set of \(refersTo ?? "record")s, by id or code"
    case "money": "minor units and currency: 1250 EUR"
    case "set": "set of texts"
    case "map": "map of texts"
    default: type
    }
  }

  private static func reference(to kind: String) -> String {
    kind == "participant"
      ? "a participant, by id or code" : "\(Words.article(kind)) \(kind), by its id"
  }

  private var bounds: String {
    switch (least, greatest) {
    case (let least?, let greatest?) where greatest <= 1_000: " from \(least) to \(greatest)"
    case (let least?, _): " from \(least)"
    case (nil, _): ""
    }
  }

  /// What else a writer has to know.
  var remarks: String {
    [
      isKey ? "key" : isFixed ? "written once" : nil, isPersonal ? "personal" : nil, note,
    ].compactMap(\.self).joined(separator: "; ")
  }
}

extension Lifecycle {
  /// The states as a person writes them, with the argument of those that carry one.
  fileprivate var choices: [String] {
    states.map { state in
      undecided.contains(.differentArguments(state)) ? "\(state):ID" : state
    }
  }
}

extension FieldType {
  fileprivate var word: String {
    switch self {
    case .text: "text"
    case .prose: "prose"
    case .integer, .integerIn: "integer"
    case .boolean: "boolean"
    case .time: "time"
    case .choice: "choice"
    case .state: "state"
    case .reference, .anyReference: "reference"
    case .money: "money"
    case .textSet: "set"
    case .referenceSet: "references"
    case .map: "map"
    }
  }
}
