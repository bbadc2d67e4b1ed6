import SyncCore

/// What one record shows: the same text from every store that holds the same changes. Written from the
/// rules alone, so that a store's own projection is compared with something else than itself.
public struct ShownRecord<History: CellHistory> {
  let kind: KindDeclaration
  let state: RecordState
  let history: History

  public init(kind: KindDeclaration, state: RecordState, history: History) {
    self.kind = kind
    self.state = state
    self.history = history
  }

  /// The cells that say something: fields, elements that are present, keys of maps.
  public func cells() throws -> [CellKey: Value] {
    let resolver = Resolver(history: history)
    var cells: [CellKey: Value] = [:]
    for (cell, contents) in state.cells where cell != .deletion {
      guard let field = kind.field(named: cell.field), !kind.isKey(field) else { continue }
      let shown = try resolver.resolve(cell, contents.live, rule: field.rule).shown
      let isAbsentElement = cell.element != nil && shown == .boolean(false)
      if !shown.isNull, !isAbsentElement { cells[cell] = shown }
    }
    return cells
  }

  /// ``cells()`` where the history can not fail.
  var knownCells: [CellKey: Value] {
    do {
      return try cells()
    } catch {
      preconditionFailure("a history in memory does not fail: \(error)")
    }
  }

  /// Whether there is anything to show: of a record whose changes were all taken back there is not.
  public var isEmpty: Bool { state.cells.isEmpty }

  /// `nil` while the record is deleted, or empty.
  public func row(_ record: RecordID) throws -> String? {
    if isEmpty { return nil }
    if try Deletion.resolve(state, history: history) == .deleted { return nil }
    return Self.row(kind: kind.name, record, try cells())
  }

  /// Cells in the one form that all stores share.
  public static func row(kind: String, _ record: RecordID, _ cells: [CellKey: Value]) -> String {
    let words = cells.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(JSONValue($0.value).serialized)" }
    return "\(kind) \(record) " + words.joined(separator: " ")
  }

  /// The cells that ask a person.
  public func openConflicts(_ record: RecordID) throws -> [OpenConflict] {
    let deletion = try Deletion.resolve(state, history: history)
    if deletion == .deleted { return [] }
    let resolver = Resolver(history: history)
    var found: [OpenConflict] = []
    func note(_ cell: CellKey, _ resolution: Resolution) {
      guard resolution.status == .open else { return }
      found.append(
        OpenConflict(
          id: ConflictID(record: record, cell: cell), kind: kind.name, record: record, cell: cell,
          shown: resolution.shown, alternatives: resolution.alternatives))
    }
    for (cell, contents) in state.cells where contents.live.count > 1 && cell != .deletion {
      guard let field = kind.field(named: cell.field) else { continue }
      note(cell, try resolver.resolve(cell, contents.live, rule: field.rule))
    }
    if state[.deletion] != nil { note(.deletion, deletion.resolution) }
    return found
  }
}
