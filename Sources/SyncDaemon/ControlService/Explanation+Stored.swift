import SQLiteStore
import SyncControl
import SyncCore

extension Explanation {
  init(_ story: RecordStory, names: ReplicaNames) {
    self.init(
      kind: story.kind, id: story.record.description, title: story.title,
      entries: story.writes.map { ExplainEntry($0, names: names) })
  }
}

extension ExplainEntry {
  init(_ write: RecordStory.Write, names: ReplicaNames) {
    let writing = write.writing
    let parts = [Self.words(for: write.fate), Self.words(for: write.act, names)]
    self.init(
      at: writing.at, side: Status.Side(writing.side), replica: names[writing.replica],
      channel: writing.channel, who: writing.whoInWords, dot: writing.dot.description,
      field: write.cell.description, replaced: write.replaced.map { JSON($0.value) },
      value: JSON(write.value),
      effect: (parts + [writing.isClockAhead ? "clock ahead ±" : nil]).compactMap(\.self)
        .joined(separator: ", "))
  }

  /// What became of the value.
  private static func words(for fate: RecordStory.Fate) -> String? {
    switch fate {
    case .shown: "shown"
    case .shownInConflict(let id): "shown until conflict \(id) is decided"
    case .merged: "merged into what is shown"
    case .replaced(let dot): "replaced by \(dot)"
    case .resolved(let dot): "resolved by \(dot)"
    case .undone(let dot): "undone by \(dot)"
    case .lost(let value, let id?): "lost to \(quoted(value)) until conflict \(id) is decided"
    case .lost(let value, nil): "lost to \(quoted(value)) by the field's rule"
    case .void: "taken back by the organisation"
    case .removed: "removed with the record"
    case .unknownField: "kept; this version does not know the field"
    }
  }

  /// What the write was; nil for an ordinary one.
  private static func words(for act: RecordStory.Act, _ names: ReplicaNames) -> String? {
    switch act {
    case .plain: nil
    case .overwrite(let replicas):
      "overwrites what was written on \(replicas.map { names[$0] }.joined(separator: " and "))"
    case .resolution: "decides a conflict"
    case .undo(let dot): "takes a decision back: the value of \(dot) again"
    }
  }
}
