import DeveloperRig
import Foundation
import struct SyncControl.StatusRequest
import SyncCore
import ZeroMQ

/// Plays many laptops on one thread against a real online side.
final class FleetPlayer {
  struct Outcome {
    /// From the first dial until the online side has everything on disk.
    var drainedMilliseconds = 0
    /// From the first dial until every laptop has everybody's changes and both sides have proven it.
    var inSyncMilliseconds = 0
    /// The longest that a laptop waited from its own dial until its changes were on disk.
    var longestWaitMilliseconds = 0
    var medianWaitMilliseconds = 0
    /// How often laptops were told to come back later, or failed.
    var waits = 0
    var peakResidentBytes = 0
    var processorMilliseconds = 0
  }

  private let lab: Lab
  private let laptops: [PlayedLaptop]
  private let begins: [Int]
  private var generations: [Int]
  private var poller = Poller<PlayedLaptop.Source>()
  private var drainedAt: [Int?]

  /// Prepares an online side, and laptops with `changes` each that dial within `spreadMilliseconds`.
  init(laptops count: Int, changes: Int, spreadMilliseconds: Int, seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let lab = try Lab(laptops: 0)
    let keys = try (0..<count).map { _ in try CurveKeyPair.generate() }
    for (number, pair) in keys.enumerated() {
      try "\(pair.publicKey.z85)\n".write(
        toFile: "\(lab.online.folder)/authorized/laptop-\(number)", atomically: false,
        encoding: .utf8)
    }
    try lab.start()
    guard let project = ProjectID(lab.project),
      let endpoint = try lab.online.ask(StatusRequest()).connection.endpoint
    else { throw RigError("the online side says no project or endpoint") }
    let server = try CurvePublicKey(z85: lab.online.publicKey)
    let context = try PlayedLaptop.ContextShare(sockets: 4 * count + 100)
    laptops = keys.enumerated().map { number, pair in
      let replica = ReplicaID(rawValue: UniqueID(high: chance.next(), low: chance.next()))
      return PlayedLaptop(
        number: number, store: PlayedStore(replica: replica, project: project),
        endpoint: endpoint, own: pair, server: server, context: context)
    }
    self.lab = lab
    begins = (0..<count).map { _ in
      spreadMilliseconds == 0 ? 0 : Int.random(in: 0..<spreadMilliseconds, using: &chance)
    }
    generations = laptops.map { _ in -1 }
    drainedAt = laptops.map { _ in nil }
    try meet()
    for laptop in laptops {
      for _ in 0..<changes { Self.addIdea(to: laptop, &chance) }
    }
  }

  /// All are known to the online side and gone again, as laptops are that come back.
  private func meet() throws {
    let deadline = Deadline(seconds: 120)
    for laptop in laptops { try laptop.start(at: now(Deadline.monotonicMilliseconds)) }
    while !laptops.allSatisfy(\.isInSync) {
      try turn(at: now(Deadline.monotonicMilliseconds))
      guard !deadline.hasPassed else { throw RigError("not all laptops were let in") }
    }
    for laptop in laptops { try laptop.stop(at: now(Deadline.monotonicMilliseconds)) }
    while try lab.online.ask(StatusRequest()).peers.contains(where: \.isConnected) {
      guard !deadline.hasPassed else { throw RigError("not all laptops have gone") }
      Deadline.pause(milliseconds: 20)
    }
  }

  private static func addIdea(to laptop: PlayedLaptop, _ chance: inout SeededGenerator) {
    let milliseconds: Int64 = 1_760_000_000_000 + Int64(laptop.store.ownCount)
    guard let id = RecordID(chance.nextID(milliseconds: milliseconds)) else { return }
    laptop.store.addIdea(
      id, title: "Idea \(chance.next() % 100_000)",
      body: "What was said in the room, and a number that is nobody else's: \(chance.next())",
      milliseconds: milliseconds)
  }

  private func now(_ milliseconds: Int) -> SyncCore.Instant {
    SyncCore.Instant(
      monotonicMilliseconds: Int64(milliseconds),
      wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
  }

  /// Lets them all dial, and returns when all are in sync. Throws when they are not in time.
  func run(seconds: Double) throws -> Outcome {
    let before = try lab.online.figures()
    let waitsBefore = laptops.map(\.waits).reduce(0, +)
    let start = Deadline.monotonicMilliseconds
    let deadline = Deadline(seconds: seconds)
    var outcome = Outcome()
    var hasBegun = laptops.map { _ in false }
    while true {
      let time = Deadline.monotonicMilliseconds
      for laptop in laptops where !hasBegun[laptop.number] && time - start >= begins[laptop.number]
      {
        hasBegun[laptop.number] = true
        try laptop.start(at: now(time))
      }
      try turn(at: now(time))
      noteDrained(since: start)
      if drainedAt.allSatisfy({ $0 != nil }), laptops.allSatisfy(\.isInSync) { break }
      guard !deadline.hasPassed else {
        let drained = drainedAt.count { $0 != nil }
        throw RigError("after \(seconds) s \(drained) laptops of \(laptops.count) are drained")
      }
    }
    outcome.inSyncMilliseconds = Deadline.monotonicMilliseconds - start
    let drained = drainedAt.compactMap { $0 }
    outcome.drainedMilliseconds = drained.max() ?? 0
    let waits = zip(drained, begins).map { $0 - $1 }
    outcome.longestWaitMilliseconds = waits.max() ?? 0
    outcome.medianWaitMilliseconds = Figures.median(waits)
    outcome.waits = laptops.map(\.waits).reduce(0, +) - waitsBefore
    let figures = try lab.online.figures()
    outcome.peakResidentBytes = figures.peakResidentBytes
    outcome.processorMilliseconds =
      figures.processorMilliseconds - before.processorMilliseconds
    try check()
    return outcome
  }

  /// Everything is in the online side's store, once.
  private func check() throws {
    let wanted = laptops.map(\.store.ownCount).reduce(0, +)
    let found = try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM ideas")
    guard found == wanted else { throw RigError("\(found) ideas are online instead of \(wanted)") }
    for laptop in laptops where laptop.store.received + laptop.store.ownCount < wanted {
      throw RigError("laptop \(laptop.number) has received \(laptop.store.received) changes")
    }
  }

  private func turn(at now: SyncCore.Instant) throws {
    for laptop in laptops where generations[laptop.number] != laptop.generation {
      generations[laptop.number] = laptop.generation
      poller.remove(.socket(laptop.number))
      poller.remove(.monitor(laptop.number))
      for item in laptop.pollItems { poller.add(item) }
    }
    let isBusy = laptops.contains(where: \.wantsWork)
    _ = try poller.wait(timeoutMilliseconds: isBusy ? 0 : 5)
    for ready in poller.ready {
      switch ready.tag {
      case .socket(let number) where generations[number] == laptops[number].generation:
        try laptops[number].receive(at: now)
      case .monitor(let number) where generations[number] == laptops[number].generation:
        try laptops[number].observe(at: now)
      case .socket, .monitor: break
      }
    }
    for laptop in laptops {
      if let deadline = laptop.nextDeadline, deadline <= now.monotonicMilliseconds {
        try laptop.tick(at: now)
      }
      if laptop.wantsWork { try laptop.work(at: now) }
    }
  }

  private func noteDrained(since start: Int) {
    let time = Deadline.monotonicMilliseconds - start
    for laptop in laptops where drainedAt[laptop.number] == nil && laptop.isDrained {
      drainedAt[laptop.number] = time
    }
  }
}
