import SyncCore

/// A record during one write transaction: loaded once, changed by any number of changes, projected
/// and saved once.
struct WorkingRecord {
  let id: RecordID
  let project: Int64
  let kindName: String
  /// `nil` for a kind that this software does not know.
  let kind: KindDeclaration?
  var state: RecordState
  /// The log position of the record's last change; 0 before the first.
  var head: Int64
  var flags: Flags
  /// Whether `sync_records` has a row of it.
  var isStored: Bool
  var naturalKey: [Value]
  /// The fields to project anew.
  var dirty: Set<String> = []
  var lastDot: Dot?

  struct Flags: OptionSet {
    let rawValue: Int64
    /// The domain table has the record's row.
    static let isShown = Flags(rawValue: 1)
    /// `sync_conflicts` has rows of it.
    static let hasListed = Flags(rawValue: 2)
  }
}
