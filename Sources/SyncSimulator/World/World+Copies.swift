import SyncCore

/// A disk as it was once, with what was written on it until then.
struct DiskImage {
  var store: any SimulatedStore
  var written: [ProjectID: Set<Contents>]
  /// How far its own changes had been entered into the ledger.
  var entered: [ProjectID: [Origin: UInt64]]
  var schema: Schema
}

/// Disks that are restored from a backup, or copied to another machine.
extension World {
  /// Laptops beyond those that a world begins with.
  private static let clones = 2

  /// Takes a backup of a laptop, or restores one that was taken.
  func rollBack() {
    let laptops = machines.filter { !$0.isHub && $0.state != .lost }
    guard let machine = laptops.randomElement(using: &random) else { return }
    do {
      guard let image = images.removeValue(forKey: machine.number) else {
        images[machine.number] = try image(of: machine)
        return trace.note(at: time, "image", [Int64(machine.number)], machine.name)
      }
      count(.rollback)
      lose(machine, becoming: .off)
      try put(image, on: machine)
      trace.note(at: time, "rollback", [Int64(machine.number)], machine.name)
      schedule.add(.begin(machine: machine.number), at: time + draw(100...4_000))
    } catch {
      report("a disk can be copied", "\(machine.name): \(error)")
    }
  }

  /// Takes a backup of the online side, or puts it back: whoever does that starts it with `--restored`, so
  /// that it goes on under another name and takes from any laptop what others wrote.
  func restoreOnline() {
    let hubs = machines.filter(\.isHub)
    guard let hub = hubs.first else { return }
    do {
      guard let image = images.removeValue(forKey: hub.number) else {
        images[hub.number] = try self.image(of: hub)
        return trace.note(at: time, "image", [Int64(hub.number)], hub.name)
      }
      count(.restoredOnline)
      for hub in hubs { lose(hub, becoming: .off) }
      try put(image, on: hub)
      let fork = try hub.disk.base.fork(at: ForkPoints(), now: now(hub))
      forked(fork, hub)
      enterChanges(of: hub, deed: nil)
      for sharer in hubs {
        sharer.written = hub.written
        sharer.incarnation = hub.incarnation
        sharer.entered = hub.entered
        sharer.unseen = hub.unseen
        sharer.recover()
        schedule.add(.begin(machine: sharer.number), at: time + draw(100...4_000))
      }
    } catch {
      report("a disk can be copied", "\(hub.name): \(error)")
    }
  }

  /// Copies a laptop's disk, as it is or as it was, to another laptop: its key comes with it.
  func clone() {
    let laptops = machines.filter { !$0.isHub && $0.state != .lost }
    guard machines.count(where: { $0.name.hasSuffix("-copy") }) < Self.clones,
      let machine = laptops.randomElement(using: &random)
    else { return }
    do {
      let image = try images[machine.number] ?? image(of: machine)
      count(.clone)
      let copy = Machine(
        number: machines.count, name: "\(machine.name)-copy",
        disk: FaultyStore(image.store), schema: image.schema, clock: machine.clock,
        role: machine.role)
      copy.reach = machine.reach
      copy.invitation = machine.invitation
      machines.append(copy)
      try put(image, on: copy)
      trace.note(at: time, "clone", [Int64(copy.number)], copy.name)
      schedule.add(.begin(machine: copy.number), at: time + draw(100...4_000))
      schedule.add(.writing(machine: copy.number), at: time + draw(100...4_000))
    } catch {
      report("a disk can be copied", "\(machine.name): \(error)")
    }
  }

  private func image(of machine: Machine) throws -> DiskImage {
    DiskImage(
      store: try machine.disk.base.image(seed: random.next() >> 1), written: machine.written,
      entered: machine.entered, schema: machine.schema)
  }

  private func put(_ image: DiskImage, on machine: Machine) throws {
    let store = try image.store.image(seed: random.next() >> 1)
    copied.insert(store.replica)
    copied.insert(machine.disk.base.replica)
    machine.disk.base = store
    machine.written = image.written
    machine.incarnation += 1
    machine.entered = image.entered
    machine.unseen = [:]
    // A store that is opened may capture what waited in the copy.
    enterChanges(of: machine, deed: nil)
  }

  /// The identity that a store began with.
  func root(of replica: ReplicaID) -> ReplicaID {
    var root = replica
    while let former = born[root] { root = former }
    return root
  }

  /// Whether there are or were several stores with this identity, or with one that it comes from.
  func isCopied(_ replica: ReplicaID) -> Bool {
    var name: ReplicaID? = replica
    while let present = name {
      if copied.contains(present) { return true }
      name = born[present]
    }
    return false
  }

  /// A store took a new identity, because another goes on under its old one.
  func forked(_ fork: Fork, _ machine: Machine) {
    count(.fork)
    machine.incarnation += 1
    born[fork.current] = fork.former
    trace.note(
      at: time, "fork", [Int64(machine.number), Int64(fork.reissued)],
      "\(machine.name): \(fork.former) is \(fork.current) now, \(fork.reissued) changes")
    let isExpected = isCopied(fork.former) || renamed.contains(fork.former)
    if !isExpected, corrupted.isEmpty {
      report(
        "only copies fork, and who is let in again",
        "\(machine.name) forked, and nobody copied its disk")
    }
  }
}
