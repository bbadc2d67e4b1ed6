import SyncCore

/// A sequence is used for one content, for ever.
public struct SequenceChecker: Checker {
  public let claim = "no sequence is used for two contents"

  public init() {}

  public mutating func written(
    _ entry: Ledger.Entry, at dot: Dot, in project: ProjectID, of world: World
  ) throws {
    // Two copies of one disk write under one name until the online side tells them so: then only
    // one of the contents may stand, which the comparison of all stores at the end shows.
    guard let known = world.ledger[dot, in: project], known.encoded != entry.encoded,
      !world.copied.contains(dot.replica)
    else { return }
    world.report(claim, "\(dot) was written twice, differently")
  }
}
