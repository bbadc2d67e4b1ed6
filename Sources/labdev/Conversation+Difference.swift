import DeveloperRig
import SyncCore

extension Conversation {
  /// Cells in which the supports of a store and the outcome differ: another value, a support too many,
  /// or one that is missing.
  func difference(on machine: Machine, project text: String) throws -> Int {
    guard let project = ProjectID(text) else { throw RigError("\(text) is no project id") }
    func id(_ kind: String, _ key: String) -> String {
      RecordID.derived(project: project, kind: kind, foreignKey: key).description
    }
    var wanted: [String: Int64] = [:]
    for (place, value) in outcome {
      let idea = id("idea", key(ofStatement: place.statement))
      wanted["\(idea) \(id("participant", key(ofPerson: place.person)))"] = value
    }
    var found: [String: Int64] = [:]
    let rows = try machine.database(isReadOnly: true).rows(
      "SELECT idea || ' ' || participant, value FROM supports WHERE ballot = 'main'")
    for row in rows {
      if case .text(let place) = row[0], case .integer(let value) = row[1] { found[place] = value }
    }
    return Set(wanted.keys).union(found.keys).count { wanted[$0] != found[$0] }
      + (rows.count - found.count)
  }
}
