/// Whether a record is deleted: a function of its live dots.
///
/// A deletion hides the record when it had seen every live dot. An edit that had not seen it brings
/// the whole record back, and opens a conflict on the deletion.
public enum Deletion {
  /// `live` are the live dots of the whole record. Cost: one history look-up per live deletion.
  public static func resolve(
    _ state: RecordState, history: some CellHistory
  ) throws -> Outcome {
    guard let cell = state[.deletion], !cell.live.isEmpty else { return .present }
    let deletions = cell.live.filter { $0.flag == true }
    guard !deletions.isEmpty else { return .present }
    let others = Set(
      state.cells.lazy.filter { $0.key != .deletion }.flatMap(\.value.live).map(\.dot))
    for deletion in deletions {
      let seen = Set(try history.written(by: deletion.dot, in: .deletion)?.replaces ?? [])
      // The deletion's own change may write nothing else, so its dot is never among the others.
      if others.isSubset(of: seen), !cell.live.contains(where: { $0.flag == false }) {
        return .deleted
      }
    }
    return .broughtBack(by: deletions.map(\.dot))
  }

  public enum Outcome: Hashable, Sendable {
    case present
    case deleted
    /// Shown, with an open conflict: these deletions had not seen everything that is live.
    case broughtBack(by: [Dot])
  }
}
