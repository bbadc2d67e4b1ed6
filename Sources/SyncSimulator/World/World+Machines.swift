import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol

/// What machines do: the daemons' part, around the real workers.
extension World {
  func happen(_ happening: Happening) {
    switch happening {
    case .arrival(let connection, let isToHub): arrive(connection, isToHub: isToHub)
    case .tick(let number): tick(machines[number])
    case .work(let number): work(machines[number])
    case .dialed(let number, let attempt): dialed(machines[number], attempt: attempt)
    case .notice(let connection): notice(connection)
    case .writing(let number): somebodyWrites(at: machines[number])
    case .capture(let number): capture(at: machines[number])
    case .sharedStoreChanged(let number): sharedStoreChanged(at: machines[number])
    case .fault: strike()
    case .linkTurns(let number, let isOutUp, let isInUp):
      turnLink(of: machines[number], isOutUp: isOutUp, isInUp: isInUp)
    case .begin(let number): begin(machines[number])
    case .end(let number): end(machines[number])
    case .awake(let number): awake(machines[number])
    case .diskHeals(let number): machines[number].disk.isFull = false
    case .readerRecovers(let number): machines[number].readMilliseconds = 0
    case .resumed(let number): tell(machines[number], .resume)
    case .letIn(let number): letIn(machines[number])
    case .invited(let number): inviteAnew(machines[number])
    case .released(let number): release(of: machines[number])
    }
  }

  /// A process begins on what is on the disk.
  func begin(_ machine: Machine) {
    guard machine.state == .off else { return }
    machine.state = .running
    do {
      try machine.disk.reopen(schema: machine.schema)
    } catch {
      report("a store opens again", "\(machine.name): \(error)")
      return
    }
    trace.note(at: time, "begin", [Int64(machine.number)], machine.name)
    show { try $0.began(machine, in: self) }
    switch machine.role {
    case .lab(let configuration, _):
      machine.lab = LabWorker(configuration, seed: random.next())
      machine.presentInvitation()
      captureAll(at: machine)
      tell(machine, .start)
    case .online(let configuration):
      machine.online = OnlineWorker(configuration, seed: random.next())
      captureAll(at: machine)
    }
  }

  /// The process ends as it is told to, and says goodbye.
  func end(_ machine: Machine) {
    guard machine.state == .running else { return }
    trace.note(at: time, "end", [Int64(machine.number)], machine.name)
    if machine.isHub { tell(machine, OnlineInput.stop) } else { tell(machine, LabInput.stop) }
    if machine.state == .running { lose(machine, becoming: .off) }
  }

  /// The process is gone, with everything that was only in memory.
  func lose(_ machine: Machine, becoming state: Machine.State) {
    trace.note(at: time, "lose", [Int64(machine.number)], "\(machine.name) is \(state)")
    machine.state = state
    machine.lab = nil
    machine.online = nil
    machine.scheduledTick = nil
    machine.isWorkScheduled = false
    machine.isCaptureScheduled = false
    if machine.isHub { closeAll(of: machine) } else { hangUp(machine) }
  }

  func awake(_ machine: Machine) {
    guard machine.state == .asleep else { return }
    machine.state = .running
    machine.clock.sleptMilliseconds += time - machine.asleepSince
    machine.scheduledTick = nil
    trace.note(at: time, "awake", [Int64(machine.number)], machine.name)
    restartPipes(to: machine)
    if machine.lab != nil {
      tell(machine, .wake(.resumed))
    } else {
      tellRights(to: machine)
      tell(machine, OnlineInput.tick)
    }
    scheduleWork(machine)
    scheduleCapture(machine)
  }

  func tick(_ machine: Machine) {
    machine.scheduledTick = nil
    guard machine.state == .running, let deadline = machine.nextDeadline else { return }
    guard deadline <= now(machine).monotonicMilliseconds else { return scheduleTick(machine) }
    if machine.isHub { tell(machine, OnlineInput.tick) } else { tell(machine, LabInput.tick) }
  }

  func work(_ machine: Machine) {
    machine.isWorkScheduled = false
    guard machine.state == .running else { return }
    if machine.isHub { tell(machine, OnlineInput.work) } else { tell(machine, LabInput.work) }
  }

  func now(_ machine: Machine) -> Instant { machine.clock.reading(at: time) }

  func scheduleTick(_ machine: Machine) {
    guard let deadline = machine.nextDeadline else { return }
    // A deadline that its own tick does not move is met again a millisecond later.
    let due = max(machine.clock.time(of: deadline, after: time), time + 1)
    if let scheduled = machine.scheduledTick, scheduled <= due { return }
    machine.scheduledTick = due
    schedule.add(.tick(machine: machine.number), at: due)
  }

  func scheduleWork(_ machine: Machine) {
    guard !machine.isWorkScheduled else { return }
    machine.isWorkScheduled = true
    schedule.add(.work(machine: machine.number), at: time + draw(0...4))
  }

  func scheduleCapture(_ machine: Machine, after milliseconds: Int64 = 2) {
    guard !machine.isCaptureScheduled else { return }
    machine.isCaptureScheduled = true
    schedule.add(.capture(machine: machine.number), at: time + milliseconds)
  }
}

/// Inputs and outputs of the workers.
extension World {
  func tell(_ machine: Machine, _ input: LabInput) {
    guard machine.state == .running, machine.lab != nil else { return }
    census.events += 1
    let now = now(machine)
    let outputs = machine.lab?.handle(input, at: now, store: &machine.disk) ?? []
    guard survived(machine) else { return }
    for output in outputs { perform(output, of: machine) }
    guard machine.state == .running else { return }
    scheduleTick(machine)
    show { try $0.told(machine, in: self) }
  }

  func tell(_ machine: Machine, _ input: OnlineInput) {
    guard machine.state == .running, machine.online != nil else { return }
    census.events += 1
    let now = now(machine)
    let outputs = machine.online?.handle(input, at: now, store: &machine.disk) ?? []
    guard survived(machine) else { return }
    for output in outputs { perform(output, of: machine) }
    if machine.state == .running { scheduleTick(machine) }
  }

  /// Shows the checkers what passed at the disk. `false` where the process crashed: what it was about
  /// to say was never said.
  func survived(_ machine: Machine) -> Bool {
    var hasApplied = false
    for sight in machine.disk.takeSights() {
      switch sight {
      case .applied(let batch, let before, let applied):
        hasApplied = true
        note(applied, of: batch)
        show { try $0.applied(applied, of: batch, before: before, at: machine, in: self) }
      }
    }
    if let trouble = machine.disk.takeTrouble() { count(trouble.fault) }
    if machine.disk.mayHaveOwnChanges {
      machine.disk.mayHaveOwnChanges = false
      enterChanges(of: machine, deed: nil)
    }
    if hasApplied { tellSharers(of: machine) }
    guard machine.disk.hasCrashed else { return true }
    crash(machine)
    return false
  }

  func crash(_ machine: Machine) {
    lose(machine, becoming: .off)
    schedule.add(.begin(machine: machine.number), at: time + draw(10...5_000))
  }

  private func note(_ applied: Applied, of batch: ChangeBatch) {
    census.verdicts["accepted", default: 0] += applied.accepted
    census.verdicts["duplicate", default: 0] += applied.duplicates
    for exception in applied.exceptions {
      let name: String
      switch exception.verdict {
      case .accepted: name = "accepted"
      case .duplicate: name = "duplicate"
      case .conflict: name = "conflict"
      case .parked(let reason): name = "parked: \(reason.name)"
      }
      census.verdicts[name, default: 0] += 1
    }
  }

  /// The other worker on the same store hears of a commit.
  func tellSharers(of machine: Machine) {
    for other in machines where other.number != machine.number && other.disk === machine.disk {
      schedule.add(.sharedStoreChanged(machine: other.number), at: time + draw(0...20))
    }
  }

  func sharedStoreChanged(at machine: Machine) { tell(machine, OnlineInput.storeChanged) }

  private func perform(_ output: LabOutput, of machine: Machine) {
    switch output {
    case .dial(let endpoint): dial(machine, endpoint: endpoint)
    case .hangUp: hangUp(machine)
    case .send(let message): sendToHub(message, from: machine)
    case .event(let event): note(event, of: machine)
    case .requestWork: scheduleWork(machine)
    }
  }

  private func perform(_ output: OnlineOutput, of machine: Machine) {
    switch output {
    case .send(let handle, let message): sendToLab(message, to: handle, from: machine)
    case .drop(let handle):
      guard let connection = machine.connectionsByHandle.removeValue(forKey: handle) else { return }
      connections[connection]?.handle = nil
    case .event(let event): note(event, of: machine)
    case .requestWork: scheduleWork(machine)
    }
  }

  private func note(_ event: LabEvent, of machine: Machine) {
    switch event {
    case .session(let event):
      if case .opened = event, machine.invitation != nil {
        machine.invitation = nil
        machine.presentInvitation()
      }
      note(event, of: machine)
    case .keyShared: renewKey(of: machine)
    case .storeFailed(let words):
      trace.note(at: time, "store failed", [Int64(machine.number)], "\(machine.name): \(words)")
    case .dialing, .waiting, .refused, .sessionEnded, .answered: break
    }
  }

  private func note(_ event: OnlineEvent, of machine: Machine) {
    switch event {
    case .session(_, _, let event): note(event, of: machine)
    case .storeFailed(_, _, let words):
      trace.note(at: time, "store failed", [Int64(machine.number)], "\(machine.name): \(words)")
    case .violation(_, let device, let violation):
      trace.note(
        at: time, "violation", [Int64(machine.number)], "\(machine.name) by \(device): \(violation)"
      )
    case .held(let batch, let key): hold(batch, from: key, at: machine)
    case .replicaSeen, .superseded, .keyShared, .sessionEnded: break
    }
  }

  /// Keeps what a laptop hands over that is shut out; somebody may take it over.
  private func hold(_ batch: ChangeBatch, from key: String, at machine: Machine) {
    do {
      try machine.disk.hold(batch, from: key, at: now(machine))
      count(.handedOver)
      guard chance(500), let laptop = machines.first(where: { $0.device?.key == key }) else {
        return
      }
      schedule.add(.released(machine: laptop.number), at: time + draw(0...20_000))
    } catch {
      trace.note(at: time, "store failed", [Int64(machine.number)], "\(error)")
    }
  }

  /// The machine makes a key of its own, and somebody lets it in.
  private func renewKey(of machine: Machine) {
    guard case .lab(let configuration, var device) = machine.role else { return }
    lastKey += 1
    device.key = "key \(lastKey) of \(machine.name)"
    device.standing = standing(ofKeyMadeBy: machine)
    machine.role = .lab(configuration, device)
    count(.renewedKey)
    trace.note(at: time, "key", [Int64(machine.number)], device.key)
  }

  private func note(_ event: SessionEvent, of machine: Machine) {
    switch event {
    case .chainMismatch(let divergence):
      mismatches[divergence.project, default: []].insert(divergence.origin)
      trace.note(at: time, "mismatch", [], "\(machine.name): \(divergence)")
    case .inSync(let project, _):
      trace.note(at: time, "in sync", [Int64(machine.number)], machine.name)
      show { try $0.proved(project, at: machine, in: self) }
    case .forked(let fork): forked(fork, machine)
    case .truncated:
      count(.repairedChain)
      machine.incarnation += 1
      // What was written under a former name is the present one's now.
      enterChanges(of: machine, deed: nil)
    case .opened, .clock, .adopted, .notGranted, .applied, .acknowledged, .dropped, .tooLarge,
      .refused, .held, .serverKeyAnnounced:
      break
    }
  }
}

extension FaultyStore.Trouble {
  var fault: Fault {
    switch self {
    case .crashBefore: .crashBeforeCall
    case .crashInside: .crashInsideCall
    case .crashAfter: .crashAfterCall
    case .fail: .failedCall
    }
  }
}
