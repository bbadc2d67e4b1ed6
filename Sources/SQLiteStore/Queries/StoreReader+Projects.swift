import GRDB
import SyncCore

extension StoreReader {
  /// The projects of the store and what people call them; `nil` until a project's record has arrived.
  public func projects() throws -> [(id: ProjectID, name: String?)] {
    try read("reading the projects") { view in
      try Row.fetchAll(
        view.database,
        sql: """
          SELECT s.id, p.name FROM sync_projects s LEFT JOIN projects p ON p.id = s.id ORDER BY s.ref
          """
      ).compactMap { row in
        ProjectID(row[0] as String).map { (id: $0, name: row[1] as String?) }
      }
    }
  }
}
