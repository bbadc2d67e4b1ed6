import SyncCore

/// What somebody took over of a laptop that is shut out is in the log.
public struct ReleaseChecker: Checker {
  public let claim = "what is released is in the log"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty else { return }
    for (project, dots) in world.released {
      let vector = try world.hubDisk.base.vector(of: project)
      for dot in dots.sorted() where !vector.covers(dot) {
        world.report(claim, "\(dot) was released and is not there")
      }
    }
  }
}
