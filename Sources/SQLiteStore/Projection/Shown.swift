import SyncCore

/// What a record shows under the rules of its kind.
struct Shown<History: CellHistory> {
  let kind: KindDeclaration
  let state: RecordState
  let resolver: Resolver<History>

  init(kind: KindDeclaration, state: RecordState, history: History) {
    self.kind = kind
    self.state = state
    resolver = Resolver(history: history)
  }

  /// What one cell shows; absent where nothing was written.
  func resolution(of cell: CellKey) throws -> Resolution {
    guard let field = kind.field(named: cell.field), let live = state[cell]?.live else {
      return try resolver.resolve([], of: cell, rule: .latest)
    }
    return try resolver.resolve(cell, live, rule: field.rule)
  }

  /// Every cell of the fields in `fields` (all where `nil`) with what it shows, sorted.
  func resolutions(of fields: Set<String>?) throws -> [(cell: CellKey, resolution: Resolution)] {
    var found: [(cell: CellKey, resolution: Resolution)] = []
    for cell in state.keys where fields?.contains(cell.field) ?? true {
      guard kind.field(named: cell.field) != nil else { continue }
      found.append((cell, try resolution(of: cell)))
    }
    return found
  }

  /// The whole row.
  func content() throws -> RowContent {
    var content = RowContent()
    for (cell, resolution) in try resolutions(of: nil) {
      let isAbsentElement = cell.element != nil && resolution.shown == .boolean(false)
      if !resolution.shown.isNull, !isAbsentElement { content.cells[cell] = resolution.shown }
    }
    return content
  }
}
