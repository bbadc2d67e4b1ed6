import Foundation
import SQLiteStore
import SyncCore

/// When each laptop was last seen to hold the same as this side, by its name, unless it came or
/// brought something since. Kept over restarts, so that a laptop that went home in sync is not missing
/// from a report because the online side was restarted.
struct ProofMemory {
  private var proofs: [String: Int64] = [:]
  private var isDirty = false
  private var nextSave: Int64 = 0

  private static let noteName = "proofs"
  private static let intervalMilliseconds: Int64 = 1_000

  subscript(name: String) -> Int64? { proofs[name] }

  mutating func load(from store: SQLiteStore) throws {
    guard let text = try store.note(Self.noteName) else { return }
    proofs = try JSONDecoder().decode([String: Int64].self, from: Data(text.utf8))
  }

  /// It came, or brought something: whether it has more is not known.
  mutating func forget(_ name: String) {
    if proofs.removeValue(forKey: name) != nil { isDirty = true }
  }

  mutating func note(_ name: String, at wallMilliseconds: Int64) {
    proofs[name] = wallMilliseconds
    isDirty = true
  }

  /// Writes what has changed, at most once a second unless it `isUrgent`.
  mutating func save(to store: SQLiteStore, at now: Instant, isUrgent: Bool) throws {
    guard isDirty, isUrgent || now.monotonicMilliseconds >= nextSave else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(proofs), as: UTF8.self)
    try store.setNote(Self.noteName, text, at: now)
    isDirty = false
    nextSave = now.monotonicMilliseconds + Self.intervalMilliseconds
  }
}
