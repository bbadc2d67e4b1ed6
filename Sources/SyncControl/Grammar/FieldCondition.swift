/// A condition that a listed record has to meet.
public struct FieldCondition: Codable, Hashable, Sendable {
  /// How a field's value is compared.
  public enum Comparison: String, Codable, CaseIterable, Hashable, Sendable {
    case equal = "="
    case unequal = "!="
    /// A text that holds the value, in whatever case; a set that has it as an element.
    case contains = "~"
    case less = "<"
    case greater = ">"
  }

  public var field: String
  public var comparison: Comparison
  public var value: JSON

  public init(field: String, comparison: Comparison, value: JSON) {
    self.field = field
    self.comparison = comparison
    self.value = value
  }

  private enum CodingKeys: String, CodingKey {
    case field, value
    case comparison = "op"
  }

  /// Reads `field=value`, `field!=value`, `field~text`, `field<value` or `field>value`. The first
  /// sign after the field's name counts. The value is text; the daemon reads it by the field's
  /// type. `field=` compares with the empty text or with no value at all.
  public init(parsing text: String) throws(ControlFailure) {
    let name = text.prefix { FieldAssignment.isNameCharacter($0) }
    let rest = text.dropFirst(name.count)
    guard !name.isEmpty,
      let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) })
    else {
      throw ControlFailure(
        what: "'\(text)' is no condition",
        why: "a condition is a field, one of = != ~ < > and a value",
        remedy: "state=published, or 'title~garden' in quotes", exit: .usage)
    }
    self.init(
      field: String(name), comparison: comparison,
      value: .text(String(rest.dropFirst(comparison.rawValue.count))))
  }
}
