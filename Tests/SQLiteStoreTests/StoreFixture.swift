import Foundation
import GRDB
import LivingLab
import SyncCore

@testable import SQLiteStore

/// A store in a folder of its own, written to by an outside program (a second connection) and
/// exchanged with others without a network.
final class StoreFixture {
  let folder: URL
  private(set) var store: SQLiteStore
  private(set) var outside: DatabaseQueue
  let project: ProjectID
  var milliseconds: Int64 = 1_700_000_000_000

  init(
    side: Side = .lab, number: UInt64, project: ProjectID = StoreFixture.project
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("labsync-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent("store.db").path
    self.project = project
    store = try SQLiteStore.create(
      at: path, side: side, name: "replica \(number)", schema: LivingLab.schema,
      replica: ReplicaID(rawValue: UniqueID(high: 0xA000, low: number)))
    try store.adopt(project)
    outside = try DatabaseQueue(path: path, configuration: Self.outsideConfiguration)
  }

  private static var outsideConfiguration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(1)
    configuration.allowsUnsafeTransactions = true
    return configuration
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  static let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))

  var now: Instant {
    Instant(monotonicMilliseconds: milliseconds, wallMilliseconds: milliseconds)
  }

  /// Closes and opens the store, as a restart of the daemon does.
  func reopen() throws {
    store = try SQLiteStore(opening: store.path, side: store.side, schema: LivingLab.schema)
  }

  /// Goes on with a copy of another store's file.
  func replaceFile(with path: String) throws {
    let own = store.path
    try outside.close()
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: own + end) }
    try FileManager.default.copyItem(atPath: path, toPath: own)
    store = try SQLiteStore(opening: own, side: store.side, schema: LivingLab.schema)
    outside = try DatabaseQueue(path: own, configuration: Self.outsideConfiguration)
  }

  /// Runs SQL as any program would.
  func sql(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
    try outside.writeWithoutTransaction { try $0.execute(sql: sql, arguments: arguments) }
  }

  func text(_ sql: String) throws -> String? {
    try outside.read { try String.fetchOne($0, sql: sql) }
  }

  func count(_ sql: String) throws -> Int {
    try outside.read { try Int.fetchOne($0, sql: sql) ?? 0 }
  }

  @discardableResult
  func capture() throws -> Captured { try store.capture(atMost: 10_000, at: now) }

  /// Every domain row of every kind, all columns, in the order of the keys.
  func dump(revisions: Bool = true) throws -> [String] {
    try outside.read { database in
      var lines: [String] = []
      for kind in LivingLab.schema.kinds {
        let key = Columns.rowKey(of: kind).map(Columns.quoted).joined(separator: ", ")
        let names =
          (kind.naturalKey.isEmpty ? ["id"] : []) + kind.fields.map(\.name)
          + Columns.own.filter { revisions || $0 != "revision" }
        let columns = names.map { "quote(\(Columns.quoted($0)))" }.joined(separator: " || '|' || ")
        lines += try String.fetchAll(
          database,
          sql:
            "SELECT '\(kind.name): ' || \(columns) FROM \(Columns.quoted(kind.table)) ORDER BY \(key)"
        )
      }
      return lines
    }
  }

  /// The open conflicts by id, with what they show and offer.
  func openConflicts() throws -> [String] {
    try outside.read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT id || shown || alternatives FROM sync_conflicts WHERE status = 'open' ORDER BY id
          """)
    }
  }
}

/// Gives `receiver` everything of a project that `sender` has and it lacks, in small batches.
func send(
  from sender: StoreFixture, to receiver: StoreFixture, rows: Int = 7, in project: ProjectID? = nil
) throws {
  let project = project ?? sender.project
  try sender.capture()
  for lane in Lane.allCases {
    while let batch = try sender.store.changes(
      in: project, lane: lane, notIn: receiver.store.vector(of: project),
      atMost: BatchBounds(bytes: 100_000, rows: rows))
    {
      let applied = try receiver.store.apply(batch, at: receiver.now)
      guard applied.violations.isEmpty, !applied.positions.isEmpty else {
        throw StoreError.inconsistent("the exchange makes no progress: \(applied)")
      }
    }
  }
}

func exchange(
  _ left: StoreFixture, _ right: StoreFixture, in project: ProjectID? = nil
) throws {
  try send(from: left, to: right, in: project)
  try send(from: right, to: left, in: project)
}
