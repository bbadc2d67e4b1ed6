import SyncCore
import SyncWire

/// What a dot wrote, read from the log: the past that text merges, lifecycles, deletions and undo
/// look at. Changes decoded in the transaction at hand are kept, so that a batch reads none of its
/// own changes back.
final class LogHistory {
  private let log: ChangeLog
  private let schema: Schema
  private var decoded: [Place: Change] = [:]
  /// What is void, by project: what was written is told as it counts beside that.
  var voids: [Int64: Voids] = [:]
  /// What is erased, by project: told as null, whatever the log has.
  var erased: [Int64: Erasures] = [:]

  private struct Place: Hashable {
    var project: Int64
    var dot: Dot
  }

  init(log: ChangeLog, schema: Schema) {
    self.log = log
    self.schema = schema
  }

  /// More than this many decoded changes are not kept.
  private static let keptChanges = 4_096

  func remember(_ change: Change, project: Int64) {
    if decoded.count >= Self.keptChanges { decoded.removeAll(keepingCapacity: true) }
    decoded[Place(project: project, dot: change.dot)] = change
  }

  func forget() { decoded.removeAll(keepingCapacity: true) }

  /// The change with this dot, or `nil` where it is not here or can not be decoded.
  func change(_ dot: Dot, project: Int64, origins: Origins) throws -> Change? {
    if let change = decoded[Place(project: project, dot: dot)] { return change }
    let origin = Origin(replica: dot.replica, lane: dot.lane)
    guard let ref = origins.knownRef(of: origin, inProjectRef: project),
      let entry = try log.entry(origin: ref, sequence: dot.sequence),
      let change = try decode(entry, origins: origins)
    else { return nil }
    remember(change, project: project)
    return change
  }

  /// The changes of one record from its last to its first, as this store received them.
  func walk(
    from head: Int64, origins: Origins, visit: (ChangeLog.Entry, Change) throws -> Bool
  ) throws {
    var position: Int64? = head
    while let next = position, next > 0 {
      guard let entry = try log.entry(at: next) else {
        throw StoreError.inconsistent("a record's history points at log position \(next)")
      }
      position = entry.previous
      guard let change = try decode(entry, origins: origins) else { continue }
      if try !visit(entry, change) { return }
    }
  }

  /// `nil` where the bytes can not be decoded by this software: the change is parked.
  func decode(_ entry: ChangeLog.Entry, origins: Origins) throws -> Change? {
    let place = try origins.entry(ofRef: entry.origin)
    let dot = Dot(
      replica: place.origin.replica, lane: place.origin.lane, sequence: entry.sequence)
    do {
      let change = try ChangeCodec.decode(
        entry.change, project: try origins.project(ofRef: place.project), dot: dot)
      guard let erased = erased[place.project] else { return change }
      return erased.erasing(change, schema: schema)
    } catch is WireError {
      return nil
    }
  }

  /// The change as it is merged beside void ones. A deletion that had seen a void edit has seen what
  /// that edit replaced, in whichever field.
  func seen(_ change: Change, project: Int64, origins: Origins) throws -> Change {
    guard let voids = voids[project], !voids.isEmpty else { return change }
    return try change.seeingThrough(voids) { dot, cell in
      let operations = try self.change(dot, project: project, origins: origins)?.operations
      if cell == .deletion { return operations?.flatMap(\.replaces) }
      return operations?.first { $0.cell == cell }?.replaces
    }
  }

  /// This history as the rules see it, within one project.
  func within(project: Int64, origins: Origins) -> ProjectHistory {
    ProjectHistory(history: self, project: project, origins: origins)
  }
}

/// The log of one project, as ``CellHistory``.
struct ProjectHistory: CellHistory {
  let history: LogHistory
  let project: Int64
  let origins: Origins

  func written(by dot: Dot, in cell: CellKey) throws -> CellWrite? {
    guard let change = try history.change(dot, project: project, origins: origins) else {
      return nil
    }
    return CellWrite(try history.seen(change, project: project, origins: origins), cell: cell)
  }
}
