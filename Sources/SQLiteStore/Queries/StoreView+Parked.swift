import GRDB
import SyncCore

/// A change that is kept and forwarded, and not, or not fully, shown.
public struct StoredParked: Hashable, Sendable {
  public var dot: Dot
  public var project: ProjectID
  /// `nil` when not even that can be read.
  public var kind: String?
  public var reason: ParkReason
  /// What exactly: the unknown name, or where the bytes could not be read.
  public var detail: String
  public var since: Int64
  public var byteCount: Int
}

/// Parked changes, the oldest first.
public struct StoredParkedPage: Hashable, Sendable {
  public var parked: [StoredParked]
  public var cursor: String?
}

extension StoreReader {
  /// Parked changes, the oldest first.
  public func parked(limit: Int, cursor: String? = nil) throws -> StoredParkedPage {
    try read("listing parked changes") { try $0.parked(limit: limit, cursor: cursor) }
  }

  /// One parked change and the bytes in which it travels, its personal part left out.
  public func parked(_ dot: String) throws -> (entry: StoredParked, bytes: [UInt8]) {
    try read("reading a parked change") { view in
      let row = try view.parkedRow(dot)
      return (try view.parked(from: row), [UInt8](row["bytes"] as DatabaseBytes))
    }
  }
}

extension StoreView {
  private static let selection = """
    SELECT p.origin, p.sequence, p.reason, p.detail, p.since, l.bytes, l.personal
    FROM sync_parked p JOIN sync_log l ON l.origin = p.origin AND l.sequence = p.sequence
    """

  /// Of a row `p` of `sync_parked`: no void takes the change back. One that is taken back asks nobody
  /// any more.
  var isNotTakenBack: String {
    let voids = schema.kinds.filter { kind in if case .void = kind.role { true } else { false } }
    return voids.reduce("true") { condition, kind in
      """
      \(condition) AND NOT EXISTS (
        SELECT 1 FROM \(Columns.quoted(kind.table)) v JOIN sync_origins o ON o.ref = p.origin
        WHERE v.replica = o.replica AND v.lane = o.lane AND v.sequence = p.sequence
          AND v.state IS NOT 'released')
      """
    }
  }

  func parked(limit: Int, cursor: String?) throws -> StoredParkedPage {
    var condition = "WHERE \(isNotTakenBack)"
    var arguments: StatementArguments = []
    if let cursor {
      let parts = cursor.split(separator: ".").compactMap { Int64($0) }
      guard parts.count == 3 else {
        throw StoreError.refused(
          what: "The next page", why: "its cursor is not one of this list",
          hint: "Ask for the first page again.")
      }
      condition += " AND (p.since, p.origin, p.sequence) > (?, ?, ?)"
      arguments = StatementArguments(parts)
    }
    let rows = try Row.fetchAll(
      database,
      sql: """
        \(Self.selection) \(condition) ORDER BY p.since, p.origin, p.sequence
        LIMIT \(max(1, limit) + 1)
        """, arguments: arguments)
    let listed = rows.prefix(max(1, limit))
    var page = StoredParkedPage(parked: try listed.map(parked(from:)), cursor: nil)
    if rows.count > listed.count, let last = listed.last {
      page.cursor =
        "\(last["since"] as Int64).\(last["origin"] as Int64).\(last["sequence"] as Int64)"
    }
    return page
  }

  func parkedRow(_ text: String) throws -> Row {
    let refusal = StoreError.refused(
      what: "The parked change \(text)", why: "there is none with this dot",
      hint: "See which there are: labctl parked list")
    guard let dot = Dot(text) else { throw refusal }
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    for project in origins.projects {
      guard let ref = origins.knownRef(of: origin, inProjectRef: try origins.ref(of: project)),
        let row = try Row.fetchOne(
          database, sql: "\(Self.selection) WHERE p.origin = ? AND p.sequence = ?",
          arguments: [ref, Int64(clamping: dot.sequence)])
      else { continue }
      return row
    }
    throw refusal
  }

  func parked(from row: Row) throws -> StoredParked {
    let place = try origins.entry(ofRef: row["origin"])
    let sequence = UInt64(row["sequence"] as Int64)
    let bytes = [UInt8](row["bytes"] as DatabaseBytes)
    let personal = (row["personal"] as DatabaseBytes?).map { [UInt8]($0) } ?? []
    let entry = ChangeLog.Entry(
      position: 0, origin: row["origin"], sequence: sequence, previous: nil,
      change: EncodedChange(bytes: bytes, personal: personal), storedAt: row["since"])
    guard let reason = ParkReason(rawValue: UInt8(clamping: row["reason"] as Int64)) else {
      throw StoreError.inconsistent("a change is parked for no known reason")
    }
    return StoredParked(
      dot: Dot(replica: place.origin.replica, lane: place.origin.lane, sequence: sequence),
      project: try origins.project(ofRef: place.project),
      kind: try history.decode(entry, origins: origins)?.kind, reason: reason,
      detail: row["detail"], since: row["since"], byteCount: bytes.count + personal.count)
  }
}
