import Synchronization
import SyncSimulator

/// What became of one seed.
struct SimulationOutcome: Sendable {
  var seed: UInt64
  var census: Census
  var findings: [String]
}

/// What became of all.
struct SimulationTally {
  private(set) var census = Census()
  private(set) var failed: [UInt64] = []
  private(set) var fewestEvents = Int.max

  mutating func add(_ outcome: SimulationOutcome, say: (SimulationOutcome) -> Void) {
    census.add(outcome.census)
    fewestEvents = min(fewestEvents, outcome.census.events)
    guard !outcome.findings.isEmpty else { return }
    failed.append(outcome.seed)
    say(outcome)
  }
}

/// Where the cores put their outcomes.
final class SharedOutcomes: Sendable {
  private let outcomes = Mutex<[Result<SimulationOutcome, any Error>]>([])

  func add(_ outcome: Result<SimulationOutcome, any Error>) {
    outcomes.withLock { $0.append(outcome) }
  }

  var all: [Result<SimulationOutcome, any Error>] { outcomes.withLock { $0 } }
}
