import SyncCore

/// What the triggers refuse about people: whoever withdrew the consent to the process is not noted any
/// more, and whoever is erased gets no name again. Like ``CaptureChecks`` they act on writers here
/// alone: a change from elsewhere is merged, and its personal values of an erased record are null.
struct PrivacyChecks {
  let kind: KindDeclaration
  let schema: Schema

  func checks(isUpdate: Bool) -> [CaptureChecks.Check] {
    erasureChecks(isUpdate: isUpdate) + consentChecks(isUpdate: isUpdate)
  }

  // MARK: - Erased

  private func erasureChecks(isUpdate: Bool) -> [CaptureChecks.Check] {
    guard let erasures = schema.erasureKind, erasures.subjectKind == kind.name,
      kind.naturalKey.isEmpty
    else { return [] }
    let subject = Columns.quoted(erasures.naturalKey[0])
    // The outbox may still hold an erasure, and an erasure's row may be gone.
    let isErased = """
      (EXISTS (SELECT 1 FROM \(Columns.quoted(erasures.table)) WHERE \(subject) = NEW.id) OR \
      EXISTS (SELECT 1 FROM sync_erased WHERE kind = \(Columns.literal(kind.name)) \
      AND record = NEW.id))
      """
    return kind.personalFields.map { field in
      let name = Columns.quoted(field.name)
      let changed = isUpdate ? "NEW.\(name) IS NOT OLD.\(name) AND " : ""
      return CaptureChecks.Check(
        condition: "\(changed)NEW.\(name) IS NOT NULL AND \(isErased)",
        sentence: "this \(kind.name) was erased: \(kind.table).\(field.name) stays empty")
    }
  }

  // MARK: - Consent

  private func consentChecks(isUpdate: Bool) -> [CaptureChecks.Check] {
    guard kind.lane != .rights, let consents = schema.consentKind, let person = consents.subjectKind
    else { return [] }
    var checks: [CaptureChecks.Check] = []
    func refuse(_ column: String, where condition: String) {
      checks.append(
        CaptureChecks.Check(
          condition: condition,
          sentence: "\(kind.table).\(column) names somebody who withdrew the consent to take part: "
            + "nothing more is noted about this person"))
    }
    for field in kind.fields {
      let new = "NEW.\(Columns.quoted(field.name))"
      let old = "OLD.\(Columns.quoted(field.name))"
      switch field.type {
      case .reference(person), .anyReference:
        // A vote, a visit: to write it again is to note something about the person.
        let changed = isUpdate && !kind.isKey(field) ? "\(new) IS NOT \(old) AND " : ""
        refuse(field.name, where: changed + withdrew(new, consents))
      case .referenceSet(person):
        let isNew =
          isUpdate
          ? " AND value NOT IN (SELECT value FROM json_each(coalesce(\(old), '[]')))" : ""
        refuse(
          field.name,
          where: "\(new) IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(\(new)) "
            + "WHERE \(withdrew("value", consents))\(isNew))")
      case .reference, .referenceSet, .text, .prose, .integer, .integerIn, .boolean, .time, .choice,
        .state, .money, .textSet, .map:
        continue
      }
    }
    if kind.name == person, kind.naturalKey.isEmpty {
      for field in kind.personalFields {
        let name = Columns.quoted(field.name)
        let changed = isUpdate ? " AND NEW.\(name) IS NOT OLD.\(name)" : ""
        refuse(
          field.name,
          where: "NEW.\(name) IS NOT NULL\(changed) AND \(withdrew("NEW.id", consents))")
      }
    }
    for column in ["changed_by", "changed_for"] {
      refuse(column, where: withdrew("NEW.\(column)", consents))
    }
    return checks
  }

  private func withdrew(_ person: String, _ consents: KindDeclaration) -> String {
    let key = consents.naturalKey.map(Columns.quoted)
    return """
      EXISTS (SELECT 1 FROM \(Columns.quoted(consents.table)) WHERE \(key[0]) = \(person) \
      AND \(key[1]) = \(Columns.literal(Schema.captureConsent)) AND "state" = 'withdrawn')
      """
  }
}
