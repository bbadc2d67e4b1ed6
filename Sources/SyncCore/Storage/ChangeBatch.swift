/// A change as bytes: what is hashed, stored and forwarded, verbatim, so that a replica passes on
/// what it does not understand.
public struct EncodedChange: Hashable, Sendable {
  /// Everything but the personal values, with a keyed commitment of those.
  public var bytes: [UInt8]
  /// The personal values and the key of the commitment; empty where there are none or where they
  /// were erased.
  public var personal: [UInt8]

  public init(bytes: [UInt8], personal: [UInt8] = []) {
    self.bytes = bytes
    self.personal = personal
  }
}

/// Changes of one replica that follow each other.
public struct ChangeRun: Hashable, Sendable {
  public var replica: ReplicaID
  public var firstSequence: UInt64
  public var changes: [EncodedChange]

  public init(replica: ReplicaID, firstSequence: UInt64, changes: [EncodedChange]) {
    self.replica = replica
    self.firstSequence = firstSequence
    self.changes = changes
  }
}

/// Changes of one lane in causal order, contiguous per replica.
public struct ChangeBatch: Hashable, Sendable {
  public var project: ProjectID
  public var lane: Lane
  public var runs: [ChangeRun]

  public init(project: ProjectID, lane: Lane, runs: [ChangeRun]) {
    self.project = project
    self.lane = lane
    self.runs = runs
  }

  public var count: Int { runs.reduce(0) { $0 + $1.changes.count } }

  /// Bytes of the changes, before compression.
  public var byteCount: Int {
    runs.reduce(0) { $0 + $1.changes.reduce(0) { $0 + $1.bytes.count + $1.personal.count } }
  }
}

/// How large a batch may be. The first change always fits.
public struct BatchBounds: Hashable, Sendable {
  public var bytes: Int
  public var rows: Int

  public init(bytes: Int, rows: Int) {
    self.bytes = bytes
    self.rows = rows
  }
}

/// What became of one change at a replica that received it.
public enum Verdict: Hashable, Sendable {
  case accepted
  case duplicate
  /// Accepted, and a cell of the record has an open conflict now that it had not before.
  case conflict
  /// Kept, listed and forwarded; not shown.
  case parked(ParkReason)
}

/// Why a replica keeps a change that it can not use. A closed list: everything else is accepted.
public enum ParkReason: UInt8, CaseIterable, Hashable, Sendable {
  case undecodable = 1
  case unknownKind = 2
  case unknownField = 3
  case projectionFailed = 4
  case outOfResource = 5

  public var name: String {
    switch self {
    case .undecodable: "undecodable"
    case .unknownKind: "unknown kind"
    case .unknownField: "unknown field"
    case .projectionFailed: "projection failed"
    case .outOfResource: "out of resource"
    }
  }
}

/// What ``ChangeStore/apply(_:at:)`` committed.
public struct Applied: Hashable, Sendable {
  public var accepted = 0
  public var duplicates = 0
  /// The changes whose verdict is neither accepted nor duplicate.
  public var exceptions: [Exception] = []
  /// Where the batch moved each of its origins.
  public var positions: [Origin: ChainPosition] = [:]
  public var violations: [Violation] = []
  /// What was captured on the way.
  public var captured = Captured()

  public init() {}

  public struct Exception: Hashable, Sendable {
    public var dot: Dot
    public var verdict: Verdict

    public init(dot: Dot, verdict: Verdict) {
      self.dot = dot
      self.verdict = verdict
    }
  }

  /// A peer's mistake in a batch: dropped, counted, and no vector moved for it.
  public enum Violation: Hashable, Sendable {
    /// Changes between `expected` and `found` are missing.
    case gap(Origin, expected: UInt64, found: UInt64)
    /// The change claims something that its sender has no right to.
    case forged(Dot, reason: String)
  }
}
