import SyncCore
import SyncProtocol

/// The second part of a run: no more faults, and everything comes to rest.
extension World {
  /// Every machine that was not lost comes back, with the newest software, on good links and disks.
  func heal() {
    isHealed = true
    trace.note(at: time, "heal", [], "")
    for machine in machines where machine.state != .lost {
      machine.disk.isFull = false
      machine.disk.pending = nil
      machine.disk.corrupts = nil
      machine.readMilliseconds = 0
      letIn(machine)
      turnLink(of: machine, isOutUp: true, isInUp: true)
      if machine.state == .asleep { awake(machine) }
      if machine.schema != options.schema { upgrade(machine) }
      if machine.state == .off {
        schedule.add(.begin(machine: machine.number), at: time + draw(0...1_000))
      }
      tell(machine, .resume)
    }
  }

  /// Whether every pair that is left has proven to be in sync, and nothing waits anywhere.
  var isAtRest: Bool {
    do {
      return try machines.allSatisfy { try isAtRest($0) }
    } catch {
      return false
    }
  }

  private func isAtRest(_ machine: Machine) throws -> Bool {
    guard machine.state != .lost else { return true }
    guard machine.state == .running, !machine.isCaptureScheduled else { return false }
    guard let lab = machine.lab else { return true }
    if isBarred(machine) { return lab.phase == .refused }
    guard let session = lab.session, session.inSyncSince != nil else { return false }
    let hub = hubDisk
    return try sharedProjects(machine).allSatisfy { project in
      guard session.inSync(project) != nil else { return false }
      return try machine.disk.base.digest(of: project) == hub.base.digest(of: project)
    }
  }

  var hubDisk: FaultyStore {
    guard let hub = machines.first(where: \.isHub) else {
      preconditionFailure("a world has an online side")
    }
    return hub.disk
  }

  /// The machines that are left at the end.
  var remaining: [Machine] { machines.filter { $0.state != .lost } }

  /// Those of them that are let in: who is not brings nothing, and gets nothing.
  var members: [Machine] { remaining.filter { !isBarred($0) } }

  func sharedProjects(_ machine: Machine) -> [ProjectID] {
    projects.filter(machine.projects.allows)
  }
}
