import SyncCore

/// Receipts of erasures, and what people may not write any more.
extension MemoryStore {
  /// Says of everybody erased that this replica has erased; how many receipts were written.
  mutating func writeReceipts(in project: ProjectID, at now: Instant) -> Int {
    guard let log = logs[project], !log.erased.isEmpty, let kind = schema.receiptKind else {
      return 0
    }
    var count = 0
    for subject in log.erased.subjects where subject.kind == kind.subjectKind {
      let key: [Value] = [.text(subject.record.description), .text(replica.description)]
      let id = RecordID.derived(project: project, kind: kind.name, naturalKey: key)
      guard log.records[id] == nil else { continue }
      let cells: [(String, Value)] = [
        ("erased_at", .integer(now.wallMilliseconds)),
        ("created_at", .integer(now.wallMilliseconds)), ("channel", .text(side.name)),
      ]
      write(
        cells.map { FieldOperation(cell: CellKey($0.0), value: $0.1, replaces: []) },
        of: kind.name, id, naturalKey: key, in: project, at: now)
      count += 1
    }
    return count
  }

  /// What a trigger refuses: a name for somebody who is erased.
  func refuseErased(_ deed: Deed, in project: ProjectID) throws {
    switch deed {
    case .insert(let record, let cells), .update(let record, let cells):
      guard logs[project]?.erased.contains(record.id, kind: record.kind) == true else { return }
      let isNamed = cells.contains { cell, value in
        !value.isNull && schema[record.kind]?.field(named: cell.field)?.isPersonal == true
      }
      if isNamed { throw DeedRefused("the \(record.kind) was erased") }
    case .delete(let record):
      if schema[record.kind]?.role == .erasure { throw DeedRefused("an erasure is final") }
    case .resolve, .undo: return
    }
  }
}

extension [UInt8] {
  /// Whether these bytes stand here, one after the other.
  func holds(_ words: [UInt8]) -> Bool {
    guard let first = words.first, count >= words.count else { return false }
    for start in 0...(count - words.count) where self[start] == first {
      if self[start..<(start + words.count)].elementsEqual(words) { return true }
    }
    return false
  }
}
