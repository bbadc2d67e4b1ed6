import GRDB
import SyncCore

/// Who wrote something, where and when: what the log says of one change.
public struct Writing: Hashable, Sendable {
  public var dot: Dot
  public var side: Side
  /// Milliseconds since 1970, UTC, by the clock of the machine that wrote.
  public var at: Int64
  public var channel: String
  /// Who wrote, and for whom, where the writer said so.
  public var who: Person?
  public var onBehalfOf: Person?
  /// The change came with a time more than ``Limits/clockLeapMilliseconds`` ahead of this machine's.
  public var isClockAhead: Bool

  public var replica: ReplicaID { dot.replica }

  public struct Person: Hashable, Sendable {
    public var id: RecordID
    /// Where the participant has a name or a code here.
    public var name: String?
  }
}

extension StoreView {
  /// The kind of record that `changed_by` and `changed_for` name.
  private static let personKind = "participant"

  func writing(of change: Change, storedAt: Int64) throws -> Writing {
    Writing(
      dot: change.dot, side: change.side, at: change.hlc.milliseconds, channel: change.channel,
      who: try change.changedBy.map(person), onBehalfOf: try change.changedFor.map(person),
      isClockAhead: change.hlc.milliseconds > storedAt + Limits.clockLeapMilliseconds)
  }

  /// What the log says of a dot; `nil` where it is not here or can not be read.
  func writing(of dot: Dot, project: Int64) throws -> Writing? {
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    guard let ref = origins.knownRef(of: origin, inProjectRef: project),
      let entry = try log.entry(origin: ref, sequence: dot.sequence),
      let change = try history.decode(entry, origins: origins)
    else { return nil }
    return try writing(of: change, storedAt: entry.storedAt)
  }

  private func person(_ id: RecordID) throws -> Writing.Person {
    guard let kind = schema[Self.personKind],
      let row = try row(of: id, kind: kind)
    else { return Writing.Person(id: id, name: nil) }
    let name = ["display_name", "code"].lazy
      .compactMap { name in row.fields.first { $0.name == name }?.value.text }.first
    return Writing.Person(id: id, name: name)
  }
}
