import LivingLab
import SyncCore
import Testing

@testable import SyncSimulator

@Suite("The simulator's own parts")
struct MachineryTests {
  @Test("What is planned for one moment happens in the order in which it was planned")
  func schedule() {
    var schedule = Schedule()
    for number in 0..<50 { schedule.add(.work(machine: number), at: Int64(number * 7 % 10)) }
    var last = (time: Int64(-1), machine: -1)
    while let entry = schedule.next() {
      guard case .work(let machine) = entry.happening else { continue }
      #expect((last.time, last.machine) < (entry.time, machine))
      last = (entry.time, machine)
    }
    #expect(last.time == 9)
  }

  @Test("The monotonic clock stands still in sleep; only the wall clock jumps")
  func clock() {
    var clock = MachineClock(driftPerMillion: 2_000, wallOffsetMilliseconds: 0)
    let before = clock.reading(at: 60_000)
    clock.sleptMilliseconds = 50_000
    clock.wallOffsetMilliseconds = -31_557_600_000
    let after = clock.reading(at: 110_000)
    #expect(after.monotonicMilliseconds - before.monotonicMilliseconds == 100)
    #expect(after.wallMilliseconds < before.wallMilliseconds)
  }

  @Test(
    "A deadline is met at the first moment that shows it",
    arguments: [-2_000, -1, 0, 1, 2_000] as [Int64])
  func deadline(drift: Int64) {
    let clock = MachineClock(driftPerMillion: drift, wallOffsetMilliseconds: 0)
    for deadline in stride(from: Int64(1_000_001), to: 1_200_000, by: 997) {
      let time = clock.time(of: deadline, after: 0)
      #expect(clock.reading(at: time).monotonicMilliseconds >= deadline)
      #expect(clock.reading(at: time - 1).monotonicMilliseconds < deadline)
    }
  }

  @Test("A pipe keeps its order, whatever the delays, and loses only its end")
  func pipe() {
    var pipe = Pipe()
    for (number, time) in ([30, 10, 20] as [Int64]).enumerated() {
      pipe.push([UInt8(number)], arriving: time)
    }
    #expect(pipe.frames.map(\.arrival) == [30, 30, 30])
    pipe.truncate(to: 2)
    #expect(pipe.pop() == [0])
    #expect(pipe.pop() == [1])
    #expect(pipe.pop() == nil)
  }

  /// Found by seeds 8003550, 8011200 and 6002050: an older software wrote into kinds that it did not
  /// know, which no software with tables can.
  @Test("People at an older software write nothing of a kind that it does not know")
  func olderSoftware() throws {
    let project = ProjectID(rawValue: UniqueID(high: 1, low: 1))
    let record = RecordName(
      kind: "certificate", id: RecordID(rawValue: UniqueID(high: 2, low: 2)), naturalKey: [])
    var store = MemoryStore(
      replica: ReplicaID(rawValue: UniqueID(high: 3, low: 3)), side: .lab,
      schema: LivingLab.schema, projects: [project])
    let now = Instant(monotonicMilliseconds: 0, wallMilliseconds: 1_772_384_400_000)
    let cells = [CellKey("level"): Value.text("a")]
    try store.perform(.insert(record, cells), in: project, at: now)
    try store.reopen(
      schema: Schema(kinds: LivingLab.schema.kinds.filter { $0.name != "certificate" }))
    let conflict = ConflictID(record: record.id, cell: CellKey("level"))
    let deeds: [Deed] = [
      .insert(record, cells), .update(record, cells), .delete(record),
      .resolve(conflict, keeping: 1), .undo(conflict),
    ]
    let before = store.position(of: project)
    for deed in deeds {
      #expect(throws: DeedRefused.self) { try store.perform(deed, in: project, at: now) }
    }
    #expect(store.position(of: project) == before)
  }

  @Test("The oracle, which never merges, agrees with a store that does")
  func oracle() throws {
    var options = WorldOptions(seed: 3, schema: LivingLab.schema)
    options.hazards = Hazards.none
    options.projects = 1
    let world = World(options)
    world.run()
    #expect(world.findings.isEmpty && world.isDrained)
    for project in world.projects {
      let oracle = Oracle(try world.online(project), schema: LivingLab.schema)
      #expect(try oracle.rows().count > 10)
      #expect(try oracle.rows() == world.hubDisk.base.shownRows(in: project))
    }
  }

  @Test("Without hazards nothing bad happens")
  func none() {
    for seed in UInt64(1)...5 {
      var options = WorldOptions(seed: seed, schema: LivingLab.schema)
      options.hazards = Hazards.none
      let world = World(options)
      world.run()
      #expect(world.findings.isEmpty)
      #expect(world.census.faults.isEmpty)
    }
  }
}
