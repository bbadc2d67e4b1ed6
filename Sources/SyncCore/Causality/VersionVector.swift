/// What a replica has seen of every other, in one lane of one project: the highest contiguous
/// sequence of each. Absent means nothing seen.
public struct VersionVector: Hashable, Sendable {
  private var sequences: [ReplicaID: UInt64] = [:]

  public init() {}

  /// The highest contiguous sequence of `replica`; 0 when nothing of it was seen.
  public subscript(replica: ReplicaID) -> UInt64 {
    get { sequences[replica] ?? 0 }
    set { sequences[replica] = newValue == 0 ? nil : newValue }
  }

  /// The replicas of which something was seen, sorted.
  public var replicas: [ReplicaID] { sequences.keys.sorted() }

  public var isEmpty: Bool { sequences.isEmpty }

  /// How many changes the vector covers; a sum that no 64 bits hold is the greatest they do.
  public var total: UInt64 { saturatingSum(sequences.values) }

  public mutating func merge(_ other: VersionVector) {
    sequences.merge(other.sequences, uniquingKeysWith: max)
  }

  public func covers(_ other: VersionVector) -> Bool {
    other.sequences.allSatisfy { self[$0.key] >= $0.value }
  }
}

/// A digest of 128 bits: SHA-256, truncated. Pure modules compare it and never compute it.
public struct Digest128: Hashable, Sendable {
  public var bits: UniqueID

  public init(bits: UniqueID) { self.bits = bits }

  /// The digest before the first change of a chain.
  public static let zero = Digest128(bits: UniqueID(high: 0, low: 0))
}

/// How far one origin's chain goes at a replica: its highest contiguous sequence and the chain hash
/// there. Two replicas with equal positions hold the same changes of that origin.
public struct ChainPosition: Hashable, Sendable {
  public var sequence: UInt64
  public var hash: Digest128

  public init(sequence: UInt64, hash: Digest128) {
    self.sequence = sequence
    self.hash = hash
  }
}

/// Where a change comes from within a project: a replica's lane. Sequences are counted per origin.
public struct Origin: Hashable, Comparable, Sendable {
  public var replica: ReplicaID
  public var lane: Lane

  public init(replica: ReplicaID, lane: Lane) {
    self.replica = replica
    self.lane = lane
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.lane != right.lane ? left.lane < right.lane : left.replica < right.replica
  }
}

/// The whole position of a replica in one project: every origin's chain position, in all lanes.
public struct ProjectVector: Hashable, Sendable {
  public private(set) var positions: [Origin: ChainPosition] = [:]

  public init() {}

  public subscript(origin: Origin) -> ChainPosition? {
    get { positions[origin] }
    set { positions[origin] = newValue }
  }

  /// The highest contiguous sequence of `origin`; 0 when nothing of it was seen.
  public func sequence(of origin: Origin) -> UInt64 { positions[origin]?.sequence ?? 0 }

  /// Whether the change with this dot has been seen.
  public func covers(_ dot: Dot) -> Bool {
    sequence(of: Origin(replica: dot.replica, lane: dot.lane)) >= dot.sequence
  }

  /// The origins, by lane and replica.
  public var origins: [Origin] { positions.keys.sorted() }

  /// How many changes the vector covers; a sum that no 64 bits hold is the greatest they do.
  public var total: UInt64 { saturatingSum(positions.values.lazy.map(\.sequence)) }

  /// Moves an origin forward; a position that is not ahead changes nothing.
  public mutating func advance(_ origin: Origin, to position: ChainPosition) {
    if position.sequence > sequence(of: origin) { positions[origin] = position }
  }
}

/// The sum, or the greatest number where it is more. Sequences come from peers: no sum of them may trap.
public func saturatingSum(_ sequences: some Sequence<UInt64>) -> UInt64 {
  sequences.reduce(0) { sum, sequence in
    let (total, isOver) = sum.addingReportingOverflow(sequence)
    return isOver ? .max : total
  }
}
