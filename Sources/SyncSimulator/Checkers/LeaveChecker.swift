import SyncCore
import SyncProtocol

/// A laptop that was told that it is safe to leave may be lost then and there.
public struct LeaveChecker: Checker {
  public let claim = "when it is safe to leave, everything is online"
  private var turn = 0

  public init() {}

  /// Asked now and then, right after something happened at a laptop.
  public mutating func told(_ machine: Machine, in world: World) throws {
    turn += 1
    guard turn % 16 == 0, let session = machine.lab?.session, world.corrupted.isEmpty else {
      return
    }
    let store = machine.disk.base
    // Whoever asks waits for a pass, which ends this session: the other side is another now.
    guard session.peer?.replica == world.hubDisk.base.replica else { return }
    let check = try LeaveCheck(
      uncaptured: try store.uncapturedRows(), session: session, store: store)
    guard check.isSafe else { return }
    world.census.safeToLeave += 1
    for project in try store.projects {
      let (here, online) = (
        try store.vector(of: project), try world.hubDisk.base.vector(of: project)
      )
      for origin in here.origins where origin.replica == store.replica {
        guard let position = here[origin] else { continue }
        let hash = try world.hubDisk.base.chainHash(
          of: origin, at: position.sequence, in: project)
        if online.sequence(of: origin) < position.sequence || hash != position.hash {
          world.report(claim, "\(machine.name) may leave, and \(origin) is not online")
        }
      }
    }
  }
}
