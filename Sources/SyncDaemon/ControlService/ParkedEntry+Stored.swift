import SQLiteStore
import SyncControl
import SyncCore

extension ParkedEntry {
  init(_ parked: StoredParked) {
    self.init(
      dot: parked.dot.description, project: parked.project.description, kind: parked.kind,
      reason: Self.sentence(parked), since: parked.since, bytes: parked.byteCount)
  }

  private static func sentence(_ parked: StoredParked) -> String {
    switch parked.reason {
    case .undecodable: "The change can not be read: \(parked.detail)."
    case .unknownKind:
      "It is of the kind \(parked.detail), which this version does not know; update LabSync."
    case .unknownField:
      "It writes the field \(parked.detail), which this version does not know; update LabSync."
    case .projectionFailed: "What it wrote does not fit the table: \(parked.detail)."
    case .outOfResource: "There was no room for it: \(parked.detail)."
    }
  }
}
