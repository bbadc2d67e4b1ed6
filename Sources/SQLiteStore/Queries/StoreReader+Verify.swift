import GRDB
import SyncCore
import SyncWire

/// A part of the log whose chains were computed anew.
public struct StoredVerification: Hashable, Sendable {
  public var checked: Int
  public var total: Int
  public var damages: [Damage]
  /// Where to go on; `nil` at the end.
  public var cursor: String?

  public struct Damage: Hashable, Sendable {
    public var project: ProjectID
    public var origin: Origin
    public var sequence: UInt64
    public var what: String
    public var isOwn: Bool
  }
}

extension StoreReader {
  /// Changes of one part: about a tenth of a second of work.
  public static let verifiedChanges = 20_000

  /// Computes chains and commitments of some changes and compares them with what is stored, origin
  /// by origin. Cost: reading those changes.
  public func verify(
    from cursor: String? = nil, atMost limit: Int = verifiedChanges
  ) throws -> StoredVerification {
    try read("verifying the log") { try $0.verify(from: cursor, atMost: limit) }
  }
}

extension StoreView {
  func verify(from cursor: String?, atMost limit: Int) throws -> StoredVerification {
    var place = try VerificationPlace(cursor)
    var result = StoredVerification(
      checked: place.checked,
      total: try Int.fetchOne(database, sql: "SELECT count(*) FROM sync_log") ?? 0, damages: [])
    let own = try StoreIdentity.load(from: database).replica
    var left = limit
    while left > 0, let ref = try nextOrigin(from: place) {
      if ref != place.origin { place.enter(ref) }
      let entry = try origins.entry(ofRef: ref)
      let before = left
      let damage = try check(ref, entry.origin, place: &place, left: &left)
      result.checked += before - left
      guard let damage else { continue }
      result.damages.append(
        StoredVerification.Damage(
          project: try origins.project(ofRef: entry.project), origin: entry.origin,
          sequence: damage.sequence, what: damage.what, isOwn: entry.origin.replica == own))
      // What is behind a damage can not be judged: the next origin.
      place.leave()
    }
    place.checked = result.checked
    result.cursor = left > 0 ? nil : place.cursor
    return result
  }

  private func nextOrigin(from place: VerificationPlace) throws -> Int64? {
    if place.isInside, place.origin > 0,
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM sync_log WHERE origin = ? AND sequence > ?)",
        arguments: [place.origin, Int64(place.sequence)]) == true
    {
      return place.origin
    }
    return try Int64.fetchOne(
      database,
      sql: """
        SELECT ref FROM sync_origins o WHERE ref > ?
          AND EXISTS (SELECT 1 FROM sync_log WHERE origin = o.ref) ORDER BY ref LIMIT 1
        """, arguments: [place.origin])
  }

  /// Goes on in one origin; the first damage, or `nil`.
  private func check(
    _ ref: Int64, _ origin: Origin, place: inout VerificationPlace, left: inout Int
  ) throws -> (sequence: UInt64, what: String)? {
    var hash = Digest128.zero
    if place.sequence > 0 {
      let stored = try log.hash(origin: ref, sequence: place.sequence)
      hash = stored.flatMap { UniqueID(bytes: $0) }.map(Digest128.init) ?? .zero
    }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT sequence, bytes, personal, hash FROM sync_log
        WHERE origin = ? AND sequence > ? ORDER BY sequence LIMIT ?
        """, arguments: [ref, Int64(place.sequence), left])
    while let row = try rows.next() {
      left -= 1
      let sequence = UInt64(row[0] as Int64)
      let expected = place.sequence + 1
      guard sequence == expected else { return (expected, "the change is missing") }
      let change = EncodedChange(
        bytes: [UInt8](row[1] as DatabaseBytes),
        personal: (row[2] as DatabaseBytes?).map { [UInt8]($0) } ?? [])
      let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: sequence)
      hash = ChainHash.next(after: hash, dot: dot, bytes: change.bytes)
      guard hash.bits.bytes == [UInt8](row[3] as DatabaseBytes) else {
        return (sequence, "its bytes do not give the hash that was stored with them")
      }
      if !ChangeCodec.isCommitmentKept(change) {
        return (sequence, "its personal part is not the one that it commits to")
      }
      place.sequence = sequence
    }
    return nil
  }
}

/// How far a verification has come.
private struct VerificationPlace {
  var origin: Int64 = 0
  var sequence: UInt64 = 0
  var checked = 0
  private(set) var isInside = false

  init(_ cursor: String?) throws {
    guard let cursor else { return }
    let parts = cursor.split(separator: ".").map { Int64($0) }
    guard parts.count == 3, let origin = parts[0], let sequence = parts[1], sequence >= 0,
      let checked = parts[2], (0...Int64.max / 2).contains(checked)
    else {
      throw StoreError.refused(
        what: "The verification", why: "it can not go on from \"\(cursor)\"",
        hint: "Begin again: labctl verify")
    }
    self.origin = origin
    self.sequence = UInt64(sequence)
    self.checked = Int(checked)
    isInside = true
  }

  var cursor: String { "\(origin).\(sequence).\(checked)" }

  mutating func enter(_ ref: Int64) {
    origin = ref
    sequence = 0
    isInside = true
  }

  mutating func leave() { isInside = false }
}
