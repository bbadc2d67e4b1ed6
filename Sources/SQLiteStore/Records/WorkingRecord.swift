import SyncCore

/// A record during one write transaction: loaded once, changed by any number of changes, projected
/// and saved once.
final class WorkingRecord {
  let id: RecordID
  let project: Int64
  let kindName: String
  /// `nil` for a kind that this software does not know.
  let layout: KindLayout?
  /// The log position of the record's last change; 0 before the first.
  var head: Int64
  var flags: Flags
  /// Whether `sync_records` has a row of it.
  var isStored: Bool
  var naturalKey: [Value]
  /// What to project anew.
  var dirty = Dirty()
  var lastDot: Dot?
  /// The only change of a new record, as long as it is the only one: most records of a batch are
  /// written by one change, and need no merging.
  private(set) var creation: Change?
  /// The field of each of its operations (``KindLayout/plainFields(of:)``).
  private(set) var creationFields: [Int] = []
  /// The row has to be written whole, though one change made it: it says less than the change, or
  /// says it otherwise.
  var needsFullProjection = false
  private var merged: RecordState

  init(
    id: RecordID, project: Int64, kindName: String, layout: KindLayout?, state: RecordState,
    head: Int64, flags: Flags, isStored: Bool, naturalKey: [Value]
  ) {
    self.id = id
    self.project = project
    self.kindName = kindName
    self.layout = layout
    self.head = head
    self.flags = flags
    self.isStored = isStored
    self.naturalKey = naturalKey
    merged = state
  }

  var kind: KindDeclaration? { layout?.kind }

  /// The record's causal metadata.
  var state: RecordState {
    get {
      guard let creation else { return merged }
      var state = merged
      state.merge(creation) { _ in true }
      return state
    }
    set {
      merged = newValue
      creation = nil
    }
  }

  /// Takes the first change of a new record; `false` where it has to be merged like any other.
  func takeCreation(_ change: Change) -> Bool {
    guard !isStored, head == 0, creation == nil, !needsFullProjection, let layout,
      let fields = layout.plainFields(of: change)
    else { return false }
    creation = change
    creationFields = fields
    return true
  }

  /// Merges the creation, if it waits, so that the record is projected in the general way.
  func mergeCreation() {
    guard creation != nil else { return }
    let whole = state
    state = whole
  }

  struct Flags: OptionSet {
    let rawValue: Int64
    /// The domain table has the record's row.
    static let isShown = Flags(rawValue: 1)
    /// `sync_conflicts` has rows of it.
    static let hasListed = Flags(rawValue: 2)
  }

  /// The fields to project anew.
  struct Dirty {
    private(set) var isAll = false
    private(set) var fields: Set<String> = []

    var isEmpty: Bool { !isAll && fields.isEmpty }

    mutating func insert(_ field: String) { if !isAll { fields.insert(field) } }
    mutating func insertAll() { isAll = true }
    func contains(_ field: String) -> Bool { isAll || fields.contains(field) }
  }
}
