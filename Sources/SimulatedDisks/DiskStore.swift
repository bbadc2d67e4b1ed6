import Foundation
import GRDB
import SQLiteStore
import SyncCore
import SyncSimulator

/// A real SQLite store as a machine of the simulator has it: the file, the daemon's connection, and
/// one of the people, who write plain SQL. Their connection shows them the machine's clock, because the
/// time of a write is taken from SQLite.
public final class DiskStore: SimulatedStore {
  public var replica: ReplicaID { store.replica }
  public let side: Side
  public private(set) var schema: Schema
  private let path: String
  private let folder: DiskFolder
  private let clock = PeoplesClock()
  var store: SQLiteStore
  private var people: DatabaseQueue
  /// Seeds of what the store draws: another each time that it is opened.
  private var chance: SplitMix64

  /// Makes the store in `folder`, which it keeps.
  public init(_ request: StoreRequest, in folder: DiskFolder) throws {
    side = request.side
    schema = request.schema
    self.folder = folder
    path = "\(folder.path)/\(request.replica).db"
    store = try SQLiteStore.create(
      at: path, side: request.side, name: request.name, schema: request.schema,
      replica: request.replica)
    chance = SplitMix64(seed: request.seed)
    for project in request.projects { try store.adopt(project) }
    people = try Self.peoplesConnection(to: path, clock)
    draw()
  }

  private func draw() { store.chance = SplitMix64(seed: chance.next()) }

  private init(copying other: DiskStore, to path: String, seed: UInt64) throws {
    schema = other.schema
    side = other.side
    folder = other.folder
    self.path = path
    _ = try other.people.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    try FileManager.default.copyItem(atPath: other.path, toPath: path)
    store = try SQLiteStore(opening: path, side: other.side, schema: other.schema)
    people = try Self.peoplesConnection(to: path, clock)
    chance = SplitMix64(seed: seed)
    draw()
  }

  public func image(seed: UInt64) throws -> any SimulatedStore {
    try DiskStore(copying: self, to: "\(folder.path)/\(replica)-\(seed).db", seed: seed)
  }

  public func uncapturedRows() throws -> Int {
    try people.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sync_outbox") ?? 0 }
  }

  public func holds(_ text: String) throws -> Bool {
    try ["", "-wal"].contains { end in
      guard FileManager.default.fileExists(atPath: path + end) else { return false }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path + end))
      return bytes.range(of: Data(text.utf8)) != nil
    }
  }

  private static func peoplesConnection(
    to path: String, _ clock: PeoplesClock
  ) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = OFF")
      database.add(function: clock.julianDay)
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  public func reopen(schema: Schema) throws {
    self.schema = schema
    try people.close()
    store = try SQLiteStore(opening: path, side: side, schema: schema)
    draw()
    people = try Self.peoplesConnection(to: path, clock)
  }

  public func perform(_ deed: Deed, in project: ProjectID, at now: Instant) throws {
    clock.wallMilliseconds = now.wallMilliseconds
    do {
      switch deed {
      case .insert(let record, let cells):
        try run(RowStatement.insertion(of: record, cells, try kind(of: record), project))
      case .update(let record, let cells):
        let kind = try kind(of: record)
        guard let row = try row(of: record, in: project) else {
          throw DeedRefused("there is no such row")
        }
        try run(RowStatement.update(of: record, cells, seeing: row, kind))
      case .delete(let record):
        try run(RowStatement.deletion(of: record, try kind(of: record)))
      case .resolve(let conflict, let number):
        _ = try store.resolveConflict(conflict.description, .keep(number), at: now)
      case .undo(let conflict):
        _ = try store.undoResolution(conflict.description, at: now)
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw DeedRefused(error.message ?? "a constraint")
    } catch let error as StoreError {
      guard case .refused = error else { throw error }
      throw DeedRefused("\(error)")
    }
  }

  private func kind(of record: RecordName) throws -> KindDeclaration {
    guard let kind = schema[record.kind] else { throw DeedRefused("no such kind here") }
    return kind
  }

  private func run(_ statement: RowStatement) throws {
    try people.writeWithoutTransaction {
      try $0.execute(sql: statement.sql, arguments: StatementArguments(statement.arguments))
    }
  }
}

// MARK: - What is shown

extension DiskStore {
  public func row(of record: RecordName, in project: ProjectID) throws -> SeenRow? {
    guard let kind = schema[record.kind] else { return nil }
    let condition = RowStatement.condition(of: record, kind)
    return try people.read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM \(kind.table) WHERE \(condition.sql)",
        arguments: StatementArguments(condition.arguments))
      return try row.map {
        SeenRow(revision: $0["revision"], cells: try RowCells.cells(of: $0, kind))
      }
    }
  }

  public func shownRows(in project: ProjectID) throws -> [String] {
    try people.read { database in
      var lines: [String] = []
      for kind in schema.kinds {
        let rows = try Row.fetchCursor(
          database, sql: "SELECT * FROM \(kind.table) WHERE project = ?",
          arguments: [project.description])
        while let row = try rows.next() {
          guard let id = RowCells.id(of: row, kind, project) else {
            throw StoreError.inconsistent("a row of \(kind.table) has no id")
          }
          lines.append(
            ShownRecord<Nothing>.row(kind: kind.name, id, try RowCells.cells(of: row, kind)))
        }
      }
      return lines.sorted()
    }
  }

  public func openConflicts(
    of record: RecordID?, in project: ProjectID
  ) throws -> [OpenConflict] {
    try people.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT id, kind, record, field, element, shown, alternatives FROM sync_conflicts
          WHERE status = 'open' AND project = ? AND record = coalesce(?, record)
          """,
        arguments: [project.description, record?.description])
      return try rows.map(RowCells.conflict).sorted()
    }
  }

  public func parkedChanges(in project: ProjectID) throws -> [Dot: ParkReason] {
    try people.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT o.replica, o.lane, p.sequence, p.reason
          FROM sync_parked p JOIN sync_origins o ON o.ref = p.origin
          JOIN sync_projects j ON j.ref = o.project WHERE j.id = ?
          """,
        arguments: [project.description])
      var parked: [Dot: ParkReason] = [:]
      for row in rows {
        guard let replica = ReplicaID(row[0] as String), let lane = Lane(rawValue: row[1]),
          let reason = ParkReason(rawValue: row[3])
        else { throw StoreError.inconsistent("a parked change can not be read") }
        parked[Dot(replica: replica, lane: lane, sequence: UInt64(row[2] as Int64))] = reason
      }
      return parked
    }
  }
}

/// Rows are read as they are: no history is asked.
private struct Nothing: CellHistory {
  func written(by dot: Dot, in cell: CellKey) -> CellWrite? { nil }
}

// MARK: - ChangeStore

extension DiskStore {
  public var projects: [ProjectID] { store.projects }

  public func vector(of project: ProjectID) throws -> ProjectVector {
    guard store.projects.contains(project) else { return ProjectVector() }
    return try store.vector(of: project)
  }

  public func digest(of project: ProjectID) throws -> Digest128 { try store.digest(of: project) }

  public func chainHash(
    of origin: Origin, at sequence: UInt64, in project: ProjectID
  ) throws -> Digest128? {
    try store.chainHash(of: origin, at: sequence, in: project)
  }

  public func capture(atMost limit: Int, at now: Instant) throws -> Captured {
    try store.capture(atMost: limit, at: now)
  }

  public func apply(_ batch: ChangeBatch, at now: Instant) throws -> Applied {
    try store.apply(batch, at: now)
  }

  public func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    try store.changes(in: project, lane: lane, notIn: known, atMost: bounds)
  }

  public func acknowledge(
    _ positions: [Origin: ChainPosition], in project: ProjectID, by peer: ReplicaID,
    at now: Instant
  ) throws {
    try store.acknowledge(positions, in: project, by: peer, at: now)
  }

  public func acknowledged(in project: ProjectID, by peer: ReplicaID) throws -> ProjectVector {
    try store.acknowledged(in: project, by: peer)
  }

  public func adopt(_ project: ProjectID) throws { try store.adopt(project) }

  public var token: SessionToken? {
    get throws { try store.token }
  }

  public func keep(_ token: SessionToken) throws { try store.keep(token) }

  public func ledger(of replica: ReplicaID) throws -> PeerLedger? {
    try store.ledger(of: replica)
  }

  public func ledgers(ofDevice key: String) throws -> [PeerLedger] {
    try store.ledgers(ofDevice: key)
  }

  public func save(_ ledger: PeerLedger, at now: Instant) throws {
    try store.save(ledger, at: now)
  }

  public func fork(at points: ForkPoints, now: Instant) throws -> Fork {
    try store.fork(at: points, now: now)
  }

  public var formerReplicas: [ReplicaID] {
    get throws { try store.formerReplicas }
  }

  public func truncate(
    _ origin: Origin, after sequence: UInt64, in project: ProjectID, now: Instant
  ) throws {
    try store.truncate(origin, after: sequence, in: project, now: now)
  }
}
