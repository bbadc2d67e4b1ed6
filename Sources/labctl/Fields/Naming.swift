import LivingLab
import SyncControl
import SyncCore

/// Names of kinds and fields that labsyncd does not know: what was meant, and where all of them stand.
enum Naming {
  /// What a person writes by hand; the organisation's own kinds are nothing to guess at.
  private static var ordinary: [String] {
    LivingLab.schema.kinds.filter(\.role.isOrdinary).map(\.name)
  }

  static func remedy(forKind name: String) -> String {
    if let meant = EverydayWord.pointers[name.lowercased()], let kind = meant.kind {
      return "the kind \(kind); labctl fields \(kind)"
    }
    let nearest = Spelling.nearest(to: name, among: ordinary)
    return nearest.map { "did you mean \($0)? labctl fields lists all" }
      ?? "labctl fields lists all"
  }

  static func remedy(forField name: String, of kind: KindDeclaration) -> String {
    let names = kind.fields.map(\.name)
    let nearest = Spelling.nearest(to: name, among: names)
    let guess = nearest.map { "did you mean \($0)? " } ?? ""
    return "\(guess)Known are \(names.joined(separator: ", ")): labctl fields \(kind.name)"
  }

  /// Why an import refused a line, with the nearest name where the line has one that is not known.
  static func improving(_ reason: String) -> String {
    if let match = reason.wholeMatch(of: /an? (\w+) has no field "(.*)"/),
      let kind = LivingLab.schema[String(match.1)]
    {
      let nearest = Spelling.nearest(to: String(match.2), among: kind.fields.map(\.name))
      return "\(Words.article(kind.name)) \(kind.name) has no field \"\(match.2)\""
        + (nearest.map { "; did you mean \($0)?" } ?? "; labctl fields \(kind.name) lists them")
    }
    return reason
  }

  /// Asks labsyncd, which may know more than this program; a refusal for a name that neither knows gets
  /// a better remedy.
  static func asking<Answer>(
    kind: String, fields: [String] = [], _ ask: () throws -> Answer
  ) throws -> Answer {
    do { return try ask() } catch var failure as ControlFailure {
      if let remedy = remedy(for: failure, kind: kind, fields: fields) { failure.remedy = remedy }
      throw failure
    }
  }

  private static func remedy(
    for failure: ControlFailure, kind name: String, fields: [String]
  ) -> String? {
    guard let kind = LivingLab.schema.kind(namedOrTabled: name) else {
      return failure.what.contains("kind '\(name)'") ? remedy(forKind: name) : nil
    }
    let field = fields.first {
      kind.field(named: $0) == nil && failure.what.contains("field '\($0)'")
    }
    return field.map { remedy(forField: $0, of: kind) }
  }
}
