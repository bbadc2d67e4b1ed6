import SyncCore

/// One fault after the other, by the weights of the hazards.
extension World {
  func strike() {
    guard !isHealed, let interval = hazards.faultIntervalMilliseconds else { return }
    schedule.add(.fault, at: time + draw(interval))
    let weights = hazards.weights.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let total = weights.reduce(0) { $0 + $1.value }
    guard total > 0 else { return }
    var chosen = Int.random(in: 0..<total, using: &random)
    for (fault, weight) in weights {
      if chosen < weight { return strike(fault) }
      chosen -= weight
    }
  }

  private func strike(_ fault: Fault) {
    census.events += 1
    trace.note(at: time, "fault", [], "\(fault)")
    switch fault {
    case .swizzle: swizzle()
    case .partition: partition(isOutUp: false, isInUp: false, counting: fault)
    case .oneWayLink:
      let isOutUp = Bool.random(using: &random)
      partition(isOutUp: isOutUp, isInUp: !isOutUp, counting: fault)
    case .brokenConnection, .halfOpenConnection: breakSomething(fault)
    case .slowReader:
      guard let machine = drawMachine(.running) else { return }
      machine.readMilliseconds = draw(5...400)
      schedule.add(.readerRecovers(machine: machine.number), at: time + draw(500...20_000))
      count(fault)
    case .crashBeforeCall: trouble(.crashBefore)
    case .crashInsideCall: trouble(.crashInside)
    case .crashAfterCall: trouble(.crashAfter)
    case .failedCall: trouble(.fail)
    case .fullDisk:
      guard let machine = drawMachine(.running) else { return }
      machine.disk.isFull = true
      schedule.add(.diskHeals(machine: machine.number), at: time + draw(100...10_000))
      count(fault)
    case .corruptedChange: corrupt()
    case .undecodableChange: writeUndecodable()
    case .unsoundChange: writeUnsound()
    case .clockJump:
      guard let machine = machines.randomElement(using: &random) else { return }
      let jumps: [Int64] = [1_000, 90_000, 7_200_000, 31_557_600_000]
      let jump = jumps.randomElement(using: &random) ?? 0
      machine.clock.wallOffsetMilliseconds += draw(-jump...jump)
      count(fault)
    case .restart:
      guard let machine = drawMachine(.running) else { return }
      count(fault)
      end(machine)
      schedule.add(.begin(machine: machine.number), at: time + draw(10...6_000))
    case .suspend: suspend()
    case .upgrade:
      let older = machines.filter { $0.schema != options.schema && $0.state == .running }
      guard let machine = older.randomElement(using: &random) else { return }
      count(fault)
      upgrade(machine)
    case .lostLaptop:
      let laptops = machines.filter { !$0.isHub && $0.state != .lost }
      guard laptops.count > 1, let machine = laptops.randomElement(using: &random) else { return }
      count(fault)
      lose(machine, becoming: .lost)
    case .pause:
      guard let machine = drawLaptop(), machine.state == .running else { return }
      count(fault)
      tell(machine, .pause)
      schedule.add(.resumed(machine: machine.number), at: time + draw(100...15_000))
    case .shutOut: shutOut()
    case .rollback: rollBack()
    case .clone: clone()
    case .restoredOnline: restoreOnline()
    case .lateFrames, .deafDial, .fullQueue, .garbledFrame, .clockDrift, .yearsOff,
      .olderSoftware, .fork, .renewedKey, .repairedChain:
      // These come of themselves: the network and the drawing of the machines do them.
      break
    }
  }

  func drawMachine(_ state: Machine.State) -> Machine? {
    machines.filter { $0.state == state }.randomElement(using: &random)
  }

  private func drawLaptop() -> Machine? {
    machines.filter { !$0.isHub && $0.state != .lost }.randomElement(using: &random)
  }

  /// Several links go down one after the other, and come back in another order (FoundationDB's
  /// "swizzle-clogging").
  private func swizzle() {
    let laptops = machines.filter { !$0.isHub && $0.state != .lost }.shuffled(using: &random)
    guard !laptops.isEmpty else { return }
    count(.swizzle)
    let chosen = laptops.prefix(Int.random(in: 1...laptops.count, using: &random))
    var down = time
    for machine in chosen {
      down += draw(0...1_500)
      schedule.add(.linkTurns(machine: machine.number, isOutUp: false, isInUp: false), at: down)
    }
    var up = down + draw(0...12_000)
    for machine in chosen.shuffled(using: &random) {
      up += draw(0...1_500)
      schedule.add(.linkTurns(machine: machine.number, isOutUp: true, isInUp: true), at: up)
    }
  }

  private func partition(isOutUp: Bool, isInUp: Bool, counting fault: Fault) {
    guard let machine = drawLaptop() else { return }
    count(fault)
    turnLink(of: machine, isOutUp: isOutUp, isInUp: isInUp)
    let end = time + draw(50...20_000)
    schedule.add(.linkTurns(machine: machine.number, isOutUp: true, isInUp: true), at: end)
  }

  private func breakSomething(_ fault: Fault) {
    let open = connections.keys.sorted().filter { connections[$0]?.isCut == false }
    guard let id = open.randomElement(using: &random), let connection = connections[id] else {
      return
    }
    if fault == .brokenConnection { count(fault) }
    breakConnection(id, keeping: connection.toHub.frames.count)
  }

  private func trouble(_ trouble: FaultyStore.Trouble) {
    guard let machine = drawMachine(.running) else { return }
    machine.disk.pending = (trouble, Int.random(in: 1...12, using: &random))
  }

  private func suspend() {
    guard let machine = drawMachine(.running) else { return }
    count(.suspend)
    machine.state = .asleep
    machine.asleepSince = time
    let length = chance(200) ? draw(60_000...400_000) : draw(100...30_000)
    schedule.add(.awake(machine: machine.number), at: time + length)
  }

  /// The newest software, on every machine that shares the store.
  func upgrade(_ machine: Machine) {
    for sharer in machines where sharer.disk === machine.disk {
      sharer.schema = options.schema
      switch sharer.role {
      case .lab(var configuration, let device):
        configuration.session = sessionConfiguration(sharer.name, options.schema)
        sharer.role = .lab(configuration, device)
      case .online(var configuration):
        configuration.session = sessionConfiguration(sharer.name, options.schema)
        sharer.role = .online(configuration)
      }
      if sharer.state == .running {
        end(sharer)
        schedule.add(.begin(machine: sharer.number), at: time + draw(10...2_000))
      }
    }
  }

  /// One change is damaged on its way, below everything that could notice at once.
  private func corrupt() {
    guard corrupted.isEmpty, let machine = drawMachine(.running) else { return }
    let hubs = machines.filter { $0.isHub && $0.state == .running }
    let victim = chance(850) ? hubs.first ?? machine : machine
    let choice = random.next()
    let own = victim.isHub ? victim.disk.base.replica : nil
    victim.disk.corrupts = { [unowned self] batch in damage(&batch, choice, sparing: own) }
  }

  /// What the online side sends of others is damaged rather than its own: such a chain can be repaired.
  private func damage(
    _ batch: inout ChangeBatch, _ choice: UInt64, sparing own: ReplicaID?
  ) -> Bool {
    guard let run = batch.runs.indices.last(where: { batch.runs[$0].replica != own }),
      !batch.runs[run].changes.isEmpty
    else { return false }
    let change = Int(choice % UInt64(batch.runs[run].changes.count))
    let count = batch.runs[run].changes[change].bytes.count
    guard count > 0 else { return false }
    batch.runs[run].changes[change].bytes[Int(choice >> 8) % count] ^= UInt8(
      1 << (choice >> 5 & 7))
    let origin = Origin(replica: batch.runs[run].replica, lane: batch.lane)
    self.count(.corruptedChange)
    corrupted[batch.project, default: []].insert(origin)
    trace.note(at: time, "corrupt", [], "\(origin)")
    return true
  }
}
