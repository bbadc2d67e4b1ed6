import SyncCore

/// How often everything happened. What never happened was never tested.
public struct Census: Hashable, Sendable {
  public var events = 0
  /// How often a laptop was told that it is safe to leave.
  public var safeToLeave = 0
  public var seeds = 0
  public var faults: [Fault: Int] = [:]
  public var passages: [Passage: Int] = [:]
  /// Cells written, by the name of their rule.
  public var rules: [String: Int] = [:]
  /// What became of changes where they arrived.
  public var verdicts: [String: Int] = [:]
  /// Changes, by kind, lane and what people did.
  public var kinds: [String: Int] = [:]
  public var lanes: [Lane: Int] = [:]
  public var deeds: [String: Int] = [:]
  /// What the sessions said.
  public var messages: [String: Int] = [:]

  public init() {}

  public mutating func add(_ other: Census) {
    events += other.events
    safeToLeave += other.safeToLeave
    seeds += other.seeds
    faults.merge(other.faults, uniquingKeysWith: +)
    passages.merge(other.passages, uniquingKeysWith: +)
    rules.merge(other.rules, uniquingKeysWith: +)
    verdicts.merge(other.verdicts, uniquingKeysWith: +)
    kinds.merge(other.kinds, uniquingKeysWith: +)
    lanes.merge(other.lanes, uniquingKeysWith: +)
    deeds.merge(other.deeds, uniquingKeysWith: +)
    messages.merge(other.messages, uniquingKeysWith: +)
  }

  /// The verdicts that a store of this software gives.
  static let verdictNames =
    ["accepted", "duplicate", "conflict"]
    + [ParkReason.undecodable, .unknownKind, .unknownField].map { "parked: \($0.name)" }

  /// What happens in one seed of a few hundred, because the protocol avoids it or much has to come
  /// together: asked for only where there are so many seeds that it can not be missed by chance.
  private static let rare: Set<String> = ["verdict duplicate", "passage releasedInPart"]
  private static let seedsForTheRare = 5_000

  /// Everything that should have happened and did not, by name.
  public func missing(schema: Schema) -> [String] {
    let rules = Set(schema.kinds.flatMap { $0.fields.map(\.rule.name) }).sorted()
    let messages = [
      "hello", "welcome", "vectors", "batch", "receipt", "acknowledgement", "ping", "pong", "bye",
      "divergence", "probe", "probed",
    ]
    var missing: [String] = []
    missing += Fault.allCases.filter { faults[$0, default: 0] == 0 }.map { "fault \($0)" }
    missing += Passage.allCases.filter { passages[$0, default: 0] == 0 }.map { "passage \($0)" }
    missing += rules.filter { self.rules[$0, default: 0] == 0 }.map { "rule \($0)" }
    missing += Self.verdictNames.filter { verdicts[$0, default: 0] == 0 }
      .map { "verdict \($0)" }
    missing += schema.kinds.map(\.name).filter { kinds[$0, default: 0] == 0 }.map { "kind \($0)" }
    missing += Lane.allCases.filter { lanes[$0, default: 0] == 0 }.map { "lane \($0)" }
    missing += ["insert", "update", "delete", "resolve", "undo"]
      .filter { deeds[$0, default: 0] == 0 }.map { "deed \($0)" }
    if safeToLeave == 0 { missing.append("safe to leave") }
    missing += messages.filter { self.messages[$0, default: 0] == 0 }.map { "message \($0)" }
    if seeds < Self.seedsForTheRare { missing.removeAll { Self.rare.contains($0) } }
    return missing
  }

  /// A table of all counts, one line each.
  public var lines: [String] {
    func section(_ name: String, _ counts: [(String, Int)]) -> [String] {
      counts.sorted { $0.0 < $1.0 }.map { "\(name) \($0.0): \($0.1)" }
    }
    return section("fault", faults.map { ($0.rawValue, $1) })
      + section("passage", passages.map { ($0.rawValue, $1) })
      + section("rule", rules.map { ($0, $1) }) + section("verdict", verdicts.map { ($0, $1) })
      + section("kind", kinds.map { ($0, $1) })
      + section("lane", lanes.map { ("\($0.rawValue) \($0)", $1) })
      + section("told", [("safe to leave", safeToLeave)])
      + section("deed", deeds.map { ($0, $1) }) + section("message", messages.map { ($0, $1) })
  }
}
