import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol

/// Who is shut out, what becomes of what they hand over, and who is let in: what people do at an online
/// side, and its daemon for them.
extension World {
  /// The words that those are told who are shut out.
  private static let words = "shut out for a while"

  func shutOut() {
    let laptops = machines.filter { !$0.isHub && $0.state != .lost && !$0.isShutOut }
    guard let machine = laptops.randomElement(using: &random), let key = machine.device?.key,
      let hub = someHub, hub.schema.kinds.contains(where: { $0.role == .revocation })
    else { return }
    count(.shutOut)
    trace.note(at: time, "shut out", [Int64(machine.number)], key)
    setStanding(.revoked(words: Self.words), ofKey: key)
    do {
      for machine in machines where machine.device?.key == key { noteReach(of: machine) }
      try noteStanding(ofKey: key)
      for hub in machines where hub.isHub { tell(hub, .revoked(key: key, words: Self.words)) }
      try revoke(key, at: hub)
    } catch {
      // Out it is, whatever is written down of it.
      trace.note(at: time, "store failed", [Int64(hub.number)], "\(error)")
    }
    storeWasChanged(at: hub)
    if chance(150) {
      barred.insert(key)
      return count(.shutOutForGood)
    }
    schedule.add(.letIn(machine: machine.number), at: time + draw(500...120_000))
  }

  /// An online side at which somebody can do something.
  private var someHub: Machine? {
    machines.first { $0.isHub && $0.state == .running && !$0.disk.hasCrashed }
  }

  /// Says how far the replicas of the device count in each project: as far as they are here, or less.
  private func revoke(_ key: String, at hub: Machine) throws {
    for name in try hub.disk.base.ledgers(ofDevice: key).map(\.replica) {
      for project in projects {
        let vector = try hub.disk.base.vector(of: project)
        var ends: [Lane: UInt64] = [:]
        for lane in Lane.allCases {
          let origin = Origin(replica: name, lane: lane)
          let here = vector.sequence(of: origin)
          ends[lane] = min(here, try hub.disk.base.lastStanding(of: origin, in: project) ?? here)
        }
        let lanes = Lane.allCases.filter { ends[$0] ?? 0 > 0 }
        if chance(500), let lane = lanes.randomElement(using: &random), let end = ends[lane] {
          ends[lane] = UInt64.random(in: 0..<end, using: &random)
          count(.takenBack)
        }
        try hub.disk.revoke(name, in: project, lastStanding: ends, at: now(hub))
      }
    }
  }

  /// What the online side has when a machine is let in no more: it may know that much.
  func noteReach(of machine: Machine) {
    do {
      for project in projects {
        machine.reach[project] = try hubDisk.base.vector(of: project)
      }
    } catch {
      report("the online side can be looked at", "\(error)")
    }
  }

  /// What the online side has of a device that is shut out: its names bring no more.
  private func noteStanding(ofKey key: String) throws {
    let names = try hubDisk.base.ledgers(ofDevice: key).map(\.replica)
    for project in projects {
      let vector = try hubDisk.base.vector(of: project)
      for origin in names.flatMap({ name in
        Lane.allCases.map { Origin(replica: name, lane: $0) }
      }) where standing[project]?[origin] == nil {
        standing[project, default: [:]][origin] = vector.sequence(of: origin)
      }
    }
  }

  /// Somebody takes over what a laptop handed over that is shut out.
  func release(of machine: Machine) {
    guard machine.isShutOut, let key = machine.device?.key, let hub = someHub else { return }
    do {
      let held = try hub.disk.base.held(of: key)
      // Of two copies of one disk each may have handed over a part of what is held under one name. What
      // is held under a former name may have come meanwhile, or come yet, under the present one.
      guard !held.contains(where: { isCopied($0.dot.replica) || renamed.contains($0.dot.replica) })
      else { return }
      var moment = Int64.max
      // An erasure that stays behind has taken personal values already, where it was written.
      if chance(500), let some = held.compactMap(\.writtenAt).randomElement(using: &random),
        !held.contains(where: { $0.dot.lane == .rights })
      {
        moment = some
      }
      trace.note(at: time, "release", [Int64(machine.number), moment], "\(held.count) are held")
      do {
        _ = try hub.disk.release(of: key, until: moment, at: now(hub))
      } catch {
        trace.note(at: time, "store failed", [Int64(hub.number)], "\(error)")
      }
      let left = try hub.disk.base.held(of: key).reduce(into: [ProjectID: Set<Dot>]()) {
        $0[$1.project, default: []].insert($1.dot)
      }
      if !held.isEmpty { count(left.isEmpty ? .released : .releasedInPart) }
      for (project, dot, _) in held where left[project]?.contains(dot) != true {
        let origin = Origin(replica: dot.replica, lane: dot.lane)
        let last = standing[project]?[origin] ?? 0
        standing[project, default: [:]][origin] = max(last, dot.sequence)
        released[project, default: []].insert(dot)
      }
    } catch {
      report("what is held can be read", "\(error)")
    }
    storeWasChanged(at: hub)
  }

  /// Somebody lets a laptop in, or in again.
  func letIn(_ machine: Machine) {
    guard machine.isShutOut, let device = machine.device, !barred.contains(device.key) else {
      return
    }
    guard let hub = someHub else {
      return schedule.add(.letIn(machine: machine.number), at: time + 1_000)
    }
    trace.note(at: time, "let in", [Int64(machine.number)], device.key)
    show { try $0.lettingIn(machine, in: self) }
    if case .revoked = device.standing {
      do {
        renamed.formUnion(try hub.disk.base.ledgers(ofDevice: device.key).map(\.replica))
        try hub.disk.supersede(device: device.key, at: now(hub))
      } catch {
        _ = survived(hub)
        return schedule.add(.letIn(machine: machine.number), at: time + 1_000)
      }
      count(.approvedAgain)
    } else {
      count(.approved)
    }
    setStanding(.admitted, ofKey: device.key)
    letInOnce.insert(device.key)
    for hub in machines where hub.isHub { tell(hub, .rightsChanged(key: device.key)) }
  }

  private func storeWasChanged(at hub: Machine) {
    guard survived(hub) else { return }
    scheduleCapture(hub)
  }

  /// What an online side that slept did not hear.
  func tellRights(to hub: Machine) {
    for machine in machines where machine.isShutOut {
      guard let key = machine.device?.key else { continue }
      tell(hub, .revoked(key: key, words: Self.words))
    }
    // A session of before would bring more under a name that was given up meanwhile.
    for key in letInOnce.sorted() { tell(hub, .rightsChanged(key: key)) }
  }

  /// A copied disk brings its key along.
  func setStanding(_ standing: Device.Standing, ofKey key: String) {
    for machine in machines {
      guard case .lab(let configuration, var device) = machine.role, device.key == key else {
        continue
      }
      device.standing = standing
      machine.role = .lab(configuration, device)
    }
  }

  /// Whether nobody will ever let the machine in.
  func isBarred(_ machine: Machine) -> Bool {
    machine.device.map { barred.contains($0.key) } ?? false
  }
}

extension Machine {
  var isShutOut: Bool { device.map { $0.standing != .admitted } ?? false }
}
