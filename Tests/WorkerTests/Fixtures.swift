import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

func uniqueID(_ number: UInt64) -> UniqueID { UniqueID(high: 0xA0A0, low: number) }

func replicaID(_ number: UInt64) -> ReplicaID { ReplicaID(rawValue: uniqueID(number)) }

func recordID(_ number: UInt64) -> RecordID { RecordID(rawValue: uniqueID(number)) }

let project = ProjectID(rawValue: uniqueID(1))
let onlineReplica = replicaID(100)

let schema = Schema(kinds: [
  KindDeclaration(
    "consent", table: "consents", lane: .rights,
    fields: [FieldDeclaration("state", .text, .strictest(.order(["withdrawn", "granted"])))]),
  KindDeclaration(
    "idea", table: "ideas",
    fields: [
      FieldDeclaration("title", .text, .register), FieldDeclaration("body", .prose, .text),
      FieldDeclaration("tags", .textSet, .addWins),
    ]),
  KindDeclaration(
    "participant", table: "participants",
    fields: [FieldDeclaration("display_name", .text, .register, personal: true)]),
  KindDeclaration(
    "activity", table: "activities", lane: .activity,
    fields: [FieldDeclaration("value", .text, .immutable)]),
])

let start = Instant(monotonicMilliseconds: 1_000_000, wallMilliseconds: 1_456_800_000_000)

func sessionConfiguration(_ name: String) -> SessionConfiguration {
  SessionConfiguration(name: name, software: "labsync test", schema: .zero)
}

func device(_ number: UInt64) -> Device { Device(key: "key-\(number)", name: "lab-\(number)") }

func labConfiguration(_ number: UInt64) -> LabConfiguration {
  LabConfiguration(
    endpoints: ["tcp://hub:7700", "tcp://hub:443"],
    session: sessionConfiguration("lab-\(number)"))
}

/// An online side that has the project, and laptops that have not heard of it yet.
func simulation(
  labs: UInt64, seed: UInt64 = 1, limits: OnlineLimits = OnlineLimits(),
  session: SessionLimits = SessionLimits(), adopted: Bool = true, restored: Int64? = nil
) -> Simulation {
  var online = sessionConfiguration("hub")
  online.limits = session
  var configuration = OnlineConfiguration(session: online, limits: limits)
  if let restored { configuration.recover(since: restored) }
  var simulation = Simulation(
    online: configuration,
    store: MemoryStore(
      replica: onlineReplica, side: .online, schema: schema, projects: [project], seed: seed),
    seed: seed, startingAt: start)
  for number in 1...labs {
    var configuration = labConfiguration(number)
    configuration.session.limits = session
    simulation.add(
      configuration,
      store: MemoryStore(
        replica: replicaID(number), side: .lab, schema: schema,
        projects: adopted ? [project] : [], seed: seed + number),
      device: device(number))
  }
  return simulation
}

/// One write somewhere, drawn from `generator`; 0 is the online side.
func writeSomething(_ simulation: inout Simulation, using generator: inout SplitMix64) throws {
  let place = Int.random(in: 0...simulation.labs.count, using: &generator)
  let number = UInt64.random(in: 1...6, using: &generator)
  let text = Value.text("t\(generator.next() % 50)")
  let (kind, cells): (String, [CellKey: Value]) =
    switch Int.random(in: 0..<6, using: &generator) {
    case 0:
      (
        "consent",
        [CellKey("state"): .text(Bool.random(using: &generator) ? "granted" : "withdrawn")]
      )
    case 1: ("activity", [CellKey("value"): text])
    case 2: ("participant", [CellKey("display_name"): text])
    case 3: ("idea", [CellKey("tags", element: "eco"): .boolean(Bool.random(using: &generator))])
    case 4: ("idea", [.deletion: .boolean(true)])
    default: ("idea", [CellKey("title"): text, CellKey("body"): text])
    }
  let kinds = ["consent": 1_000, "activity": 2_000, "participant": 3_000] as [String: UInt64]
  let record = recordID((kinds[kind] ?? 0) + number)
  if place == 0 {
    try simulation.writeOnline(kind, record, cells, in: project)
  } else {
    try simulation.write(at: place - 1, kind, record, cells, in: project)
  }
}

/// Whether every store holds the same changes and shows the same.
func isConverged(_ simulation: Simulation) throws -> Bool {
  let expected = try simulation.store.canonicalRecords(of: project)
  let vector = simulation.store.position(of: project)
  return try simulation.labs.allSatisfy { lab in
    try lab.store.position(of: project) == vector
      && lab.store.canonicalRecords(of: project) == expected
  }
}

func acknowledgedOnly(_ simulation: Simulation) -> Bool {
  simulation.labs.allSatisfy { lab in
    let there = simulation.store.position(of: project)
    let claimed = lab.store.durable(at: onlineReplica, of: project)
    let here = lab.store.position(of: project)
    let claimedHere = simulation.store.durable(at: lab.store.replica, of: project)
    return claimed.origins.allSatisfy { claimed.sequence(of: $0) <= there.sequence(of: $0) }
      && claimedHere.origins.allSatisfy { claimedHere.sequence(of: $0) <= here.sequence(of: $0) }
  }
}

func settle(_ simulation: inout Simulation, at location: SourceLocation = #_sourceLocation) {
  let isQuiet = simulation.settle()
  #expect(isQuiet, "the simulation never came to rest", sourceLocation: location)
}
