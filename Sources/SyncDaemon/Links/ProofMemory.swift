import Foundation
import SQLiteStore
import SyncCore

/// When each laptop was last seen to hold the same as this side, by its name and the key that it had
/// then, unless one of this name came or brought something since. Kept over restarts, so that a laptop
/// that went home in sync is not missing from a report because the online side was restarted.
struct ProofMemory {
  private struct Proof: Codable {
    var key: String
    /// The wall clock's milliseconds.
    var at: Int64
  }

  private var proofs: [String: Proof] = [:]
  private var isDirty = false
  private var nextSave: Int64 = 0

  private static let noteName = "proven"
  private static let intervalMilliseconds: Int64 = 1_000

  /// The newest, of any.
  var newest: Int64? { proofs.values.lazy.map(\.at).max() }

  /// Another machine that took over the name has proven nothing.
  subscript(name: String, key: String) -> Int64? {
    proofs[name].flatMap { $0.key == key ? $0.at : nil }
  }

  mutating func load(from store: SQLiteStore) throws {
    guard let text = try store.note(Self.noteName) else { return }
    proofs = try JSONDecoder().decode([String: Proof].self, from: Data(text.utf8))
  }

  /// It came, or brought something: whether it has more is not known.
  mutating func forget(_ name: String) {
    if proofs.removeValue(forKey: name) != nil { isDirty = true }
  }

  mutating func note(_ name: String, key: String, at wallMilliseconds: Int64) {
    proofs[name] = Proof(key: key, at: wallMilliseconds)
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
