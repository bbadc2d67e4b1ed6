import SyncCore

/// Finds what a person meant by a name.
enum Names {
  /// The name that is nearest to `name` by the number of letters to change (Levenshtein 1966), or
  /// `nil` where none is near.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = Array(name.lowercased().utf8)
    let candidates = names.map { (name: $0, distance: distance(wanted, Array($0.utf8))) }
    let best = candidates.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let best, best.distance <= max(1, wanted.count / 2) else { return nil }
    return best.name
  }

  /// What to try instead of `name`.
  static func hint(for name: String, among names: [String]) -> String {
    if let nearest = nearest(to: name, among: names) { return "Did you mean \(nearest)?" }
    return "Known are \(names.joined(separator: ", "))."
  }

  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in right.enumerated() {
        let substitution = diagonal + (byte == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substitution, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}

extension Schema {
  /// The kind with this name or table. Throws a refusal that names the nearest that people write day by
  /// day: nobody is led to one that takes back or erases.
  func declaration(of name: String) throws -> KindDeclaration {
    if let kind = kind(namedOrTabled: name) { return kind }
    throw StoreError.refused(
      what: "The kind '\(name)'", why: "it is not declared",
      hint: Names.hint(for: name, among: kinds.filter(\.role.isOrdinary).map(\.name)))
  }
}

extension KindDeclaration {
  /// The field with this name. Throws a refusal that names the nearest.
  func declaration(of field: String) throws -> FieldDeclaration {
    if let field = self.field(named: field) { return field }
    throw StoreError.refused(
      what: "The field '\(field)'", why: "\(article) \(name) has no such field",
      hint: Names.hint(for: field, among: fields.map(\.name)))
  }

  /// `a` or `an`, before the kind's name.
  var article: String {
    guard let first = name.utf8.first else { return "a" }
    return "aeiou".utf8.contains(first) ? "an" : "a"
  }

  /// The field that people call a record by, or `nil` where the kind has none.
  var titleField: FieldDeclaration? {
    for name in ["title", "name", "display_name", "code"] {
      if let field = field(named: name) { return field }
    }
    return nil
  }
}
