import GRDB
import SyncCore

/// The `public_*` views: what of the domain tables is for everybody's eyes, by what people agreed to. The
/// tables themselves are the same on every replica; consent shows here alone, and at once.
struct PublicViews {
  let schema: Schema

  /// The name of a kind's view; `nil` where its records are for nobody's eyes.
  static func name(of kind: KindDeclaration) -> String? {
    switch kind.publication {
    case .withheld: nil
    case .shown: "public_\(kind.table)"
    }
  }

  /// Makes the views anew that are not as the declarations say.
  func update(_ database: Database) throws {
    let rows = try Row.fetchAll(
      database,
      sql:
        "SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND name LIKE 'public\\_%' ESCAPE '\\'"
    )
    let present = Dictionary(
      rows.map { ($0[0] as String, $0[1] as String) }, uniquingKeysWith: { first, _ in first })
    var wanted: [String: String] = [:]
    for kind in schema.kinds {
      guard let name = Self.name(of: kind), let statement = creation(of: kind) else { continue }
      wanted[name] = statement
    }
    for name in present.keys.sorted() where wanted[name] != present[name] {
      try database.execute(sql: "DROP VIEW \(Columns.quoted(name))")
    }
    for (name, statement) in wanted.sorted(by: { $0.key < $1.key })
    where present[name] != statement {
      try database.execute(sql: statement)
    }
  }

  /// The statement that makes the view of one kind.
  func creation(of kind: KindDeclaration) -> String? {
    guard case .shown(let rules) = kind.publication, let name = Self.name(of: kind) else {
      return nil
    }
    let columns = columns(of: kind, rules).joined(separator: ",\n  ")
    let conditions = rules.compactMap { condition($0, of: kind) }
    let filter = conditions.isEmpty ? "" : "\nWHERE " + conditions.joined(separator: "\n  AND ")
    return """
      CREATE VIEW \(Columns.quoted(name)) AS SELECT
        \(columns)
      FROM \(Columns.quoted(kind.table)) AS t\(filter)
      """
  }

  private func columns(of kind: KindDeclaration, _ rules: [ConsentRule]) -> [String] {
    let isPersonal = !kind.personalFields.isEmpty
    var columns = kind.naturalKey.isEmpty ? ["t.\"id\""] : []
    for field in kind.fields {
      // What a site keeps of a person in its own fields is for the site to publish.
      if isPersonal, field.type == .map { continue }
      if let column = replacement(of: field, rules) {
        columns.append(column)
      } else if !field.isPersonal {
        columns.append("t.\(Columns.quoted(field.name))")
      }
    }
    return columns + ["t.\"project\"", "t.\"revision\""]
  }

  private func replacement(of field: FieldDeclaration, _ rules: [ConsentRule]) -> String? {
    for rule in rules {
      guard case .replaces(field.name, let other, let purpose) = rule else { continue }
      let (name, instead) = (Columns.quoted(field.name), Columns.quoted(other))
      return """
        CASE WHEN \(granted(purpose, by: "t.\"id\"")) THEN coalesce(t.\(name), t.\(instead)) \
        ELSE t.\(instead) END AS \(name)
        """
    }
    return nil
  }

  private func condition(_ rule: ConsentRule, of kind: KindDeclaration) -> String? {
    switch rule {
    case .replaces: return nil
    case .hidesContributions(let field, let purpose, let exempted):
      var agrees = granted(purpose, by: "p.value")
      if let table = exempted.flatMap({ schema[$0]?.table }) {
        agrees += " OR EXISTS (SELECT 1 FROM \(Columns.quoted(table)) WHERE id = p.value)"
      }
      return everybody(in: field, of: kind, agrees)
    case .hidesLikenesses(let field, let purpose, let mediaType):
      var agrees = granted(purpose, by: "p.value")
      if let erasures = schema.erasureKind {
        agrees =
          "\(agrees) AND NOT EXISTS (SELECT 1 FROM \(Columns.quoted(erasures.table)) "
          + "WHERE \(Columns.quoted(erasures.naturalKey[0])) = p.value)"
      }
      let condition = everybody(in: field, of: kind, agrees)
      guard let mediaType else { return condition }
      let other = "coalesce(t.media_type, '') NOT LIKE \(Columns.literal(mediaType + "%"))"
      return condition.map { "(\(other) OR \($0))" }
    }
  }

  /// Nobody whom the field names does not.
  private func everybody(
    in name: String, of kind: KindDeclaration, _ agrees: String
  ) -> String? {
    // An older software may not know the field: then nobody is named.
    guard let field = kind.field(named: name) else { return nil }
    let column = "t.\(Columns.quoted(name))"
    let people =
      field.rule.isKeyed
      ? "json_each(coalesce(\(column), '[]'))" : "(SELECT \(column) AS value)"
    return "NOT EXISTS (SELECT 1 FROM \(people) AS p WHERE p.value IS NOT NULL AND NOT (\(agrees)))"
  }

  private func granted(_ purpose: String, by person: String) -> String {
    guard let consents = schema.consentKind else { return "0" }
    let key = consents.naturalKey.map(Columns.quoted)
    return """
      EXISTS (SELECT 1 FROM \(Columns.quoted(consents.table)) WHERE \(key[0]) = \(person) \
      AND \(key[1]) = \(Columns.literal(purpose)) AND "state" = 'granted')
      """
  }
}
