import Fuzzing
import SyncCore

/// A replica of one record, in memory.
struct FuzzedRecord: CellHistory {
  private(set) var state = RecordState()
  private let log = Log()

  private final class Log {
    var changes: [Dot: Change] = [:]
  }

  func written(by dot: Dot, in cell: CellKey) -> CellWrite? {
    log.changes[dot].flatMap { CellWrite($0, cell: cell) }
  }

  mutating func receive(_ change: Change) {
    state.merge(change) { log.changes[$0] != nil }
    log.changes[change.dot] = change
  }

  /// What each cell shows under the rule of its field, or under `rule`.
  func showEverything(of kind: KindDeclaration? = nil, under rule: MergeRule = .register) {
    _ = reading { try Deletion.resolve(state, history: self).resolution }
    for key in state.keys {
      let rule = kind?.field(named: key.field)?.rule ?? rule
      let resolver = Resolver(history: self)
      guard let siblings = reading({ try resolver.siblings(of: state[key]?.live ?? [], in: key) })
      else { continue }
      let shown = reading { try resolver.resolve(siblings, of: key, rule: rule) }
      let reversed = reading { try resolver.resolve(siblings.reversed(), of: key, rule: rule) }
      if shown != reversed { complain("under \(rule.name), of \(siblings)") }
      require(shown == reversed, "what is shown does not depend on the order of the siblings")
    }
  }

  static let rules: [MergeRule] = [
    .immutable, .latest, .register, .text, .authority, .addWins, .removeWins,
    .strictest(.order(["lab", "public"])), .strictest(.smallerInteger),
    .strictest(.booleans(strictest: true)), .furthest(["draft", "open", "done"]), .earliest,
    .greatest, .sum, .latestPerKey,
    .state(
      Lifecycle(
        ranks: [["draft"], ["open", "other"], ["done"]], yielding: ["idle"],
        prevailing: ["withdrawn"], decisions: ["done", "rejected"],
        undecided: [
          .states("done", "other"), .stateAndFrom("idle", "open"), .differentArguments("merged"),
        ])),
  ]
}
