/// The last sequence of each own chain that another side's store is known to share, by project and
/// lane. A chain that is not named is shared whole.
public struct ForkPoints: Hashable, Sendable {
  private var sequences: [ProjectID: [Lane: UInt64]] = [:]

  public init() {}

  public subscript(project: ProjectID, lane: Lane) -> UInt64? {
    get { sequences[project]?[lane] }
    set { sequences[project, default: [:]][lane] = newValue }
  }

  /// Sorted.
  public var projects: [ProjectID] { sequences.keys.sorted() }
}

/// What ``ChangeStore/fork(at:now:)`` did.
public struct Fork: Hashable, Sendable {
  /// The identity that the store had, which stays with the other copy.
  public var former: ReplicaID
  /// The identity that it has now.
  public var current: ReplicaID
  /// Changes that only this copy had: they are its own under the new identity.
  public var reissued: Int

  public init(former: ReplicaID, current: ReplicaID, reissued: Int) {
    self.former = former
    self.current = current
    self.reissued = reissued
  }
}
