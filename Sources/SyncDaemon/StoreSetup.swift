import Glibc
import LivingLab
import SQLiteStore
import SyncCore

/// Makes the store of a new machine.
public enum StoreSetup {
  /// Creates the online side's store with a new project in it and gives the project's id. Throws a
  /// sentence; a store that is there is never touched.
  public static func createOnline(
    _ location: StoreLocation, projectName: String, replicaName: String
  ) throws -> String {
    let store = try SQLiteStore.create(
      at: location.path, side: .online, name: replicaName, schema: LivingLab.schema,
      replica: ReplicaID(rawValue: .random()))
    let project = ProjectID(rawValue: .random())
    try store.adopt(project)
    let fields = JSONValue.object([JSONValue.Member("name", .text(projectName))])
    let line = JSONValue.object([
      JSONValue.Member("kind", .text("project")), JSONValue.Member("fields", fields),
    ])
    let now = Instant(
      monotonicMilliseconds: SystemClock.monotonicMilliseconds,
      wallMilliseconds: SystemClock.wallMilliseconds)
    let outcome = try store.importLines([line.bytes], firstLine: 1, project: project, at: now)
    if let refusal = outcome.refused.first {
      throw ConfigurationError("the project can not be made: \(refusal.reason)")
    }
    return project.description
  }

  /// Creates a laptop's store; with a project, it can capture before it ever meets the online side.
  public static func createLab(
    _ location: StoreLocation, replicaName: String, project: String?
  ) throws {
    let identifier = try project.map { text in
      guard let project = ProjectID(text) else {
        throw ConfigurationError("\"\(text)\" is no project id: it is a UUID")
      }
      return project
    }
    try createLab(location, replicaName: replicaName, projects: identifier.map { [$0] } ?? [])
  }

  /// Gives a laptop's store its first projects, so that it captures before it ever meets the online
  /// side; makes the store where it is missing. One that has projects, or has left one, is told of
  /// others when it connects. Throws while a daemon has the store.
  static func enrolLab(
    _ location: StoreLocation, replicaName: String, projects: [ProjectID]
  ) throws {
    guard access(location.path, F_OK) == 0 else {
      return try createLab(location, replicaName: replicaName, projects: projects)
    }
    let lock = try InstanceLock(storePath: location.path)
    let store = try SQLiteStore(opening: location.path, side: .lab, schema: LivingLab.schema)
    if store.projects.isEmpty, try store.untoldDepartures().isEmpty {
      for project in projects { try store.adopt(project) }
    }
    _ = lock.isHeld
  }

  private static func createLab(
    _ location: StoreLocation, replicaName: String, projects: [ProjectID]
  ) throws {
    let store = try SQLiteStore.create(
      at: location.path, side: .lab, name: replicaName, schema: LivingLab.schema,
      replica: ReplicaID(rawValue: .random()))
    for project in projects { try store.adopt(project) }
  }
}
