import Glibc
import SQLiteStore
import SyncCore

/// A few lines beside the database that say how far this store's own chains had come. A database
/// that is behind them was restored from a backup: it takes a new name at once, before it writes
/// anything under a sequence that others know already. A database that is ahead is normal: the lines
/// are written a moment after the changes, and not forced to disk.
///
/// A backup of the whole machine takes the lines along; that is noticed by the tokens of sessions on
/// a laptop, and has to be said (`--restored`) on the online side.
struct StoreWitness {
  private let path: String
  private var written = ""

  init(storePath: String) { path = "\(storePath).witness" }

  /// Whether the store lacks own changes that it had once.
  func isAhead(of store: SQLiteStore) throws -> Bool {
    let text: String
    do {
      text = try smallFile(path)
    } catch {
      return false
    }
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard lines.first == ["replica", store.replica.description], lines.last == ["end"] else {
      return false
    }
    for line in lines.dropFirst().dropLast() {
      guard line.count == 3, let project = ProjectID(line[0]),
        let lane = UInt8(line[1]).flatMap(Lane.init(rawValue:)), let sequence = UInt64(line[2])
      else { return false }
      let origin = SyncCore.Origin(replica: store.replica, lane: lane)
      let here = store.projects.contains(project) ? try store.vector(of: project) : ProjectVector()
      if here.sequence(of: origin) < sequence { return true }
    }
    return false
  }

  /// Writes how far the chains are now, where that is news. A file that can not be
  /// written is no failure: without the lines a restored backup is noticed later.
  mutating func update(from store: SQLiteStore) throws {
    var text = "replica \(store.replica)\n"
    for project in store.projects {
      let vector = try store.vector(of: project)
      for lane in Lane.allCases {
        let sequence = vector.sequence(of: SyncCore.Origin(replica: store.replica, lane: lane))
        if sequence > 0 { text += "\(project) \(lane.rawValue) \(sequence)\n" }
      }
    }
    text += "end\n"
    guard text != written else { return }
    let fresh = "\(path).new"
    let bytes = Array(text.utf8)
    let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let isWhole = write(file, bytes, bytes.count) == bytes.count
    close(file)
    if isWhole, rename(fresh, path) == 0 { written = text }
  }
}
