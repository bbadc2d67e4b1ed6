import ArgumentParser
import DeveloperRig
import Glibc

struct FleetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet",
    abstract: "Hundreds of laptops come back within one second; compared with one laptop.",
    discussion: """
      This process plays the laptops: real workers on real sockets with CURVE, stores in memory. The \
      online side is a real labsyncd, which knows them from an earlier visit. "Drained" is when it has everybody's changes on disk, "in \
      sync" when also every laptop has everybody's.
      """)

  @Option(help: "How many laptops.") var laptops = 300
  @Option(help: "Changes that each brings.") var changes = 50
  @Option(help: "Within how many milliseconds they dial.") var spread = 1000
  @Option(help: "Makes the changes and the moments.") var seed: UInt64 = 1
  @Option(help: "Resident bytes of the online side at the most, in MiB.") var memoryLimit = 256
  @Flag(help: "Only the many, without the one to compare with.") var onlyMany = false

  /// Times of the one laptop's time.
  private static let aimedRatio = 2

  func validate() throws {
    guard laptops > 0, changes > 0, spread >= 0 else {
      throw ValidationError("--laptops and --changes are at least 1")
    }
  }

  func run() throws {
    try raiseDescriptorLimit()
    var one = FleetPlayer.Outcome()
    if !onlyMany {
      one = try play(laptops: 1, changes: laptops * changes, spread: 0)
    }
    let many = try play(laptops: laptops, changes: changes, spread: spread)
    var checks = Checklist()
    checks.expect("laptops drained and in sync", laptops, laptops)
    checks.note("longest wait of a laptop", time(many.longestWaitMilliseconds))
    let isSmall = many.peakResidentBytes <= memoryLimit << 20
    checks.expect("resident online at most \(memoryLimit) MiB", isSmall, true)
    if !onlyMany {
      let ratio = Figures.ratio(many.drainedMilliseconds, to: one.drainedMilliseconds)
      checks.note("time until drained, to one laptop's", ratio)
      checks.note(
        "memory, to one laptop's",
        Figures.ratio(many.peakResidentBytes, to: one.peakResidentBytes))
      let isQuick = many.drainedMilliseconds <= Self.aimedRatio * one.drainedMilliseconds
      checks.note("aim: at most \(Self.aimedRatio) times that time", isQuick ? "met" : "missed")
    }
    try checks.finish()
  }

  private func play(laptops: Int, changes: Int, spread: Int) throws -> FleetPlayer.Outcome {
    let player = try FleetPlayer(
      laptops: laptops, changes: changes, spreadMilliseconds: spread, seed: seed)
    let outcome = try player.run(seconds: 600)
    say("\(laptops) laptops with \(Figures.grouped(changes)) changes each:")
    say("       drained after \(time(outcome.drainedMilliseconds))")
    say("       in sync after \(time(outcome.inSyncMilliseconds))")
    say(
      "       a laptop waited \(time(outcome.medianWaitMilliseconds)) as a rule, "
        + "\(time(outcome.longestWaitMilliseconds)) at the most")
    say("       told to come back later: \(Figures.grouped(outcome.waits)) times")
    say("       resident online at the most: \(Figures.megabytes(outcome.peakResidentBytes))")
    say("       processor time online: \(time(outcome.processorMilliseconds))")
    return outcome
  }

  private func time(_ milliseconds: Int) -> String { Figures.duration(milliseconds: milliseconds) }

  /// Each laptop has several descriptors in this process.
  private func raiseDescriptorLimit() throws {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur >= laptops * 8 + 200 else {
      throw RigError("\(laptops) laptops need more descriptors than \(limit.rlim_cur)")
    }
  }
}
