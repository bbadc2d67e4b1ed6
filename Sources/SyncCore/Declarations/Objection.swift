extension Schema {
  /// Why a change that can be decoded is not what it says it is, as far as the declarations here can
  /// tell; `nil` where nothing is wrong, and for a kind that is not declared.
  ///
  /// A store keeps and forwards such a change, and parks it as ``ParkReason/undecodable``: every
  /// replica of the same software leaves it out, in whatever order it came.
  public func objection(to change: Change) -> String? {
    guard let kind = self[change.kind] else { return nil }
    guard kind.lane == change.dot.lane else {
      return "a \(kind.name) does not travel in lane \(change.dot.lane.rawValue)"
    }
    guard !kind.role.isOnlineOnly || change.side == .online else {
      return "only the online side writes a \(kind.name)"
    }
    guard kind.naturalKey.count == change.naturalKey.count else {
      return "a \(kind.name) has \(kind.naturalKey.count) key fields"
    }
    guard !kind.naturalKey.isEmpty else { return nil }
    let derived = RecordID.derived(
      project: change.project, kind: kind.name, naturalKey: change.naturalKey)
    return derived == change.record ? nil : "the record's id does not follow from its key"
  }
}
