import SQLiteStore
import SyncControl
import SyncCore

extension ConflictSummary {
  init(_ conflict: StoredConflict) {
    self.init(
      id: conflict.id.description, kind: conflict.kind, record: conflict.record.description,
      title: conflict.title, field: conflict.cell.description, rule: conflict.rule,
      status: conflict.status == .open ? .open : .settled, shown: JSON(conflict.shown),
      valueCount: conflict.valueCount, at: conflict.at)
  }
}

extension ConflictDetail {
  init(_ detail: StoredConflictDetail, names: ReplicaNames) {
    let values = detail.values.enumerated().map { index, value in
      Value(number: index + 1, value, names: names)
    }
    self.init(
      summary: ConflictSummary(detail.conflict), values: values,
      choice: ConflictChoiceWords(detail: detail, names: names).sentence,
      revision: String(detail.revision))
  }
}

extension ConflictDetail.Value {
  init(number: Int, _ value: StoredConflictDetail.Alternative, names: ReplicaNames) {
    let writing = value.writing
    self.init(
      number: number, value: JSON(value.value), who: writing?.whoInWords,
      side: writing.map { Status.Side($0.side) } ?? .lab,
      replica: writing.map { names[$0.replica] } ?? "", at: writing?.at ?? 0,
      channel: writing?.channel ?? "", dots: value.dots.map(\.description),
      whatItHadSeen: Self.seen(value.seen, names))
  }

  private static func seen(
    _ seen: [StoredConflictDetail.Seen], _ names: ReplicaNames
  ) -> String {
    guard !seen.isEmpty else { return "Its writer had no earlier value before them." }
    let values = seen.prefix(3).map { earlier in
      earlier.writing.map { "\(quoted(earlier.value)) (\($0.inWords(names)))" }
        ?? quoted(earlier.value)
    }
    let rest = seen.count > values.count ? " and \(seen.count - values.count) more" : ""
    return "Its writer had \(values.joined(separator: " and "))\(rest) before them."
  }
}

/// What the rule chose and why, or what a person chose.
struct ConflictChoiceWords {
  let detail: StoredConflictDetail
  let names: ReplicaNames

  var sentence: String {
    switch detail.conflict.status {
    case .open: open
    case .settled: settled
    case .resolved: resolved
    }
  }

  private var shown: String { quoted(detail.conflict.shown) }

  private var open: String {
    switch detail.conflict.rule {
    case "deletion":
      "Somebody removed the record and somebody else, who had not seen that, went on writing in "
        + "it. It is kept until a person decides: value 1 keeps it, value 2 removes it."
    case "text":
      "The same passage was written differently. The latest text is shown until a person decides."
    case "immutable":
      "The value is set once and was set differently. The earliest, \(shown), is shown until a "
        + "person decides."
    case "authority":
      "Decisions of equal authority differ. The latest, \(shown), is shown until a person decides."
    case "state":
      detail.conflict.shown == .text(Lifecycle.contested)
        ? "The record was moved in ways that contradict each other. It is shown as contested until "
          + "a person decides."
        : "\(shown) is shown before every other state, and the lab is told. A person decides."
    default:
      "The values were written without knowing of each other. The latest, \(shown), is shown "
        + "until a person decides."
    }
  }

  private var settled: String {
    switch detail.conflict.rule {
    case "text": "Different passages were changed; all changes are in the text that is shown."
    case "authority": "The decision of the highest authority, \(shown), is shown."
    case "addWins": "Adding wins over a removal that had not seen it."
    case "removeWins": "Removing wins over an addition that had not seen it."
    case "strictest": "The most restrictive value, \(shown), is shown."
    case "furthest", "state": "The furthest step, \(shown), is shown."
    default: "The latest value, \(shown), is shown."
    }
  }

  private var resolved: String {
    guard let decision = detail.decision else {
      return "It was settled by a later change; \(shown) is shown."
    }
    return "\(quoted(decision.value)) was chosen: \(decision.writing.inWords(names))."
  }
}
