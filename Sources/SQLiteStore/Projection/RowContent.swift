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
    for (cell, value) in Self.cells(of: row, kind: kind) { cells[cell] = value }
  }

  /// The cells of a row that say something, in declared order, each once.
  static func cells(
    of row: JSONValue, kind: KindDeclaration
  ) -> [(cell: CellKey, value: Value)] {
    var cells: [(cell: CellKey, value: Value)] = []
    cells.reserveCapacity(kind.fields.count)
    for member in row.members ?? [] where member.value != .null {
      guard let field = kind.field(named: member.name) else { continue }
      let column = member.value
      switch field.type {
      case .textSet, .referenceSet:
        var seen: Set<CellKey> = []
        for element in parsed(column)?.array ?? [] {
          guard let text = element.text else { continue }
          let cell = CellKey(field.name, element: text)
          if seen.insert(cell).inserted { cells.append((cell, .boolean(true))) }
        }
      case .map:
        for member in parsed(column)?.members ?? [] {
          guard let text = member.value.text else { continue }
          cells.append((CellKey(field.name, element: member.name), .text(text)))
        }
      case .boolean:
        if let integer = column.integer {
          cells.append((CellKey(field.name), .boolean(integer != 0)))
        }
      case .text, .prose, .integer, .integerIn, .time, .choice, .state, .reference, .anyReference,
        .money:
        if let value = value(column) { cells.append((CellKey(field.name), value)) }
      }
    }
    return cells
  }

  /// A set or a map as it stands in a column: a text that holds JSON. What a writer made with SQLite's
  /// own JSON functions reaches the outbox as JSON itself.
  private static func parsed(_ column: JSONValue) -> JSONValue? {
    guard let text = column.text else { return column }
    do { return try JSONValue(tolerant: text) } catch { return nil }
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
