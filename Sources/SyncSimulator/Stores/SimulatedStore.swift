import SyncCore

/// What the simulator needs of a store beyond what a worker does with it: people who write, a
/// process that ends and begins again, and a look at everything that is shown.
public protocol SimulatedStore: ChangeStore {
  /// What this machine's software declares.
  var schema: Schema { get }

  /// Does what a person at this machine does, in a transaction of its own. It may become a change at
  /// once or with the next ``SyncCore/ChangeStore/capture(atMost:at:)``. Throws where the store
  /// refuses it, and nothing was written then.
  mutating func perform(_ deed: Deed, in project: ProjectID, at now: Instant) throws

  /// What a person who looks at one record sees; `nil` where it is not there, or deleted.
  func row(of record: RecordName, in project: ProjectID) throws -> SeenRow?

  /// The conflicts that ask a person, sorted: those of one record, or all.
  func openConflicts(of record: RecordID?, in project: ProjectID) throws -> [OpenConflict]

  /// Every row that is shown, in the one form that all stores share, sorted.
  func shownRows(in project: ProjectID) throws -> [String]

  /// The changes that are kept and can not be used, by dot.
  func parkedChanges(in project: ProjectID) throws -> [Dot: ParkReason]

  /// Whether any byte of what is kept on the disk spells `text`.
  func holds(_ text: String) throws -> Bool

  /// Writes that are no change yet.
  func uncapturedRows() throws -> Int

  /// Keeps what a shut out device handed over, outside the log.
  mutating func hold(_ batch: ChangeBatch, from device: String, at now: Instant) throws

  /// What is held of a device, in the order in which it would be applied, with the times that it is
  /// stamped with.
  func held(
    of device: String
  ) throws -> [(project: ProjectID, dot: Dot, writtenAt: Int64?)]

  /// Applies what is held of a device up to a moment, by its own stamps; how many changes.
  mutating func release(
    of device: String, until milliseconds: Int64, at now: Instant
  ) throws -> Int

  /// Says that a replica's changes count up to these, lane by lane.
  mutating func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    at now: Instant) throws

  /// How far a replica's changes of a lane count; `nil` where nothing of it is taken back.
  func lastStanding(of origin: Origin, in project: ProjectID) throws -> UInt64?

  /// Lets a device in that was shut out: its replicas have to go on under new names.
  mutating func supersede(device: String, at now: Instant) throws

  /// Makes an invitation that is good until a time, for every project.
  mutating func invite(secret: [UInt8], expiresAt milliseconds: Int64, at now: Instant) throws

  /// Lets a device in that presents a good secret; why not, where it does not.
  mutating func redeem(
    secret: [UInt8], by device: String, calling name: String, at now: Instant
  ) throws -> String?

  /// The disk as it is, for another machine, or for later. `seed` decides what the copy draws itself.
  func image(seed: UInt64) throws -> any SimulatedStore

  /// The process ends without warning and another begins on what was committed, with these
  /// declarations: an update, where they are not the ones of before.
  mutating func reopen(schema: Schema) throws
}

extension SimulatedStore {
  /// All conflicts that ask a person, sorted.
  public func openConflicts(in project: ProjectID) throws -> [OpenConflict] {
    try openConflicts(of: nil, in: project)
  }
}

/// What a person does at a machine.
public enum Deed: Hashable, Sendable {
  /// Writes a row that is not there, or brings a deleted one back.
  case insert(RecordName, [CellKey: Value])
  /// Writes some cells of a row that is there. Elements of sets are true (put in) or false.
  case update(RecordName, [CellKey: Value])
  case delete(RecordName)
  /// Decides a conflict for the value with this number in its list, from 1.
  case resolve(ConflictID, keeping: Int)
  /// Takes the last decision of a conflict back.
  case undo(ConflictID)

  /// The deed's name in traces and counts.
  public var name: String {
    switch self {
    case .insert: "insert"
    case .update: "update"
    case .delete: "delete"
    case .resolve: "resolve"
    case .undo: "undo"
    }
  }
}

/// A record as whoever writes it names it.
public struct RecordName: Hashable, Sendable {
  public var kind: String
  public var id: RecordID
  /// In the declared order; empty where the kind has none.
  public var naturalKey: [Value]

  public init(kind: String, id: RecordID, naturalKey: [Value]) {
    self.kind = kind
    self.id = id
    self.naturalKey = naturalKey
  }
}

/// A row as a person reads it: cells that say nothing are absent.
public struct SeenRow: Hashable, Sendable {
  public var revision: Int64
  public var cells: [CellKey: Value]

  public init(revision: Int64, cells: [CellKey: Value]) {
    self.revision = revision
    self.cells = cells
  }
}

/// A conflict that asks a person.
public struct OpenConflict: Hashable, Comparable, Sendable {
  public var id: ConflictID
  public var kind: String
  public var record: RecordID
  public var cell: CellKey
  public var shown: Value
  /// The distinct values, in the order in which they are listed.
  public var alternatives: [Resolution.Alternative]

  public init(
    id: ConflictID, kind: String, record: RecordID, cell: CellKey, shown: Value,
    alternatives: [Resolution.Alternative]
  ) {
    self.id = id
    self.kind = kind
    self.record = record
    self.cell = cell
    self.shown = shown
    self.alternatives = alternatives
  }

  public static func < (left: Self, right: Self) -> Bool { left.id < right.id }

  /// The one form that all stores share.
  public var line: String {
    let values = alternatives.map { alternative in
      let dots = alternative.dots.map(\.description).joined(separator: " ")
      return "\(JSONValue(alternative.value).serialized) [\(dots)]"
    }
    return "\(id) \(kind) \(record) \(cell) shows \(JSONValue(shown).serialized): "
      + values.joined(separator: ", ")
  }
}

/// A deed that the store does not take, as a trigger's sentence would refuse it.
public struct DeedRefused: Error, CustomStringConvertible {
  public var description: String

  public init(_ why: String) { description = why }
}
