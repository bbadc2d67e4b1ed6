import SyncCore

/// What a row says, cell by cell: fields with one value, elements of sets (true where present) and
/// keys of maps. Cells that say nothing are absent.
struct RowContent: Equatable {
  var cells: [CellKey: Value] = [:]

  init() {}

  subscript(cell: CellKey) -> Value { cells[cell] ?? .null }

  /// Reads the row that a trigger wrote as a JSON object. Elements that a set or a map may not have
  /// are left out; the checks of the triggers let none pass.
  init(row: JSONValue, kind: KindDeclaration) {
    for field in kind.fields {
      guard let column = row[field.name], column != .null else { continue }
      switch field.type {
      case .textSet, .referenceSet:
        for element in Self.parsed(column)?.array ?? [] {
          guard let text = element.text else { continue }
          cells[CellKey(field.name, element: text)] = .boolean(true)
        }
      case .map:
        for member in Self.parsed(column)?.members ?? [] {
          guard let text = member.value.text else { continue }
          cells[CellKey(field.name, element: member.name)] = .text(text)
        }
      case .boolean:
        if let integer = column.integer { cells[CellKey(field.name)] = .boolean(integer != 0) }
      case .text, .prose, .integer, .integerIn, .time, .choice, .state, .reference, .anyReference,
        .money:
        if let value = Self.value(column) { cells[CellKey(field.name)] = value }
      }
    }
  }

  private static func parsed(_ column: JSONValue) -> JSONValue? {
    guard let text = column.text else { return nil }
    do { return try JSONValue(parsing: text) } catch { return nil }
  }

  private static func value(_ column: JSONValue) -> Value? {
    if let text = column.text { return .text(text) }
    if let integer = column.integer { return .integer(integer) }
    return nil
  }

  /// What was written where `self` became `new`: the cells that differ, with their new values. What
  /// is absent in `new` is written as false (an element) or null.
  func differences(to new: RowContent, in kind: KindDeclaration) -> [(cell: CellKey, value: Value)]
  {
    let keys = Set(cells.keys).union(new.cells.keys).sorted()
    return keys.compactMap { key in
      guard self[key] != new[key] else { return nil }
      if let value = new.cells[key] { return (key, value) }
      let isSet: Bool
      switch kind.field(named: key.field)?.rule {
      case .addWins, .removeWins: isSet = true
      default: isSet = false
      }
      return (key, isSet ? .boolean(false) : .null)
    }
  }
}
