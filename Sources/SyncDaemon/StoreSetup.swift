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

  static func createLab(
    _ location: StoreLocation, replicaName: String, projects: [ProjectID]
  ) throws {
    let store = try SQLiteStore.create(
      at: location.path, side: .lab, name: replicaName, schema: LivingLab.schema,
      replica: ReplicaID(rawValue: .random()))
    for project in projects { try store.adopt(project) }
  }
}
