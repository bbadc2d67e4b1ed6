import DeveloperRig
import SyncControl

/// Measures a sync of 20,000 changes a side against loading the same rows.
struct SyncMeasurement {
  var runs: Int
  /// Between the last write of a program and connecting. A daemon yields the write lock for some
  /// seconds after it has captured; a laptop that comes back from a room is past that.
  var calmSeconds = 6

  struct Result {
    var rawMilliseconds = 0
    var milliseconds = 0
    var captureMilliseconds = 0
    var writingMilliseconds = 0
    var bytes = CountingRelay.Count()
    /// Of the laptop, then of the online side.
    var processorMilliseconds: [Int] = []
    var peakResidentBytes: [Int] = []
    /// Processor time of everything else on the machine while the clock ran.
    var othersMilliseconds = 0
    /// From the laptop's answer until the online side's status says the same.
    var claimMilliseconds = 0
    var idleBytes = CountingRelay.Count()
    var idleMilliseconds = 0
    var conflicts: [Int] = []

    var perThousand: Int { milliseconds * 1000 / max(1, rawMilliseconds) }
  }

  func run(bases: [Int]) throws {
    var checks = Checklist()
    var results: [Int: [Result]] = [:]
    // In turn, so that a slow minute of the machine falls on every base alike.
    for run in 1...runs {
      for base in bases {
        let result = try measure(base: base, seed: UInt64(run))
        results[base, default: []].append(result)
        say(
          "run \(run), base \(Figures.grouped(base)): \(result.milliseconds) ms, raw load "
            + "\(result.rawMilliseconds) ms, ratio \(Figures.ratio(result.perThousand, to: 1000))")
      }
    }
    for base in bases { report(base, results[base] ?? [], &checks) }
    if let first = bases.first, let last = bases.last, first != last {
      let times = [first, last].map { Figures.median((results[$0] ?? []).map(\.milliseconds)) }
      let scaled = times[1] * 100 / max(1, times[0])
      checks.note(
        "\(Figures.grouped(last)) shared ideas to \(Figures.grouped(first))",
        Figures.ratio(times[1], to: times[0]))
      checks.expect("at most 1.10 times", scaled <= 110, true)
    }
    try checks.finish()
  }

  private func report(_ base: Int, _ results: [Result], _ checks: inout Checklist) {
    func median(_ value: (Result) -> Int) -> Int { Figures.median(results.map(value)) }
    say("base of \(Figures.grouped(base)) ideas, median of \(results.count):")
    let ratio = median(\.milliseconds) * 1000 / max(1, median(\.rawMilliseconds))
    checks.note("sync", Figures.duration(milliseconds: median(\.milliseconds)))
    checks.note("raw load", Figures.duration(milliseconds: median(\.rawMilliseconds)))
    checks.note("sync to raw load", Figures.ratio(ratio, to: 1000))
    checks.expect("at most 3.00 times", ratio <= 3000, true)
    checks.note(
      "writing, both sides", Figures.duration(milliseconds: median(\.writingMilliseconds)))
    checks.note(
      "capture after it, both sides", Figures.duration(milliseconds: median(\.captureMilliseconds)))
    checks.note("bytes to online", Figures.grouped(median(\.bytes.toOnline)))
    checks.note("bytes to laptop", Figures.grouped(median(\.bytes.toLaptop)))
    for (number, name) in ["laptop", "online"].enumerated() {
      let time = median { $0.processorMilliseconds[number] }
      checks.note("processor time, \(name)", Figures.duration(milliseconds: time))
      let peak = median { $0.peakResidentBytes[number] }
      checks.note("peak memory, \(name)", Figures.megabytes(peak))
      let conflicts = results.map { $0.conflicts[number] }
      checks.expect(
        "open conflicts listed, \(name)", conflicts, conflicts.map { _ in BenchWork.contested })
    }
    checks.note(
      "processor time, everything else on the machine",
      Figures.duration(milliseconds: median(\.othersMilliseconds)))
    checks.note(
      "until every status says so", Figures.duration(milliseconds: median(\.claimMilliseconds)))
    let idle = (median(\.idleBytes.toOnline), median(\.idleBytes.toLaptop))
    checks.note(
      "reconnect with nothing new",
      "\(median(\.idleMilliseconds)) ms, \(idle.0) bytes to online, \(idle.1) to laptop")
  }

  private func measure(base: Int, seed: UInt64) throws -> Result {
    var result = Result()
    let lab = try Lab(laptops: 1, countsBytes: true)
    let laptop = lab.laptops[0]
    let work = BenchWork(base: base, project: lab.project, seed: seed)
    result.rawMilliseconds = try loadRaw(work, lab)
    try BenchWork.write(work.base, to: fullySynchronous(lab.online))
    try lab.start()
    try lab.waitUntilInSync(seconds: 600)
    try lab.setPaused(true, laptop)
    // The daemons stand still, so that writing and capturing are timed apart.
    for machine in lab.machines { machine.freeze() }
    result.writingMilliseconds = try milliseconds {
      try BenchWork.write(work.sides[0], to: fullySynchronous(laptop))
      try BenchWork.write(work.sides[1], to: fullySynchronous(lab.online))
    }
    for machine in [laptop, lab.online] {
      machine.thaw()
      result.captureMilliseconds += try milliseconds { try machine.waitUntilCaptured(seconds: 600) }
    }
    Deadline.pause(milliseconds: calmSeconds * 1000)
    try measureSync(lab, &result)
    for machine in [laptop, lab.online] {
      result.conflicts.append(try ReplayFindings.openConflicts(on: machine).count)
    }
    try measureIdle(lab, &result)
    _ = try lab.equalExports("bench")
    try lab.stop()
    return result
  }

  private func fullySynchronous(_ machine: Machine) throws -> Database {
    let database = try machine.database()
    try database.execute("PRAGMA synchronous = FULL")
    return database
  }

  /// Both sides' rows into one file beside the base, by one process. The median of five: it is short.
  private func loadRaw(_ work: BenchWork, _ lab: Lab) throws -> Int {
    let times = try (1...5).map { number in
      let baseline = try Baseline(copying: lab.online, to: "\(lab.folder)/baseline-\(number).db")
      try BenchWork.write(work.base, to: baseline.database)
      return try milliseconds {
        for rows in work.sides { try BenchWork.write(rows, to: baseline.database) }
      }
    }
    return Figures.median(times)
  }

  private func measureSync(_ lab: Lab, _ result: inout Result) throws {
    let sides = [lab.laptops[0], lab.online]
    let before = try sides.map { try $0.figures().processorMilliseconds }
    let count = lab.relays[0].count
    let busy = try MachineFigures.busyMilliseconds()
    result.milliseconds = try milliseconds { try connectAndSettle(lab) }
    result.bytes = lab.relays[0].count - count
    for (machine, before) in zip(sides, before) {
      let figures = try machine.figures()
      result.processorMilliseconds.append(figures.processorMilliseconds - before)
      result.peakResidentBytes.append(figures.peakResidentBytes)
    }
    result.othersMilliseconds = max(
      0,
      try MachineFigures.busyMilliseconds() - busy
        - result.processorMilliseconds.reduce(0, +))
    let vectors = try sides.map { try Vectors(of: $0) }
    guard vectors[0] == vectors[1] else { throw RigError("the laptop said in sync too early") }
    result.claimMilliseconds = try milliseconds { _ = try lab.inSyncClaims(seconds: 30) }
  }

  private func measureIdle(_ lab: Lab, _ result: inout Result) throws {
    try lab.setPaused(true, lab.laptops[0])
    let count = lab.relays[0].count
    result.idleMilliseconds = try milliseconds { try connectAndSettle(lab) }
    result.idleBytes = lab.relays[0].count - count
  }

  /// Ends the pause and waits for the laptop's own answer that both sides have everything on disk:
  /// every batch was acknowledged both ways, and both name the same vectors and chain hashes.
  private func connectAndSettle(_ lab: Lab) throws {
    try lab.setPaused(false, lab.laptops[0])
    _ = try lab.laptops[0].ask(SyncRequest(action: .now), seconds: 600)
  }
}

/// How long `body` takes.
func milliseconds(_ body: () throws -> Void) rethrows -> Int {
  let start = Deadline.monotonicMicroseconds
  try body()
  return (Deadline.monotonicMicroseconds - start + 500) / 1000
}
