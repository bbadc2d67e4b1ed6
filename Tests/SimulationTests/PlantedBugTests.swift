import LivingLab
import SyncSimulator
import Testing

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

  private func hazards(for bend: Bend) -> Hazards {
    var hazards = Hazards()
    hazards.weights = [.brokenConnection: 4, .restart: 2, .crashAfterCall: 2]
    if bend == .parkedStaysParked { hazards.olderSoftwarePerThousand = 500 }
    if bend == .chainsAreNotCompared { hazards.weights[.corruptedChange] = 4 }
    if bend == .forksKeepNothing { hazards.weights[.rollback] = 4 }
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
    }
  }
}
