import SyncCore
import SyncWire

/// Personal values.
extension ProjectLog {
  /// Whether the change erases somebody who was not erased.
  mutating func note(_ change: Change, schema: Schema) -> Bool {
    guard let subject = ErasureSubject(change, schema: schema) else { return false }
    return erased.insert(subject)
  }

  mutating func clearErased(schema: Schema) {
    guard !erased.isEmpty else { return }
    for (origin, list) in entries {
      for index in list.indices {
        let entry = list[index]
        entries[origin]?[index].encoded = erased.erasing(entry.encoded)
        entries[origin]?[index].change = entry.change.map { erased.erasing($0, schema: schema) }
      }
    }
  }
}
