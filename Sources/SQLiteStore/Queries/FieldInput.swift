import GRDB
import SyncCore

/// What a command gives a field, as the field's column takes it.
extension FieldDeclaration {
  /// One value, read by the field's type: `"3"` is a number where numbers are kept. Throws a
  /// refusal that names the field.
  func reading(
    _ json: JSONValue, reference: (_ kind: String?, _ text: String) -> RecordID? = { RecordID($1) }
  ) throws -> Value {
    do {
      return try cells(reading: coerced(json), reference: reference).first?.value ?? .null
    } catch let error {
      throw StoreError.refused(
        what: "Wrong value", why: error.description,
        hint: "See how values are written: labctl help add")
    }
  }

  /// The whole field as it stands in its column; `nil` clears it.
  func column(
    reading json: JSONValue, reference: (_ kind: String?, _ text: String) -> RecordID?
  ) throws -> (any DatabaseValueConvertible)? {
    let cells: [(cell: CellKey, value: Value)]
    do {
      cells = try self.cells(reading: coerced(json), reference: reference)
    } catch let error {
      throw StoreError.refused(
        what: "Wrong value", why: error.description,
        hint: "See how values are written: labctl help add")
    }
    switch type {
    case .textSet, .referenceSet:
      return cells.isEmpty ? nil : JSONValue.canonicalSet(cells.compactMap(\.cell.element))
    case .map:
      let members = cells.compactMap { cell, value in
        cell.element.flatMap { key in value.text.map { (key: key, value: $0) } }
      }
      return members.isEmpty ? nil : JSONValue.canonicalMap(members)
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money:
      return cells.first?.value.stored
    }
  }

  /// A text in the form that the field's type is read from.
  private func coerced(_ json: JSONValue) -> JSONValue {
    guard let text = json.text else {
      if case .map = type, json == .null { return .object([]) }
      return json
    }
    switch type {
    case .integer, .integerIn: return Int64(text).map(JSONValue.integer) ?? json
    case .boolean:
      switch text {
      case "true", "yes", "1": return .boolean(true)
      case "false", "no", "0": return .boolean(false)
      default: return json
      }
    case .time:
      if let milliseconds = Int64(text) { return .integer(milliseconds) }
      let isDate = text.utf8.count == 10
      return isDate ? .text(text + "T00:00:00Z") : json
    case .textSet, .referenceSet: return .array([json])
    case .text, .prose, .choice, .state, .reference, .anyReference, .money, .map: return json
    }
  }
}
