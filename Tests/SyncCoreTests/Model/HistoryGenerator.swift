import SyncCore

/// Makes histories of one record: two to four replicas that write, resolve, undo, delete, restore
/// and now and then hear of each other. Clocks are wrong on purpose.
struct HistoryGenerator {
  private let subject: RuleCase
  private var random: SplitMix64
  private var replicas: [Replica]
  /// What somebody read a while ago and will write from.
  private var stale: [[Dot]]

  static let note = CellKey("note")

  static func history(_ subject: RuleCase, seed: UInt64, steps: Int = 14) throws -> [Change] {
    var generator = HistoryGenerator(subject, seed: seed)
    for _ in 0..<steps { try generator.step() }
    if generator.random.happens(30) { generator.end() }
    return generator.everything
  }

  private init(_ subject: RuleCase, seed: UInt64) {
    self.subject = subject
    random = SplitMix64(seed: seed)
    let count = Int.random(in: 2...4, using: &random)
    replicas = (1...count).map { Replica(UInt64($0)) }
    stale = Array(repeating: [], count: count)
  }

  /// Every change of every replica, by replica.
  private var everything: [Change] {
    replicas.flatMap { replica in replica.log.filter { $0.dot.replica == replica.id } }
  }

  private mutating func step() throws {
    let here = Int.random(in: 0..<replicas.count, using: &random)
    if random.happens(35) { hear(here) }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<40: try write(here)
    case 40..<50: writeStale(here)
    case 50..<62: resolve(here)
    case 62..<71: undo(here, in: subject.cell)
    case 71..<74: undo(here, in: .deletion)
    case 74..<82: replicas[here].delete(at: clock())
    case 82..<87: replicas[here].restore(at: clock())
    case 87..<92: stale[here] = try replicas[here].resolution(of: subject.cell, subject.rule).seen
    default: try writeBoth(here)
    }
  }

  /// Somebody deletes who has seen everything; and perhaps somebody takes that back, and back again.
  private mutating func end() {
    for other in replicas.indices { replicas[0].receive(replicas[other].log) }
    replicas[0].delete(at: clock())
    guard random.happens(40) else { return }
    replicas[1].receive(replicas[0].log)
    replicas[1].restore(at: clock())
    undo(1, in: .deletion)
  }

  /// A part of another's log, in its order.
  private mutating func hear(_ here: Int) {
    let other = Int.random(in: 0..<replicas.count, using: &random)
    let log = replicas[other].log
    let count = random.happens(60) ? log.count : Int.random(in: 0...log.count, using: &random)
    replicas[here].receive(log.prefix(count))
  }

  private mutating func write(_ here: Int) throws {
    let seen = try replicas[here].resolution(of: subject.cell, subject.rule).seen
    make(here, [operation(replacing: seen)])
  }

  private mutating func writeStale(_ here: Int) {
    make(here, [operation(replacing: stale[here])])
  }

  private mutating func writeBoth(_ here: Int) throws {
    let seen = try replicas[here].resolution(of: subject.cell, subject.rule).seen
    let seenNote = try replicas[here].resolution(of: Self.note, .register).seen
    make(
      here,
      [
        operation(replacing: seen),
        FieldOperation(cell: Self.note, value: .integer(clock()), replaces: seenNote),
      ])
  }

  private mutating func resolve(_ here: Int) {
    let dots = Set(replicas[here].live(in: subject.cell).map(\.dot)).sorted()
    make(here, [operation(replacing: dots)])
  }

  /// Undoes the last change here that replaced something and stands.
  private mutating func undo(_ here: Int, in cell: CellKey) {
    let live = Set(replicas[here].live(in: cell).map(\.dot))
    let undone = replicas[here].log.last { change in
      live.contains(change.dot)
        && change.operations.contains { $0.cell == cell && !$0.replaces.isEmpty }
    }
    if let undone { replicas[here].undo(undone, in: cell, at: clock()) }
  }

  private mutating func operation(replacing dots: [Dot]) -> FieldOperation {
    FieldOperation(cell: subject.cell, value: random.pick(subject.values), replaces: dots)
  }

  private mutating func make(_ here: Int, _ operations: [FieldOperation]) {
    replicas[here].make(
      operations, hlc: HLC(milliseconds: clock()), authority: random.pick([.lab, .online]))
  }

  private mutating func clock() -> Int64 { Int64.random(in: 0..<4, using: &random) }
}
