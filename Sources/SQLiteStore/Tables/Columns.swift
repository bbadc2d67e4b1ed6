import GRDB
import SyncCore

/// How a declared field stands in a table.
enum Columns {
  /// The columns that every domain table has behind its fields.
  static let own = ["project", "revision", "seen", "changed_by", "changed_for"]

  static func quoted(_ name: String) -> String { "\"\(name)\"" }

  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  /// The columns that identify a record of a project: the natural key, or `id`.
  static func key(of kind: KindDeclaration) -> [String] {
    kind.naturalKey.isEmpty ? ["id"] : kind.naturalKey
  }

  /// The columns that are together different in every row of a table.
  static func rowKey(of kind: KindDeclaration) -> [String] {
    key(of: kind) + (kind.isKeyedByProject ? ["project"] : [])
  }

  static func sqlType(of type: FieldType) -> String {
    switch type {
    case .integer, .integerIn, .boolean, .time: "INTEGER"
    case .text, .prose, .choice, .state, .reference, .anyReference, .money, .textSet, .referenceSet,
      .map:
      "TEXT"
    }
  }

  /// A column as an expression that gives all of a field's text, as bytes: GRDB reads and binds texts
  /// up to U+0000, which older rows and those of peers may have.
  static func whole(_ name: String, of kind: KindDeclaration) -> String {
    guard let field = kind.field(named: name), sqlType(of: field.type) == "TEXT" else {
      return quoted(name)
    }
    return "CAST(\(quoted(name)) AS BLOB)"
  }

  /// A text as a parameter that keeps all of it, and the parameter's value.
  static func parameter(
    _ text: String
  ) -> (sql: String, value: any DatabaseValueConvertible) {
    text.utf8.contains(0)
      ? ("CAST(? AS TEXT)", DatabaseBytes(Array(text.utf8))) : ("?", text)
  }

  /// Milliseconds since 1970, UTC, as SQLite knows them.
  static let nowMilliseconds =
    "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"

  /// A version 7 UUID (RFC 9562): 48 bits of milliseconds, then chance.
  static let newID = """
    lower(printf('%08x-%04x-7%s-%s%s-%s', \(nowMilliseconds) >> 16, \(nowMilliseconds) & 65535, \
    substr(hex(randomblob(2)), 2), substr('89ab', 1 + (random() & 3), 1), \
    substr(hex(randomblob(2)), 2), hex(randomblob(6))))
    """
}
