import DeveloperRig

/// Measures single-row transactions into a store against the same without triggers.
struct CaptureMeasurement {
  var runs: Int
  var rows = 2000

  func run() throws {
    var checks = Checklist()
    var stopped: [Int] = []
    var draining: [Int] = []
    for run in 1...runs {
      let rates = try measure(seed: UInt64(run))
      say(
        "run \(run): \(rates[0]) a second without triggers, \(rates[1]) captured with the daemon "
          + "stopped, \(rates[2]) while it drains")
      stopped.append(rates[1] * 1000 / max(1, rates[0]))
      draining.append(rates[2] * 1000 / max(1, rates[0]))
    }
    let ratio = Figures.median(stopped)
    checks.note("captures to plain writes, daemon stopped", Figures.ratio(ratio, to: 1000))
    checks.note(
      "captures to plain writes, daemon draining", Figures.ratio(Figures.median(draining), to: 1000)
    )
    checks.expect("at least 0.70 with the daemon stopped", ratio >= 700, true)
    try checks.finish()
  }

  /// Transactions a second: without triggers, with the daemon stopped, with it draining.
  private func measure(seed: UInt64) throws -> [Int] {
    let lab = try Lab(laptops: 1)
    let laptop = lab.laptops[0]
    var maker = RowMaker(project: lab.project, chance: SeededGenerator(seed: seed))
    let plain = try Baseline(copying: laptop, to: "\(lab.folder)/baseline.db")
    let store = try laptop.database()
    try store.execute("PRAGMA synchronous = FULL")
    var rates = try [plain.database, store].map { try rate($0, &maker) }
    try laptop.start()
    rates.append(try rate(store, &maker))
    try laptop.waitUntilCaptured()
    try laptop.stop()
    return rates
  }

  private func rate(_ database: Database, _ maker: inout RowMaker) throws -> Int {
    let statement = try database.prepare(BenchWork.Table.idea.sql)
    let made = (0..<rows).map { _ in maker.idea("lab").cells }
    let time = try milliseconds {
      for cells in made { try database.transaction { try statement.run(cells) } }
    }
    return rows * 1000 / max(1, time)
  }
}
