import SyncCore

/// What the triggers refuse, and the sentence that says so. These checks act on writers here and
/// never on changes from elsewhere, so that no two replicas disagree about what is acceptable.
struct CaptureChecks {
  let kind: KindDeclaration
  let side: Side

  struct Check {
    var condition: String
    var sentence: String
  }

  /// Why nobody may write here at all, or `nil`.
  var refusal: String? {
    if kind.role == .receipt { return "\(kind.table) are written by LabSync itself" }
    guard kind.role.isOnlineOnly, side != .online else { return nil }
    return "\(kind.table) are written on the online side only"
  }

  func checks(isUpdate: Bool) -> [Check] {
    var checks = identity(isUpdate: isUpdate)
    if let refusal { checks.insert(Check(condition: "1", sentence: refusal), at: 0) }
    for field in kind.fields {
      let new = "NEW.\(Columns.quoted(field.name))"
      let old = "OLD.\(Columns.quoted(field.name))"
      let changed = isUpdate ? "\(new) IS NOT \(old) AND " : ""
      for check in valueChecks(field, new) {
        checks.append(
          Check(
            condition: "\(changed)\(new) IS NOT NULL AND (\(check.condition))",
            sentence: check.sentence))
      }
      guard isUpdate else { continue }
      switch field.rule {
      case .immutable where !kind.isKey(field):
        checks.append(
          Check(
            condition: "\(old) IS NOT NULL AND \(new) IS NOT \(old)",
            sentence: "\(path(field)) is set when the record is created and does not change"))
      case .strictest(let strictness):
        checks.append(
          Check(
            condition: "NEW.seen IS NULL AND \(old) IS NOT NULL AND "
              + "\(rank(strictness, new)) > \(rank(strictness, old))",
            sentence: "loosening \(path(field)) needs seen: read the row and give its revision "
              + "back in seen, so that a withdrawal you have not seen stays"))
      default: break
      }
    }
    return checks
  }

  private func identity(isUpdate: Bool) -> [Check] {
    var checks = [
      Check(
        condition: "NEW.project IS NULL AND (SELECT count(*) FROM sync_projects) <> 1",
        sentence: "\(kind.table).project is missing: this store does not have exactly one project"),
      Check(
        condition: "NEW.project IS NOT NULL AND NOT EXISTS "
          + "(SELECT 1 FROM sync_projects WHERE id = NEW.project)",
        sentence: "\(kind.table).project is not a project of this store"),
    ]
    if kind.isKeyedByProject, !isUpdate {
      let same = kind.naturalKey.map { "\(Columns.quoted($0)) = NEW.\(Columns.quoted($0))" }
      checks.append(
        Check(
          condition: "NEW.project IS NULL AND EXISTS (SELECT 1 FROM \(Columns.quoted(kind.table)) "
            + "WHERE \(same.joined(separator: " AND ")) AND project IS NOT NULL)",
          sentence: "\(kind.table) has a row with this key: give its project to write to that one"))
    }
    if kind.naturalKey.isEmpty {
      checks.append(
        Check(condition: notUUID("NEW.id"), sentence: "\(kind.table).id must be a lower-case UUID"))
    }
    guard isUpdate else { return checks }
    for column in Columns.key(of: kind) {
      let name = Columns.quoted(column)
      checks.append(
        Check(
          condition: "OLD.\(name) IS NOT NULL AND NEW.\(name) IS NOT OLD.\(name)",
          sentence: "\(kind.table).\(column) identifies the record and does not change"))
    }
    return checks
  }

  private func path(_ field: FieldDeclaration) -> String { "\(kind.table).\(field.name)" }

  private func valueChecks(_ field: FieldDeclaration, _ value: String) -> [Check] {
    noNUL(field, value) + typeChecks(field, value)
  }

  /// Other programs take U+0000 for the end of a text, and would show and copy no more than that.
  private func noNUL(_ field: FieldDeclaration, _ value: String) -> [Check] {
    let condition: String
    switch field.type {
    // A choice and a reference are what they may be to the last byte.
    case .integer, .integerIn, .boolean, .time, .choice, .reference, .anyReference: return []
    case .text, .prose, .state, .money:
      condition = "instr(\(value), char(0)) > 0"
    case .textSet, .referenceSet, .map:
      // As JSON escapes it, too: where backslashes that stand for themselves are gone, one before
      // u0000 escapes it.
      condition =
        "instr(\(value), char(0)) > 0 "
        + #"OR instr(replace(\#(value), '\\', ''), '\u0000') > 0"#
    }
    return [Check(condition: condition, sentence: "\(path(field)) may not contain U+0000")]
  }

  private func typeChecks(_ field: FieldDeclaration, _ value: String) -> [Check] {
    switch field.type {
    case .text: [tooLong(field, value, Limits.shortTextBytes)] + keyText(field, value)
    case .prose: [tooLong(field, value, Limits.proseBytes)]
    case .integer, .time: []
    case .integerIn(let low, let high):
      [
        Check(
          condition: "\(value) NOT BETWEEN \(low) AND \(high)",
          sentence: "\(path(field)) must be between \(low) and \(high)")
      ]
    case .boolean:
      [Check(condition: "\(value) NOT IN (0, 1)", sentence: "\(path(field)) must be 0 or 1")]
    case .choice(let choices): [oneOf(choices, field, value)]
    case .state: [state(field, value)]
    case .reference, .anyReference:
      [Check(condition: notUUID(value), sentence: "\(path(field)) must be a lower-case UUID")]
    case .money:
      [
        Check(
          condition: "\(value) NOT GLOB '*[0-9] [A-Z][A-Z][A-Z]' OR CAST(CAST(\(amount(value)) "
            + "AS INTEGER) AS TEXT) <> \(amount(value))",
          sentence: "\(path(field)) must be minor units and a currency, such as 1250 EUR")
      ]
    case .textSet, .referenceSet: set(field, value)
    case .map: map(field, value)
    }
  }

  private func keyText(_ field: FieldDeclaration, _ value: String) -> [Check] {
    guard kind.isKey(field) else { return [] }
    return [
      Check(
        condition: "instr(\(value), char(31)) > 0",
        sentence: "\(path(field)) is part of a key and may not contain U+001F"),
      Check(
        condition: notUTF8(value), sentence: "\(path(field)) is part of a key and must be UTF-8"),
    ]
  }

  /// Whether a text has bytes that are no character: those are repaired when it is captured, and a key
  /// would then name another row. Each character is compared with how its number is written; a text
  /// of ASCII alone is not looked at so closely.
  private func notUTF8(_ value: String) -> String {
    "\(value) GLOB '*[^' || char(1) || '-' || char(127) || ']*' AND EXISTS ("
      + "WITH RECURSIVE place (i, last) AS (SELECT 1, length(\(value)) "
      + "UNION ALL SELECT i + 1, last FROM place WHERE i < last) "
      + "SELECT 1 FROM place WHERE hex(char(unicode(substr(\(value), i, 1)))) "
      + "<> hex(substr(\(value), i, 1)))"
  }

  private func oneOf(_ choices: [String], _ field: FieldDeclaration, _ value: String) -> Check {
    let list = choices.map(Columns.literal).joined(separator: ", ")
    let allowed = kind.isKey(field) ? list + ", ''" : list
    return Check(
      condition: "\(value) NOT IN (\(allowed))",
      sentence: "\(path(field)) must be one of \(choices.joined(separator: ", "))")
  }

  private func state(_ field: FieldDeclaration, _ value: String) -> Check {
    guard case .state(let lifecycle) = field.rule else { return oneOf([], field, value) }
    var check = oneOf(lifecycle.states, field, value)
    for pair in lifecycle.undecided {
      guard case .differentArguments(let state) = pair else { continue }
      check.condition +=
        " AND (\(value) NOT GLOB \(Columns.literal(state + ":*")) "
        + "OR length(CAST(\(value) AS BLOB)) > \(Limits.shortTextBytes))"
    }
    return check
  }

  private func tooLong(_ field: FieldDeclaration, _ value: String, _ limit: Int) -> Check {
    Check(
      condition: "length(CAST(\(value) AS BLOB)) > \(limit)",
      sentence: "\(path(field)) is longer than \(limit) bytes")
  }

  private static let uuidPattern = [8, 4, 4, 4, 12]
    .map { String(repeating: "[0-9a-f]", count: $0) }.joined(separator: "-")

  private func notUUID(_ value: String) -> String {
    "length(CAST(\(value) AS BLOB)) <> 36 OR \(value) NOT GLOB '\(Self.uuidPattern)'"
  }

  /// The part of a money text before its currency.
  private func amount(_ value: String) -> String { "substr(\(value), 1, length(\(value)) - 4)" }

  private func set(_ field: FieldDeclaration, _ value: String) -> [Check] {
    var element = "type <> 'text' OR length(CAST(value AS BLOB)) > \(Limits.shortTextBytes)"
    var what = "a JSON array of texts"
    if case .referenceSet = field.type {
      element = "type <> 'text' OR \(notUUID("value"))"
      what = "a JSON array of lower-case UUIDs"
    }
    return [
      Check(condition: "NOT json_valid(\(value))", sentence: "\(path(field)) must be \(what)"),
      Check(
        condition: "json_type(\(value)) <> 'array' OR EXISTS "
          + "(SELECT 1 FROM json_each(\(value)) WHERE \(element))",
        sentence: "\(path(field)) must be \(what)"),
      Check(
        condition: "json_array_length(\(value)) > \(Limits.elements)",
        sentence: "\(path(field)) has more than \(Limits.elements) elements"),
    ]
  }

  private func map(_ field: FieldDeclaration, _ value: String) -> [Check] {
    [
      Check(
        condition: "NOT json_valid(\(value))", sentence: "\(path(field)) must be a JSON object"),
      Check(
        condition: "json_type(\(value)) <> 'object' OR EXISTS "
          + "(SELECT 1 FROM json_each(\(value)) WHERE type <> 'text' "
          + "OR length(CAST(value AS BLOB)) > \(Limits.shortTextBytes) "
          + "OR length(CAST(key AS BLOB)) > \(Limits.shortTextBytes))",
        sentence: "\(path(field)) must be a JSON object of texts"),
      Check(
        condition: "(SELECT count(*) FROM json_each(\(value))) > \(Limits.elements)",
        sentence: "\(path(field)) has more than \(Limits.elements) members"),
    ]
  }

  /// ``Strictness/rank(of:)`` in SQL.
  private func rank(_ strictness: Strictness, _ value: String) -> String {
    switch strictness {
    case .order(let order):
      let cases = order.enumerated()
        .map { "WHEN \(Columns.literal($0.element)) THEN \($0.offset)" }
        .joined(separator: " ")
      return "CASE \(value) \(cases) ELSE -1 END"
    case .booleans(let strictest):
      return "CASE \(value) WHEN \(strictest ? 1 : 0) THEN 0 ELSE 1 END"
    case .smallerInteger:
      return "coalesce(\(value), -1)"
    }
  }
}
