import SyncControl

/// Laptops with a day's work meet the online side over a link of 600 ms and 30 kbit/s.
public struct SlowLinkScenario: Sendable {
  public var changesPerLaptop: Int
  /// Whether all share one such link, at the online side, or each has its own.
  public var isShared: Bool
  /// Whether every link is silent for some seconds when half of the work is online.
  public var isCut: Bool

  public struct Outcome: Hashable, Sendable {
    /// Until the online side has all of it on disk.
    public var durableMilliseconds = 0
    /// Until everybody has everything, proven.
    public var inSyncMilliseconds = 0
    /// Of each laptop: bytes of the frames that left it, those of TCP and CURVE included.
    public var bytesFromLaptops: [Int] = []
    public var bytesToLaptops: [Int] = []
    /// Changes that came to the online side a second time.
    public var duplicates = 0
    public var silentMilliseconds = 0
    public var exportBytes = 0
  }

  public init(changesPerLaptop: Int, isShared: Bool, isCut: Bool) {
    self.changesPerLaptop = changesPerLaptop
    self.isShared = isShared
    self.isCut = isCut
  }

  /// Runs on a lab that was not started.
  public func run(on faultLab: FaultLab) throws -> Outcome {
    let lab = faultLab.lab
    lab.online.environment["LABSYNC_LOG_LEVEL"] = "debug"
    try lab.start()
    try lab.waitUntilInSync()
    for laptop in lab.laptops { try lab.setPaused(true, laptop) }
    for (number, laptop) in lab.laptops.enumerated() { try write(into: laptop, number) }
    var cable = Cable.slow
    cable.lossPercent = 0
    let slow = isShared ? 0..<1 : 1..<lab.machines.count
    for place in slow { faultLab.wire.setCable(cable, of: place) }
    let before = lab.machines.indices.map { faultLab.wire.count(of: $0) }
    let start = Deadline.monotonicMilliseconds
    for laptop in lab.laptops { try lab.setPaused(false, laptop) }
    var outcome = Outcome()
    let total = changesPerLaptop * lab.laptops.count
    if isCut {
      try waitUntilOnline(total / 2, lab)
      outcome.silentMilliseconds = try cut(faultLab, slow, cable)
    }
    try waitUntilOnline(total, lab)
    outcome.durableMilliseconds = Deadline.monotonicMilliseconds - start
    try lab.waitUntilInSync(seconds: 1200)
    outcome.inSyncMilliseconds = Deadline.monotonicMilliseconds - start
    let after = lab.machines.indices.map { faultLab.wire.count(of: $0) }
    outcome.bytesFromLaptops = zip(after, before).dropFirst().map {
      $0.fromMachine - $1.fromMachine
    }
    outcome.bytesToLaptops = zip(after, before).dropFirst().map { $0.toMachine - $1.toMachine }
    outcome.duplicates = Self.duplicates(in: lab.online.log())
    outcome.exportBytes = try lab.equalExports("after-slow-link").byteCount
    return outcome
  }

  private func write(into laptop: Machine, _ number: Int) throws {
    let database = try laptop.database()
    var chance = SeededGenerator(seed: UInt64(number + 1))
    let idea = try database.prepare("INSERT INTO ideas (id, title) VALUES (?, ?)")
    try database.transaction {
      for row in 0..<changesPerLaptop {
        let id = chance.nextID(milliseconds: 1_760_000_000_000 + Int64(row))
        try idea.run([.text(id), .text("Idea \(row) of table \(number)")])
      }
    }
    try laptop.waitUntilCaptured()
  }

  /// A silence that is longer than the silence limit.
  private func cut(_ faultLab: FaultLab, _ places: Range<Int>, _ cable: Cable) throws -> Int {
    var hole = cable
    hole.losesInbound = true
    hole.losesOutbound = true
    let milliseconds = faultLab.silenceLimitSeconds * 1000 + 2000
    for place in places { faultLab.wire.setCable(hole, of: place) }
    Deadline.pause(milliseconds: milliseconds)
    for place in places { faultLab.wire.setCable(cable, of: place) }
    return milliseconds
  }

  private func waitUntilOnline(_ count: Int, _ lab: Lab) throws {
    let deadline = Deadline(seconds: 1200)
    let database = try lab.online.database(isReadOnly: true)
    while try database.integer("SELECT count(*) FROM ideas") < count {
      guard !deadline.hasPassed else { throw RigError("\(count) changes are not online in time") }
      Deadline.pause(milliseconds: 20)
    }
  }

  /// The online side says of each batch how many of its changes it had already.
  private static func duplicates(in log: String) -> Int {
    log.split(separator: "\n").reduce(0) { sum, line in
      guard line.contains("batch applied"), let mark = line.firstRange(of: "duplicates=") else {
        return sum
      }
      return sum + (Int(line[mark.upperBound...].prefix { $0.isNumber }) ?? 0)
    }
  }
}
