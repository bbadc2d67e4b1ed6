import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncWire

extension World {
  /// Makes the machines and starts them, each at a moment of its own.
  func setUp() {
    let hubs = options.onlineWorkers ?? (chance(500) ? 2 : 1)
    let laptops = options.laptops ?? [1, 2, 2, 3, 3, 4, 5].randomElement(using: &random) ?? 2
    let hubSchema = drawnSchema()
    let disk = FaultyStore(
      store(side: .online, name: "online", schema: hubSchema, projects: projects))
    for number in 0..<hubs {
      let name = "online-\(number)"
      let session = sessionConfiguration(name, hubSchema)
      add(
        Machine(
          number: machines.count, name: name, disk: disk, schema: hubSchema, clock: drawnClock(),
          role: .online(OnlineConfiguration(session: session))))
    }
    for number in 0..<laptops { addLaptop(number, hubs: hubs) }
    for machine in machines where !machine.isHub && chance(hazards.strangersPerThousand) {
      makeStranger(machine)
    }
    for machine in machines {
      schedule.add(.begin(machine: machine.number), at: draw(0...2_000))
      schedule.add(.writing(machine: machine.number), at: draw(0...500))
    }
    if let interval = hazards.faultIntervalMilliseconds {
      schedule.add(.fault, at: draw(interval))
    }
  }

  private func addLaptop(_ number: Int, hubs: Int) {
    let name = "lab-\(number)"
    let schema = drawnSchema()
    var access = ProjectAccess.all
    if projects.count > 1, chance(300) { access = .only([projects[0]]) }
    let known = chance(700) ? projects.filter(access.allows) : []
    let disk = FaultyStore(store(side: .lab, name: name, schema: schema, projects: known))
    var endpoints = (0..<hubs).map { "tcp://online-\($0):7700" }
    if chance(500) { endpoints.reverse() }
    let configuration = LabConfiguration(
      endpoints: endpoints, session: sessionConfiguration(name, schema))
    let device = Device(key: "key of \(name)", name: name, projects: access)
    add(
      Machine(
        number: machines.count, name: name, disk: disk, schema: schema, clock: drawnClock(),
        role: .lab(configuration, device)))
  }

  private func add(_ machine: Machine) { machines.append(machine) }

  private func store(
    side: Side, name: String, schema: Schema, projects: [ProjectID]
  ) -> any SimulatedStore {
    let request = StoreRequest(
      replica: ReplicaID(rawValue: random.uniqueID()), side: side, name: name, schema: schema,
      projects: projects, seed: random.next())
    do {
      if let makeStore = options.makeStore { return try makeStore(request) }
    } catch {
      report("a store can be made", "\(error)")
    }
    return MemoryStore(
      replica: request.replica, side: side, schema: schema, projects: projects,
      seed: request.seed)
  }

  func sessionConfiguration(_ name: String, _ schema: Schema) -> SessionConfiguration {
    var configuration = SessionConfiguration(
      name: name, software: "labsync simulated", schema: SchemaDigest.of(schema.schemaDescription))
    configuration.limits = limits
    return configuration
  }

  /// Small batches, so that a run has many of them.
  private var limits: SessionLimits {
    var limits = SessionLimits()
    limits.batch = BatchBounds(bytes: 6_000, rows: 12)
    limits.creditBytes = 16_000
    return limits
  }

  private func drawnClock() -> MachineClock {
    let drift = hazards.driftPerMillion
    var clock = MachineClock(driftPerMillion: 0, wallOffsetMilliseconds: draw(-30...30))
    if drift > 0 {
      clock.driftPerMillion = draw(-drift...drift)
      count(.clockDrift)
    }
    if hazards.yearsOff > 0, chance(400) {
      clock.wallOffsetMilliseconds = draw(-hazards.yearsOff...hazards.yearsOff) * 31_557_600_000
      count(.yearsOff)
    }
    return clock
  }

  /// The newest software, or one that lacks some kinds and, since fields are only ever appended, the
  /// last fields of others.
  private func drawnSchema() -> Schema {
    guard chance(hazards.olderSoftwarePerThousand) else { return options.schema }
    count(.olderSoftware)
    var kinds: [KindDeclaration] = []
    for kind in options.schema.kinds {
      if kind.name != "project", chance(150) { continue }
      // What the engine itself reads has been there as long as the kind.
      guard kind.role == .record else {
        kinds.append(kind)
        continue
      }
      let own = kind.fields.filter { !Self.common.contains($0.name) && !kind.isKey($0) }
      let missing = own.suffix(Int(draw(0...3))).map(\.name)
      kinds.append(kind.without { missing.contains($0.name) })
    }
    return Schema(kinds: kinds)
  }

  /// The fields that every kind has had from its first day.
  private static let common: Set<String> = ["created_at", "channel", "extra"]
}
