import GRDB
import SyncCore

/// What ``PrivacyChecks`` refuses in SQL, for lines of an import, which no trigger sees.
extension StoreEngine {
  func checkPrivacy(of line: ImportLine, projectRef: Int64) throws {
    guard line.kind.role != .receipt else {
      throw FieldError("\(line.kind.table) are written by LabSync itself")
    }
    let values = line.fields.flatMap(\.cells).filter { !$0.value.isNull }
    if erasing.of(projectRef).contains(line.record, kind: line.kind.name),
      values.contains(where: { line.kind.field(named: $0.cell.field)?.isPersonal == true })
    {
      throw FieldError("this \(line.kind.name) was erased and gets no name again")
    }
    guard line.kind.lane != .rights, let consents = schema.consentKind,
      let person = consents.subjectKind
    else { return }
    for id in people(in: line, person: person) where try hasWithdrawn(id, consents) {
      throw FieldError(
        "it names somebody who withdrew the consent to take part: nothing more is noted")
    }
  }

  private func people(in line: ImportLine, person: String) -> [String] {
    var people = line.naturalKey.compactMap(\.text)
    for (field, cells) in line.fields {
      switch field.type {
      case .reference, .anyReference: people += cells.compactMap(\.value.text)
      case .referenceSet(person): people += cells.compactMap(\.cell.element)
      case .referenceSet, .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state,
        .money, .textSet, .map:
        continue
      }
      if line.kind.name == person, field.isPersonal { people.append(line.record.description) }
    }
    return people
  }

  private func hasWithdrawn(_ person: String, _ consents: KindDeclaration) throws -> Bool {
    let key = consents.naturalKey.map(Columns.quoted)
    let statement = try database.cachedStatement(
      sql: """
        SELECT EXISTS (SELECT 1 FROM \(Columns.quoted(consents.table))
          WHERE \(key[0]) = ? AND \(key[1]) = ? AND "state" = 'withdrawn')
        """)
    return try Bool.fetchOne(statement, arguments: [person, Schema.captureConsent]) ?? false
  }
}
