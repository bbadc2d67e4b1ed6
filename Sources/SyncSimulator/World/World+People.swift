import LabWorker
import OnlineWorker
import SyncCore

/// People at the machines, and the daemon's look into the outbox.
extension World {
  func somebodyWrites(at machine: Machine) {
    guard !isHealed else { return }
    schedule.add(
      .writing(machine: machine.number), at: time + draw(20...writingPause * Int64(machines.count)))
    guard machine.state == .running || machine.state == .off else { return }
    census.events += 1
    do {
      guard let project = try projectsHere(machine).randomElement(using: &random) else { return }
      guard let deed = try drawDeed(at: machine, in: project) else { return }
      try write(deed, at: machine, in: project)
    } catch let refusal as DeedRefused {
      trace.note(at: time, "refused", [Int64(machine.number)], refusal.description)
    } catch {
      report("people can write", "\(machine.name): \(error)")
    }
  }

  private func projectsHere(_ machine: Machine) throws -> [ProjectID] {
    try machine.disk.base.projects.filter(projects.contains)
  }

  private func drawDeed(at machine: Machine, in project: ProjectID) throws -> Deed? {
    let store = machine.disk.base
    if chance(120) {
      let open = try store.openConflicts(in: project)
      noteOpen(open, in: project)
      if let conflict = open.randomElement(using: &random) {
        let number = Int.random(in: 1...max(1, conflict.alternatives.count), using: &random)
        return .resolve(conflict.id, keeping: number)
      }
    }
    if chance(60), let decided = decided[project]?.randomElement(using: &random) {
      return .undo(decided)
    }
    if machine.isHub, project == projects[0], chance(25),
      let deed = try drawTakingBack(at: machine, in: project)
    {
      return deed
    }
    if chance(6), let kind = machine.schema.erasureKind,
      let record = workload.erasure(of: kind, in: project, using: &random),
      try store.row(of: record, in: project) == nil
    {
      return .insert(
        record,
        [
          CellKey("created_at"): .integer(1_772_384_400_000),
          CellKey("channel"): .text(store.side.name),
        ])
    }
    guard
      let record = workload.record(in: project, knownTo: machine.schema, using: &random),
      let kind = machine.schema[record.kind]
    else { return nil }
    let row = try store.row(of: record, in: project)
    return workload.deed(on: record, row, of: kind, in: project, using: &random)
  }

  private func drawTakingBack(at machine: Machine, in project: ProjectID) throws -> Deed? {
    let store = machine.disk.base
    let vector = try store.vector(of: project)
    // The organisation takes back what laptops wrote, and not what it wrote itself before a restore.
    let own = root(of: store.replica)
    let labs = vector.origins.filter { root(of: $0.replica) != own }
    guard let origin = labs.randomElement(using: &random) else { return nil }
    let sequence = UInt64.random(in: 1...vector.sequence(of: origin), using: &random)
    let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: sequence)
    let takingBack = TakingBack(schema: machine.schema)
    guard let record = takingBack.record(dot, wholeReplica: chance(150), in: project),
      let kind = machine.schema[record.kind]
    else { return nil }
    let row = try store.row(of: record, in: project)
    return takingBack.deed(on: record, row, of: kind, dot, using: &random)
  }

  /// Somebody does something at a machine.
  public func write(_ deed: Deed, at machine: Machine, in project: ProjectID) throws {
    trace.note(at: time, "write", [Int64(machine.number)], "\(machine.name): \(deed.summary)")
    if let record = deed.record {
      let open = try machine.disk.base.openConflicts(of: record.id, in: project)
      noteOpen(open, in: project)
      noteUnseen(
        Dictionary(uniqueKeysWithValues: open.map { ($0.cell, $0.unseenDots) }), of: record.id,
        at: machine)
    }
    try machine.disk.base.perform(deed, in: project, at: now(machine))
    census.deeds[deed.name, default: 0] += 1
    if case .resolve(let conflict, _) = deed { decided[project, default: []].append(conflict) }
    enterChanges(of: machine, deed: deed)
    scheduleCapture(machine)
  }

  /// Of several writes that nothing captured yet, what none of the writers had seen: which of them a
  /// change is made of, nobody can tell.
  private func noteUnseen(
    _ dots: [CellKey: Set<Dot>], of record: RecordID, at machine: Machine
  ) {
    for sharer in machines where sharer.disk === machine.disk {
      guard let earlier = sharer.unseen[record] else {
        sharer.unseen[record] = dots
        continue
      }
      sharer.unseen[record] = earlier.reduce(into: [:]) { common, cell in
        common[cell.key] = cell.value.intersection(dots[cell.key] ?? [])
      }
    }
  }

  func noteOpen(_ conflicts: [OpenConflict], in project: ProjectID) {
    for conflict in conflicts { everOpen[project, default: [:]][conflict.id] = conflict }
  }

  /// What the daemon does when it is told that rows wait: turn them into changes, and say so.
  func capture(at machine: Machine) {
    machine.isCaptureScheduled = false
    guard machine.state == .running else { return }
    census.events += 1
    do {
      let captured = try machine.disk.capture(atMost: 200, at: now(machine))
      if captured.hasMore { scheduleCapture(machine) }
    } catch {
      guard survived(machine) else { return }
      return scheduleCapture(machine, after: 1_000)
    }
    guard survived(machine) else { return }
    if machine.isHub {
      tell(machine, OnlineInput.storeChanged)
    } else {
      tell(machine, LabInput.storeChanged)
    }
    tellSharers(of: machine)
  }

  /// At its start a daemon captures everything first.
  func captureAll(at machine: Machine) {
    do {
      while try machine.disk.capture(atMost: 200, at: now(machine)).hasMore {}
    } catch {
      trace.note(at: time, "capture failed", [], machine.name)
      guard survived(machine) else { return }
      scheduleCapture(machine, after: 1_000)
    }
    enterChanges(of: machine, deed: nil)
  }

  /// Enters what this machine's replica wrote since the last time.
  func enterChanges(of machine: Machine, deed: Deed?) {
    do {
      for project in try machine.disk.base.projects where projects.contains(project) {
        try enterChanges(of: machine, in: project, deed: deed)
      }
    } catch {
      report("the own changes can be read", "\(machine.name): \(error)")
    }
  }

  private func enterChanges(of machine: Machine, in project: ProjectID, deed: Deed?) throws {
    let store = machine.disk.base
    let vector = try store.vector(of: project)
    for lane in Lane.allCases {
      let origin = Origin(replica: store.replica, lane: lane)
      let last = vector.sequence(of: origin)
      let entered = machine.entered[project]?[origin] ?? 0
      guard last > entered else {
        // A store that went back in time may write again under numbers that it had used.
        if last < entered { machine.entered[project, default: [:]][origin] = last }
        continue
      }
      var known = vector
      known[origin] = entered == 0 ? nil : ChainPosition(sequence: entered, hash: .zero)
      while let batch = try store.changes(
        in: project, lane: lane, notIn: known, atMost: BatchBounds(bytes: .max, rows: .max))
      {
        for run in batch.runs { enter(run, lane, of: machine, in: project, deed: deed, last: last) }
        known[origin] = vector[origin]
      }
      for sharer in machines where sharer.disk === machine.disk {
        sharer.entered[project, default: [:]][origin] = last
      }
    }
  }

  private func enter(
    _ run: ChangeRun, _ lane: Lane, of machine: Machine, in project: ProjectID, deed: Deed?,
    last: UInt64
  ) {
    for (offset, encoded) in run.changes.enumerated() {
      let sequence = run.firstSequence + UInt64(offset)
      let dot = Dot(replica: run.replica, lane: lane, sequence: sequence)
      let change = decoded(encoded, in: project, at: dot)
      if let change, let subject = ErasureSubject(change, schema: options.schema) {
        ledger.erase(subject, in: project)
      }
      let isDecision = sequence == last && (deed?.isDecision ?? false)
      let unseen = change.flatMap { machine.unseen[$0.record] } ?? [:]
      let entry = Ledger.Entry(
        encoded: encoded, change: change, machine: machine.number, isDecision: isDecision,
        isByHand: deed != nil,
        unseen: isDecision ? [:] : unseen)
      show { try $0.written(entry, at: dot, in: project, of: self) }
      let origin = Origin(replica: run.replica, lane: lane)
      if sequence == ledger.count(of: origin, in: project) + 1 {
        ledger.append(entry, of: origin, in: project)
      } else if ledger.entry(of: dot, encoded, in: project) == nil {
        ledger.append(variant: entry, of: dot, in: project)
      }
      machine.written[project, default: []].insert(Contents(entry, schema: options.schema))
      count(change, lane)
      guard let change else { continue }
      for sharer in machines where sharer.disk === machine.disk {
        sharer.unseen[change.record] = nil
      }
    }
  }

  private func count(_ change: Change?, _ lane: Lane) {
    census.lanes[lane, default: 0] += 1
    guard let change, let kind = options.schema[change.kind] else { return }
    census.kinds[change.kind, default: 0] += 1
    for operation in change.operations {
      guard let field = kind.field(named: operation.cell.field) else { continue }
      census.rules[field.rule.name, default: 0] += 1
    }
  }
}

extension Deed {
  /// A few words for a trace.
  var summary: String {
    switch self {
    case .insert(let record, let cells), .update(let record, let cells):
      "\(name) "
        + ShownRecord<Oracle>.row(kind: record.kind, record.id, cells)
    case .delete(let record): "delete \(record.kind) \(record.id)"
    case .resolve(let conflict, let number): "resolve \(conflict) for \(number)"
    case .undo(let conflict): "undo \(conflict)"
    }
  }

  /// The record whose cells a plain write changes.
  var record: RecordName? {
    switch self {
    case .insert(let record, _), .update(let record, _): record
    case .delete, .resolve, .undo: nil
    }
  }

  /// Whether the deed is about a conflict.
  var isDecision: Bool {
    switch self {
    case .insert, .update, .delete: false
    case .resolve, .undo: true
    }
  }
}

extension OpenConflict {
  /// The dots of the values that are not shown: whoever reads the row has not seen them.
  var unseenDots: Set<Dot> {
    let shown = alternatives.filter { $0.value == self.shown }.flatMap(\.dots)
    return Set(alternatives.flatMap(\.dots)).subtracting(shown)
  }
}
