import SyncCore

/// Everything that anybody ever wrote, as it was when it was written: what the stores are held
/// against. Nobody in the world can reach it.
public struct Ledger: Sendable {
  private(set) var projects: [ProjectID: [Origin: [Entry]]] = [:]
  /// Who was ever erased: what a store has of them lacks the personal part.
  private(set) var erased: [ProjectID: Erasures] = [:]
  private var variants: [ProjectID: [Dot: [Entry]]] = [:]

  public struct Entry: Sendable {
    public var encoded: EncodedChange
    /// Absent where the bytes mean nothing to this software.
    public var change: Change?
    /// The machine that wrote it.
    public var machine: Int
    /// Whether a person decided a conflict, or took a decision back.
    public var isDecision: Bool
    /// Whether it was entered as a person wrote it, and not found later in a store.
    public var isByHand = false
    /// Values that waited in an open conflict when this was written, by cell: the writer had not
    /// seen them.
    public var unseen: [CellKey: Set<Dot>]
  }

  func count(of origin: Origin, in project: ProjectID) -> UInt64 {
    UInt64(projects[project]?[origin]?.count ?? 0)
  }

  /// What was written under a dot first.
  subscript(dot: Dot, in project: ProjectID) -> Entry? {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    guard dot.sequence > 0, let entries = projects[project]?[origin],
      dot.sequence <= entries.count
    else { return nil }
    return entries[Int(dot.sequence) - 1]
  }

  /// What was written under a dot in exactly these bytes; `nil` where nobody wrote that.
  func entry(of dot: Dot, _ encoded: EncodedChange, in project: ProjectID) -> Entry? {
    func isSame(_ entry: Entry) -> Bool { isCopy(encoded, of: entry, in: project) }
    if let entry = self[dot, in: project], isSame(entry) { return entry }
    return variants[project]?[dot]?.first(where: isSame)
  }

  private func isCopy(_ encoded: EncodedChange, of entry: Entry, in project: ProjectID) -> Bool {
    if entry.encoded == encoded { return true }
    guard encoded.personal.isEmpty, entry.encoded.bytes == encoded.bytes, let change = entry.change
    else { return false }
    return erased[project]?.contains(change.record, kind: change.kind) ?? false
  }

  mutating func erase(_ subject: ErasureSubject, in project: ProjectID) {
    _ = erased[project, default: Erasures()].insert(subject)
  }

  /// Another content under a dot that was used: a copy of the store wrote it.
  mutating func append(variant entry: Entry, of dot: Dot, in project: ProjectID) {
    variants[project, default: [:]][dot, default: []].append(entry)
  }

  mutating func append(_ entry: Entry, of origin: Origin, in project: ProjectID) {
    projects[project, default: [:]][origin, default: []].append(entry)
  }
}
