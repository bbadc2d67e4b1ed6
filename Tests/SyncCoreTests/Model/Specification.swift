import SyncCore

/// What a set of changes means, computed from the set at once and in the plainest way: the measure
/// for the state that was merged change by change.
struct Specification {
  let changes: [Change]
  private let dots: Set<Dot>

  init(_ changes: [Change]) {
    self.changes = changes
    dots = Set(changes.map(\.dot))
  }

  /// A value is live when no change replaces its dot.
  func live(in cell: CellKey) -> [LiveValue] {
    let replaced = self.replaced(in: cell)
    return operations(on: cell).filter { !replaced.contains($0.dot) }
      .flatMap { dot, operation in
        operation.values.enumerated().map { ordinal, written in
          LiveValue(dot: dot, ordinal: UInt16(ordinal), flag: written.value.boolean)
        }
      }
      .sorted()
  }

  /// Replaced, and not here.
  func cancelled(in cell: CellKey) -> [Dot] { replaced(in: cell).subtracting(dots).sorted() }

  var cells: Set<CellKey> { Set(changes.flatMap(\.operations).map(\.cell)) }

  var revision: Revision {
    changes.reduce(into: Revision.none) { $0.include($1.dot) }
  }

  /// Dead exactly when some deletion that stands had seen every value that stands.
  var isDeleted: Bool {
    let deletions = live(in: .deletion)
    let others = Set(cells.subtracting([.deletion]).flatMap { live(in: $0).map(\.dot) })
    guard !deletions.contains(where: { $0.flag == false }) else { return false }
    return deletions.filter { $0.flag == true }.contains { others.isSubset(of: seen(by: $0)) }
  }

  private func seen(by deletion: LiveValue) -> Set<Dot> {
    let operation = operations(on: .deletion).first { $0.dot == deletion.dot }?.operation
    let written = operation?.values[Int(deletion.ordinal)]
    let source = written?.restores ?? deletion.dot
    return Set(operations(on: .deletion).first { $0.dot == source }?.operation.replaces ?? [])
  }

  private func replaced(in cell: CellKey) -> Set<Dot> {
    Set(operations(on: cell).flatMap(\.operation.replaces))
  }

  private func operations(on cell: CellKey) -> [(dot: Dot, operation: FieldOperation)] {
    changes.flatMap { change in
      change.operations.filter { $0.cell == cell }.map { (change.dot, $0) }
    }
  }
}
