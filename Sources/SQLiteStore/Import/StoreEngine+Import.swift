import SyncCore

/// What an import made of some lines.
public struct ImportOutcome: Hashable, Sendable {
  /// Lines that changed something, and lines that changed nothing.
  public var changed = 0
  public var unchanged = 0
  public var refused: [Refusal] = []

  public init() {}

  public struct Refusal: Hashable, Sendable {
    public var line: Int
    public var reason: String

    public init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }
  }
}

extension StoreEngine {
  static let importChannel = "import"

  /// Writes what the line says and the store does not have from an import yet; returns whether
  /// anything was written.
  ///
  /// A field is written only if it differs from its last *imported* value and the line is not older
  /// than that: so importing a file again changes nothing, also when people have edited since, and
  /// an edited line is an edit. What was imported is read from the record's own history, which every
  /// replica has.
  func importLine(_ line: ImportLine, projectRef: Int64) throws -> Bool {
    try checkPrivacy(of: line, projectRef: projectRef)
    let record = try record(
      line.record, kind: line.kind.name, project: projectRef, naturalKey: line.naturalKey)
    let at = line.at ?? now.wallMilliseconds
    let operations =
      record.head == 0
      ? creation(line, at: at)
      : try edits(line, at: at, of: record)
    guard !operations.isEmpty else { return false }
    let hlc = line.at.map { HLC(milliseconds: $0) } ?? nextHLC(writtenAt: at)
    try write(
      operations, to: record, kind: line.kind, hlc: hlc, channel: Self.importChannel)
    return true
  }

  private func creation(_ line: ImportLine, at: Int64) -> [FieldOperation] {
    var operations: [FieldOperation] = []
    for (_, cells) in line.fields {
      for (cell, value) in cells where !value.isNull {
        operations.append(FieldOperation(cell: cell, value: value, replaces: []))
      }
    }
    func add(_ field: String, _ value: Value) {
      let cell = CellKey(field)
      if operations.contains(where: { $0.cell == cell }) { return }
      operations.append(FieldOperation(cell: cell, value: value, replaces: []))
    }
    add("created_at", .integer(at))
    add("channel", .text(Self.importChannel))
    return operations
  }

  private func edits(
    _ line: ImportLine, at: Int64, of record: WorkingRecord
  ) throws -> [FieldOperation] {
    let imported = try lastImported(of: record)
    let shown = Shown(
      kind: line.kind, state: record.state,
      history: history.within(project: record.project, origins: origins))
    var operations: [FieldOperation] = []
    for (field, cells) in line.fields {
      var wanted = cells
      if field.rule.isKeyed {
        // An element that an earlier import had and this line has not any more is removed.
        for cell in imported.keys.sorted() where cell.field == field.name {
          guard !cells.contains(where: { $0.cell == cell }) else { continue }
          wanted.append((cell, field.rule == .latestPerKey ? .null : .boolean(false)))
        }
      }
      for (cell, value) in wanted {
        let resolution = try shown.resolution(of: cell)
        if let last = imported[cell] {
          guard last.value != value, at >= last.hlc.milliseconds else { continue }
        } else if resolution.shown == value {
          continue
        }
        operations.append(FieldOperation(cell: cell, value: value, replaces: resolution.seen))
      }
    }
    return operations
  }

  private struct Imported {
    var value: Value
    var hlc: HLC
    var dot: Dot
  }

  /// Of each cell, the imported value with the latest time, wherever it was imported. Cost: the
  /// record's history.
  private func lastImported(of record: WorkingRecord) throws -> [CellKey: Imported] {
    var imported: [CellKey: Imported] = [:]
    try history.walk(from: record.head, origins: origins) { _, change in
      guard change.channel == Self.importChannel else { return true }
      for operation in change.operations {
        guard let written = operation.values.last, operation.cell != .deletion else { continue }
        let candidate = Imported(value: written.value, hlc: change.hlc, dot: change.dot)
        if let known = imported[operation.cell],
          (known.hlc, known.dot) > (candidate.hlc, candidate.dot)
        {
          continue
        }
        imported[operation.cell] = candidate
      }
      return true
    }
    return imported
  }
}
