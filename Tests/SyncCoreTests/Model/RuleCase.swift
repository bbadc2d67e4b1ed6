import SyncCore
import Testing

/// One rule with values that people write under it.
struct RuleCase: CustomTestStringConvertible, Sendable {
  var name: String
  var rule: MergeRule
  var values: [Value]
  var cell = CellKey("field")

  var testDescription: String { name }

  static let all: [RuleCase] = [
    RuleCase(name: "immutable", rule: .immutable, values: texts),
    RuleCase(name: "latest", rule: .latest, values: texts),
    RuleCase(name: "register", rule: .register, values: texts),
    RuleCase(name: "text", rule: .text, values: prose),
    RuleCase(name: "authority", rule: .authority, values: texts),
    RuleCase(
      name: "addWins", rule: .addWins, values: flags, cell: CellKey("field", element: "eco")),
    RuleCase(
      name: "removeWins", rule: .removeWins, values: flags, cell: CellKey("field", element: "eco")),
    RuleCase(
      name: "strictest of an order", rule: .strictest(.order(["withdrawn", "granted"])),
      values: [.text("withdrawn"), .text("granted"), .text("unheard of"), .null]),
    RuleCase(
      name: "strictest boolean", rule: .strictest(.booleans(strictest: true)),
      values: [.boolean(true), .boolean(false), .null]),
    RuleCase(
      name: "strictest number", rule: .strictest(.smallerInteger),
      values: [.integer(10), .integer(50), .integer(100), .null]),
    RuleCase(
      name: "furthest", rule: .furthest(["estimated", "confirmed"]),
      values: [.text("estimated"), .text("confirmed"), .text("unheard of"), .null]),
    RuleCase(name: "earliest", rule: .earliest, values: numbers),
    RuleCase(name: "greatest", rule: .greatest, values: numbers),
    RuleCase(name: "sum", rule: .sum, values: [.integer(1), .integer(-2), .integer(5)]),
    RuleCase(name: "state of an idea", rule: .state(.sample), values: states),
    RuleCase(
      name: "state of a case", rule: .state(.sampleCase),
      values: ["open", "attended", "resolved", "reopened"].map(Value.text)),
    RuleCase(
      name: "latestPerKey", rule: .latestPerKey, values: texts,
      cell: CellKey("field", element: "key")),
  ]

  private static let texts: [Value] = [.text("a"), .text("b"), .text("c"), .null]
  private static let flags: [Value] = [.boolean(true), .boolean(false)]
  private static let numbers: [Value] = [.integer(-3), .integer(0), .integer(7), .null]
  private static let prose: [Value] = [
    .text("Un banc. Una font. Un arbre."),
    .text("Un banc nou. Una font. Un arbre."),
    .text("Un banc. Dues fonts. Un arbre."),
    .text("Un banc. Una font. Tres arbres."),
    .text("Un banc. Una font. Un arbre. I ombra."),
    .text("Un banc. Un arbre."),
    .text(""), .null,
  ]
  private static let states: [Value] = [
    "captured", "published", "co_design", "accepted", "rejected", "hidden", "withdrawn",
    "merged:1", "merged:2", "expired", "unheard of", "never heard of",
  ].map(Value.text)
}

extension Lifecycle {
  static let sample = Lifecycle(
    ranks: [["captured"], ["published"], ["co_design"], ["accepted", "rejected"], ["released"]],
    yielding: ["merged", "expired"],
    prevailing: ["hidden", "withdrawn"],
    decisions: ["accepted", "rejected"],
    undecided: [
      .stateAndFrom("rejected", "co_design"), .states("accepted", "rejected"),
      .differentArguments("merged"),
    ])

  static let sampleCase = Lifecycle(
    ranks: [["open"], ["attended"], ["resolved", "reopened"]],
    undecided: [.states("resolved", "reopened")])
}
