import ArgumentParser
import DeveloperRig
import Foundation
import LivingLab
import SimulatedDisks
import SyncSimulator

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs whole labs from seeds and holds every promise against them.",
    discussion: """
      Every seed is a run of its own, and the same each time. A seed that fails is printed with the \
      command that replays it. With a hundred seeds or more, a fault, passage, rule, verdict, kind or \
      lane that never occurred is a failure too.

      Meaningful speed with release builds only: swift build -c release.
      """)

  @Option(help: "How many seeds to run.") var seeds: UInt64 = 100
  @Option(help: "The first seed; 1 where neither this nor a state says.") var from: UInt64?
  @Option(help: "Run this one seed.") var seed: UInt64?
  @Flag(help: "Print every step of the seed.") var trace = false
  @Flag(help: "Run every seed twice and compare the traces.") var twice = false
  @Option(help: "Events of a seed before its faults stop.") var events = 1_000
  @Option(help: "Every how many seeds some machines have real SQLite files; 0 for never.")
  var filesEvery = WorldOptions.usualFileInterval
  @Option(help: "Seeds that run beside each other; every core one, where nothing is said.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "A file that keeps the next seed, so that a run goes on where the last ended.")
  var state: String?

  func validate() throws {
    guard seeds > 0, events >= 0, jobs > 0 else {
      throw ValidationError("there is nothing to run.")
    }
  }

  func run() throws {
    if let seed { return try replay(seed) }
    let first = try from ?? savedSeed() ?? 1
    let end = first + seeds
    var tally = SimulationTally()
    let start = Deadline.monotonicMilliseconds
    var next = first
    while next < end {
      let block = next..<min(end, next + UInt64(jobs * 32))
      for outcome in try outcomes(of: block) { tally.add(outcome, say: sayFailure) }
      next = block.upperBound
      if let state { try Data("\(next)\n".utf8).write(to: URL(fileURLWithPath: state)) }
    }
    let duration = max(1, Deadline.monotonicMilliseconds - start)
    try conclude(tally, first: first, milliseconds: duration)
  }

  /// Runs some seeds, several at a time; in the order of the seeds.
  private func outcomes(of seeds: Range<UInt64>) throws -> [SimulationOutcome] {
    let outcomes = SharedOutcomes()
    let lanes = jobs
    DispatchQueue.concurrentPerform(iterations: lanes) { lane in
      for seed in seeds where Int(seed - seeds.lowerBound) % lanes == lane {
        outcomes.add(Result { try outcome(of: seed) })
      }
    }
    return try outcomes.all.map { try $0.get() }.sorted { $0.seed < $1.seed }
  }

  private func outcome(of seed: UInt64) throws -> SimulationOutcome {
    let world = try world(of: seed)
    world.run()
    var findings = world.findings.map { "\($0.claim): \($0.words)" }
    if twice {
      let again = try self.world(of: seed)
      again.run()
      if again.trace.digest != world.trace.digest { findings.append("two runs are not the same") }
    }
    return SimulationOutcome(seed: seed, census: world.census, findings: findings)
  }

  private func world(of seed: UInt64) throws -> World {
    var options = try WorldOptions.usual(
      seed: seed, schema: LivingLab.schema, filesEvery: filesEvery)
    options.events = events
    options.isTraced = trace
    return World(options)
  }

  private func sayFailure(_ outcome: SimulationOutcome) {
    var words = "labdev simulate --seed \(outcome.seed) --trace"
    if events != 1_000 { words += " --events \(events)" }
    if filesEvery != WorldOptions.usualFileInterval { words += " --files-every \(filesEvery)" }
    say("seed \(outcome.seed) fails; replay: \(words)")
    for finding in outcome.findings.prefix(3) { say("  \(finding.prefix(1_500))") }
  }

  private func conclude(
    _ tally: SimulationTally, first: UInt64, milliseconds: Int
  ) throws {
    for line in tally.census.lines { say(line) }
    var missing: [String] = []
    if seeds >= 100 { missing = tally.census.missing(schema: LivingLab.schema) }
    for name in missing { say("never happened: \(name)") }
    say(
      """
      \(seeds) seeds from \(first): \(tally.failed.count) failed; \
      \(tally.census.events / max(tally.census.seeds, 1)) events a seed, at least \
      \(tally.fewestEvents); \(Double(Int(seeds) * 10_000 / milliseconds) / 10) seeds a second; \
      next: --from \(first + seeds)
      """)
    guard tally.failed.isEmpty, missing.isEmpty else { throw ExitCode(1) }
  }

  private func savedSeed() throws -> UInt64? {
    guard let state, FileManager.default.fileExists(atPath: state) else { return nil }
    let text = try String(contentsOfFile: state, encoding: .utf8)
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private func replay(_ seed: UInt64) throws {
    let world = try world(of: seed)
    world.run()
    for line in world.trace.lines { say(line) }
    for finding in world.findings { say("\(finding.claim): \(finding.words)") }
    let digest = String(world.trace.digest, radix: 16)
    say("seed \(seed): \(world.census.events) events, trace \(digest)")
    if !world.findings.isEmpty { throw ExitCode(1) }
  }
}
