import SyncCore
import SyncProtocol

/// What was acknowledged is on the disk of whoever said so, then and at the end.
public struct AcknowledgementChecker: Checker {
  public let claim = "no acknowledged change is lost"
  /// The furthest that each disk acknowledged.
  private var said: [Disk: [ProjectID: [Origin: ChainPosition]]] = [:]

  private struct Disk: Hashable {
    var disk: ObjectIdentifier
    var incarnation: Int

    init(_ machine: Machine) {
      disk = ObjectIdentifier(machine.disk)
      // A chain that was damaged and is fetched anew has other hashes than were said.
      incarnation = machine.incarnation + machine.disk.truncations
    }
  }

  public init() {}

  public mutating func acknowledged(
    _ acknowledgement: Acknowledgement, by machine: Machine, in world: World
  ) throws {
    let store = machine.disk.base
    let vector = try store.vector(of: acknowledgement.project)
    for (origin, position) in acknowledgement.positions {
      if vector.sequence(of: origin) < position.sequence {
        world.report(claim, "\(machine.name) acknowledged \(position.sequence) of \(origin)")
      }
      let before = said[Disk(machine)]?[acknowledgement.project]?[origin]?.sequence ?? 0
      if position.sequence > before {
        said[Disk(machine), default: [:]][acknowledgement.project, default: [:]][origin] = position
      }
    }
  }

  public mutating func began(_ machine: Machine, in world: World) throws {
    try check(machine, world)
  }

  public mutating func conclude(_ world: World) throws {
    for machine in world.remaining {
      try check(machine, world)
      if !machine.isHub { try checkBelief(of: machine, world) }
    }
  }

  private func check(_ machine: Machine, _ world: World) throws {
    let store = machine.disk.base
    for (project, positions) in said[Disk(machine)] ?? [:] {
      let vector = try store.vector(of: project)
      for (origin, position) in positions {
        let hash = try store.chainHash(of: origin, at: position.sequence, in: project)
        if vector.sequence(of: origin) < position.sequence || hash != position.hash {
          world.report(claim, "\(machine.name) lost \(position.sequence) of \(origin)")
        }
      }
    }
  }

  /// What a laptop believes to be durable online is there.
  private func checkBelief(of machine: Machine, _ world: World) throws {
    let hub = world.hubDisk.base
    for project in try machine.disk.base.projects {
      let believed = try machine.disk.base.acknowledged(in: project, by: hub.replica)
      let vector = try hub.vector(of: project)
      for origin in believed.origins
      where vector.sequence(of: origin) < believed.sequence(of: origin) {
        world.report(
          claim, "\(machine.name) believes that \(origin) is further online than it is")
      }
    }
  }
}
