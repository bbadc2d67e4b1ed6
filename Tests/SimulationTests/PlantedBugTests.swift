import LivingLab
import SyncCore
import Testing

@testable import SyncSimulator

@Suite("Every checker catches the mistake that is planted for it")
struct PlantedBugTests {
  @Test("A planted mistake is found within a few seeds", arguments: Bend.allCases)
  func caught(_ bend: Bend) {
    var found: Set<String> = []
    for seed in UInt64(1)...40 {
      var options = WorldOptions(seed: seed, schema: LivingLab.schema)
      options.hazards = hazards(for: bend)
      options.makeStore = { BentStore($0, bend) }
      options.drainMilliseconds = 120_000
      let world = World(options)
      world.run()
      found.formUnion(world.findings.map(\.claim))
      if found.contains(bend.checker.claim) { return }
    }
    Issue.record("\(bend) was not caught by: \(bend.checker.claim); found: \(found.sorted())")
  }

  @Test("A stranger that has what it was never given is found")
  func stranger() throws {
    var options = WorldOptions(seed: 1, schema: LivingLab.schema)
    options.hazards = Hazards.none
    options.hazards?.strangersPerThousand = 1_000
    let world = World(options)
    let laptop = try #require(world.machines.first { !$0.isHub })
    let project = world.projects[0]
    let now = world.now(laptop)
    var other = MemoryStore(
      replica: ReplicaID(rawValue: UniqueID(high: 1, low: 1)), side: .lab,
      schema: LivingLab.schema, projects: [project])
    try other.append(raw: EncodedChange(bytes: [1]), in: project, lane: .records)
    let batch = try #require(
      try other.changes(
        in: project, lane: .records, notIn: ProjectVector(),
        atMost: BatchBounds(bytes: .max, rows: .max)))
    _ = try laptop.disk.base.apply(batch, at: now)
    world.run()
    #expect(world.findings.map(\.claim).contains(StrangerChecker().claim))
  }

  private func hazards(for bend: Bend) -> Hazards {
    var hazards = Hazards()
    hazards.weights = [.brokenConnection: 4, .restart: 2, .crashAfterCall: 2]
    if bend == .parkedStaysParked { hazards.olderSoftwarePerThousand = 500 }
    if bend == .chainsAreNotCompared { hazards.weights[.corruptedChange] = 4 }
    if bend == .forksKeepNothing { hazards.weights[.rollback] = 4 }
    switch bend {
    case .takesWhatIsToBeHeld, .keepsNamesThatWereShutOut, .losesWhatIsReleased:
      hazards.weights[.shutOut] = 4
    case .invitesTwice: hazards.strangersPerThousand = 500
    default: break
    }
    return hazards
  }
}

extension Bend {
  fileprivate var checker: any Checker {
    switch self {
    case .neverSends: ProgressChecker()
    case .showsAnotherValue: ConvergenceChecker()
    case .losesTheLastBatchAtRestart: AcknowledgementChecker()
    case .altersWhatArrives: InventionChecker()
    case .appliesBatchesTwice: OnceChecker()
    case .usesSequencesAgain: SequenceChecker()
    case .sendsLanesOutOfOrder: CausalOrderChecker()
    case .editsBuryConflicts: ConflictChecker()
    case .parkedStaysParked: ParkedChecker()
    case .chainsAreNotCompared: ChainChecker()
    case .forksKeepNothing: RescueChecker()
    case .onlineLosesRowsOfItsLog: LeaveChecker()
    case .keepsNames: ErasureChecker()
    case .grantsWin: WithdrawalChecker()
    case .takesWhatIsToBeHeld, .keepsNamesThatWereShutOut: RightsChecker()
    case .losesWhatIsReleased: ReleaseChecker()
    case .invitesTwice: InvitationChecker()
    }
  }
}
