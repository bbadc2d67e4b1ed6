import GRDB
import SyncCore

/// The projects and origins of the store, with how far each chain is: small, and kept in memory,
/// so that vectors and digests cost no query. Written through in the transaction that moves them.
struct Origins {
  private(set) var projectRefs: [ProjectID: Int64] = [:]
  private var projectsByRef: [Int64: ProjectID] = [:]
  private var entries: [Int64: Entry] = [:]
  private var refs: [OriginKey: Int64] = [:]
  private var vectors: [Int64: ProjectVector] = [:]
  private var dirty: Set<Int64> = []

  struct Entry {
    var project: Int64
    var origin: Origin
  }

  private struct OriginKey: Hashable {
    var project: Int64
    var origin: Origin
  }

  static func load(from database: Database) throws -> Origins {
    var origins = Origins()
    for row in try Row.fetchAll(database, sql: "SELECT ref, id FROM sync_projects") {
      guard let project = ProjectID(row[1] as String) else {
        throw StoreError.inconsistent("a project's id is no UUID")
      }
      origins.add(project, ref: row[0])
    }
    let sql = "SELECT ref, project, replica, lane, sequence, hash FROM sync_origins"
    for row in try Row.fetchAll(database, sql: sql) {
      guard let replica = ReplicaID(row[2] as String), let lane = Lane(rawValue: row[3]),
        let hash = UniqueID(bytes: [UInt8](row[5] as DatabaseBytes))
      else { throw StoreError.inconsistent("an origin can not be read") }
      let origin = Origin(replica: replica, lane: lane)
      origins.add(origin, project: row[1], ref: row[0])
      let sequence = UInt64(row[4] as Int64)
      if sequence > 0 {
        origins.vectors[row[1], default: ProjectVector()][origin] =
          ChainPosition(sequence: sequence, hash: Digest128(bits: hash))
      }
    }
    return origins
  }

  private mutating func add(_ project: ProjectID, ref: Int64) {
    projectRefs[project] = ref
    projectsByRef[ref] = project
  }

  private mutating func add(_ origin: Origin, project: Int64, ref: Int64) {
    entries[ref] = Entry(project: project, origin: origin)
    refs[OriginKey(project: project, origin: origin)] = ref
  }

  /// The projects, sorted.
  var projects: [ProjectID] { projectRefs.keys.sorted() }

  func ref(of project: ProjectID) throws -> Int64 {
    guard let ref = projectRefs[project] else {
      throw StoreError.inconsistent("project \(project) is not in this store")
    }
    return ref
  }

  func project(ofRef ref: Int64) throws -> ProjectID {
    guard let project = projectsByRef[ref] else {
      throw StoreError.inconsistent("project number \(ref) is unknown")
    }
    return project
  }

  func knownRef(of origin: Origin, inProjectRef project: Int64) -> Int64? {
    refs[OriginKey(project: project, origin: origin)]
  }

  func ref(of origin: Origin, inProjectRef project: Int64) throws -> Int64 {
    guard let ref = knownRef(of: origin, inProjectRef: project) else {
      throw StoreError.inconsistent("origin \(origin.replica)/\(origin.lane.rawValue) is unknown")
    }
    return ref
  }

  func origin(ofRef ref: Int64) throws -> Origin { try entry(ofRef: ref).origin }

  func entry(ofRef ref: Int64) throws -> Entry {
    guard let entry = entries[ref] else {
      throw StoreError.inconsistent("origin number \(ref) is unknown")
    }
    return entry
  }

  func vector(ofProjectRef project: Int64) -> ProjectVector { vectors[project] ?? ProjectVector() }

  /// Makes the project known; known already, nothing changes.
  mutating func adopt(_ project: ProjectID, in database: Database) throws {
    guard projectRefs[project] == nil else { return }
    try database.execute(
      sql: "INSERT INTO sync_projects (id) VALUES (?)", arguments: [project.description])
    add(project, ref: database.lastInsertedRowID)
  }

  /// The number of an origin, made where it is new.
  mutating func makeRef(
    of origin: Origin, inProjectRef project: Int64, in database: Database
  ) throws -> Int64 {
    if let ref = knownRef(of: origin, inProjectRef: project) { return ref }
    try database.execute(
      sql: "INSERT INTO sync_origins (project, replica, lane) VALUES (?, ?, ?)",
      arguments: [project, origin.replica.description, Int(origin.lane.rawValue)])
    let ref = database.lastInsertedRowID
    add(origin, project: project, ref: ref)
    return ref
  }

  /// Moves a chain forward in memory; ``save(to:)`` writes it.
  mutating func advance(ref: Int64, to position: ChainPosition) throws {
    let entry = try entry(ofRef: ref)
    vectors[entry.project, default: ProjectVector()].advance(entry.origin, to: position)
    dirty.insert(ref)
  }

  /// Moves a chain back: what it had behind `position` is gone from the log.
  mutating func rewind(ref: Int64, to position: ChainPosition) throws {
    let entry = try entry(ofRef: ref)
    vectors[entry.project, default: ProjectVector()][entry.origin] =
      position.sequence == 0 ? nil : position
    dirty.insert(ref)
  }

  /// Writes what moved, in the transaction that moved it.
  mutating func save(to database: Database) throws {
    guard !dirty.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: "UPDATE sync_origins SET sequence = ?, hash = ? WHERE ref = ?")
    for ref in dirty.sorted() {
      let entry = try entry(ofRef: ref)
      let position =
        vectors[entry.project]?[entry.origin] ?? ChainPosition(sequence: 0, hash: .zero)
      try statement.execute(arguments: [
        Int64(position.sequence), DatabaseBytes(position.hash.bits.bytes), ref,
      ])
    }
    dirty = []
  }
}
