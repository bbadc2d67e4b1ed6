import GRDB
import SyncCore

/// What is erased in a store, kept in memory beside `sync_erased`, and what is still to be done for it.
struct Erasing {
  private(set) var byProject: [Int64: Erasures] = [:]
  /// What the transaction at hand found to be erased: its values are still in the tables.
  var news: [News] = []
  /// Whether freed bytes may be in the file or its write-ahead log.
  var hasFreedBytes = false
  /// Whether this replica may have to say that it has erased.
  var mayOweReceipts = false

  struct News {
    var project: Int64
    var subject: ErasureSubject
    /// The person asked here.
    var isOwn: Bool
  }

  /// Nothing, where nothing is erased: then asking costs one look.
  func of(_ project: Int64) -> Erasures {
    byProject.isEmpty ? Erasures() : byProject[project] ?? Erasures()
  }

  /// `false` where it was known.
  mutating func insert(_ subject: ErasureSubject, project: Int64, isOwn: Bool) -> Bool {
    guard byProject[project, default: Erasures()].insert(subject) else { return false }
    news.append(News(project: project, subject: subject, isOwn: isOwn))
    return true
  }

  var isSettled: Bool { !hasFreedBytes && !mayOweReceipts }

  static func load(from database: Database, replica: ReplicaID) throws -> Erasing {
    var erasing = Erasing()
    erasing.byProject = try erased(in: database)
    erasing.hasFreedBytes =
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM sync_erased WHERE stage < 2)") ?? false
    erasing.mayOweReceipts = !erasing.byProject.isEmpty
    return erasing
  }

  static func erased(in database: Database) throws -> [Int64: Erasures] {
    var erased: [Int64: Erasures] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT project, kind, record FROM sync_erased") {
      guard let record = RecordID(row[2] as String) else {
        throw StoreError.inconsistent("what is erased can not be read")
      }
      _ = erased[row[0], default: Erasures()]
        .insert(ErasureSubject(kind: row[1], record: record))
    }
    return erased
  }
}
