import Foundation
import SyncControl

/// How soon a laptop notices that its connection is dead, and that it may have one again.
public struct NoticeScenario: Sendable {
  /// How often each is measured.
  public var rounds: Int

  public struct Outcome: Hashable, Sendable {
    /// From the beginning of a silence until each side has given the session up, in milliseconds.
    public var silences: [String: [Int]] = [:]
    /// From an event until the laptop dials, in milliseconds.
    public var dials: [String: [Int]] = [:]
    /// How long the laptop would have waited, had the event not come.
    public var waits: [Int] = []
  }

  public init(rounds: Int) { self.rounds = rounds }

  /// Runs on a lab with one laptop that was not started.
  public func run(on faultLab: FaultLab) throws -> Outcome {
    let lab = faultLab.lab
    lab.laptops[0].environment["LABSYNC_LOG_LEVEL"] = "debug"
    try lab.start()
    try lab.waitUntilInSync()
    var outcome = Outcome()
    for _ in 0..<rounds {
      for (name, inbound, outbound) in [
        ("nothing passes", true, true), ("nothing reaches the laptop", true, false),
        ("nothing leaves the laptop", false, true),
      ] {
        var hole = Cable()
        (hole.losesInbound, hole.losesOutbound) = (inbound, outbound)
        try measureSilence(name, hole, faultLab, &outcome)
      }
      for event in Event.allCases { try measureDial(after: event, faultLab, &outcome) }
    }
    return outcome
  }

  private func measureSilence(
    _ name: String, _ hole: Cable, _ faultLab: FaultLab, _ outcome: inout Outcome
  ) throws {
    let (laptop, online) = (faultLab.lab.laptops[0], faultLab.lab.online)
    let seen = [laptop, online].map { Self.count("session ended", in: $0) }
    let start = Deadline.monotonicMilliseconds
    faultLab.wire.setCable(hole, of: 1)
    for (machine, before) in zip([laptop, online], seen) {
      try Self.wait("\(machine.name) has not noticed", seconds: 60) {
        Self.count("session ended", in: machine) > before
      }
      let time = Deadline.monotonicMilliseconds - start
      outcome.silences["\(name), \(machine.name)", default: []].append(time)
    }
    faultLab.wire.setCable(Cable(), of: 1)
    try faultLab.lab.waitUntilInSync(seconds: 60)
  }

  /// What makes it likely that the online side can be reached.
  private enum Event: String, CaseIterable {
    case cable = "the cable is plugged in"
    case link = "the link is up"
    case address = "the address is back"
    case syncNow = "labctl sync now"
  }

  private func measureDial(
    after event: Event, _ faultLab: FaultLab, _ outcome: inout Outcome
  ) throws {
    let (laptop, online) = (faultLab.lab.laptops[0], faultLab.lab.online)
    guard let network = laptop.surroundings.network else { throw RigError("no network") }
    try online.stop()
    outcome.waits.append(try growBackoff(of: laptop))
    switch event {
    case .cable: try network.setCarrier(false)
    case .link: try network.run("ip", "link", "set", "eth0", "down")
    case .address:
      try network.run("ip", "address", "delete", "\(network.address)/24", "dev", "eth0")
    case .syncNow: break
    }
    try online.start()
    let before = Self.count("dialing", in: laptop)
    let start = Deadline.monotonicMilliseconds
    var command: ChildProcess?
    switch event {
    case .cable: try network.setCarrier(true)
    case .link: try network.run("ip", "link", "set", "eth0", "up")
    case .address: try network.run("ip", "address", "add", "\(network.address)/24", "dev", "eth0")
    case .syncNow: command = try laptop.startLabctl(["sync", "now"])
    }
    try Self.wait("\(laptop.name) does not dial", seconds: 90) {
      Self.count("dialing", in: laptop) > before
    }
    let time = Deadline.monotonicMilliseconds - start
    outcome.dials[event.rawValue, default: []].append(time)
    try command?.waitForEnd(seconds: 60)
    try faultLab.lab.waitUntilInSync(seconds: 60)
  }

  /// Lets the laptop fail until it means to wait for a long time. Returns how long, in milliseconds.
  private func growBackoff(of laptop: Machine) throws -> Int {
    let mark = "notice waiting milliseconds="
    for _ in 0..<60 {
      let before = Self.count(mark, in: laptop)
      laptop.connectNow()
      try Self.wait("\(laptop.name) does not fail", seconds: 30) {
        Self.count(mark, in: laptop) > before
      }
      let line = laptop.log().split(separator: "\n").last { $0.contains(mark) } ?? ""
      let digits = line.firstRange(of: mark).map {
        line[$0.upperBound...].prefix(while: \.isNumber)
      }
      if let milliseconds = digits.flatMap({ Int($0) }), milliseconds >= 30_000 {
        return milliseconds
      }
    }
    throw RigError("the wait of \(laptop.name) does not grow")
  }

  private static func count(_ words: String, in machine: Machine) -> Int {
    machine.log().split(separator: "\n").count { $0.contains(words) }
  }

  private static func wait(
    _ failure: String, seconds: Double, until condition: () throws -> Bool
  ) throws {
    let deadline = Deadline(seconds: seconds)
    while try !condition() {
      guard !deadline.hasPassed else { throw RigError("\(failure) within \(seconds) s") }
      Deadline.pause(milliseconds: 5)
    }
  }
}
