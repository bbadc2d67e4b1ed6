/// Whether a record is deleted: a function of its live dots.
///
/// A deletion hides the record when it had seen every live dot. An edit that had not seen it brings
/// the whole record back, and opens a conflict on the deletion.
public enum Deletion {
  /// `state` is that of the whole record. Cost: two history look-ups per live deletion,
  /// three where it was restored.
  public static func resolve(
    _ state: RecordState, history: some CellHistory
  ) throws -> Outcome {
    guard let cell = state[.deletion] else { return .present }
    let deletions = try Resolver(history: history)
      .siblings(of: cell.live.filter { $0.flag == true }, in: .deletion)
    guard !deletions.isEmpty else { return .present }
    let isRestored = cell.live.contains { $0.flag == false }
    let others = Set(
      state.cells.lazy.filter { $0.key != .deletion }.flatMap(\.value.live).map(\.dot))
    for deletion in deletions where !isRestored {
      // A deletion that an undo brought back had seen what it had seen the first time.
      let seen = try history.written(by: deletion.source, in: .deletion)?.replaces ?? []
      if others.isSubset(of: seen) { return .deleted }
    }
    return .broughtBack(by: Set(deletions.map(\.dot)).sorted())
  }

  public enum Outcome: Hashable, Sendable {
    case present
    case deleted
    /// Shown, with an open conflict: these deletions had not seen everything that is live.
    case broughtBack(by: [Dot])
  }
}

extension Deletion.Outcome {
  /// The deletion as a cell that is listed like any other: open where a record was brought back.
  public var resolution: Resolution {
    switch self {
    case .present, .deleted:
      Resolution(shown: .boolean(self == .deleted), status: .agreed, seen: [], alternatives: [])
    case .broughtBack(let dots):
      Resolution(
        shown: .boolean(false), status: .open, seen: [],
        alternatives: [
          Resolution.Alternative(value: .boolean(false), dots: []),
          Resolution.Alternative(value: .boolean(true), dots: dots),
        ])
    }
  }
}
