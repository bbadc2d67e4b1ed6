import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// What a laptop takes from a bundle: of the online side's all, as in a session with it; of another
/// laptop's what is stamped as written on a laptop.
extension SideLink {
  func ruling(
    on replica: ReplicaID, in project: ProjectID, from sender: Introduction, at now: Instant,
    store: SQLiteStore
  ) throws -> CarriedRuling {
    switch sender.side {
    case .online: .taken(ChangeRights(authors: .any, stamps: .any))
    case .lab: .taken(ChangeRights(authors: .any, stamps: .lab(except: [])))
    }
  }

  func vouch(
    for sender: Introduction, as device: String, at now: Instant, store: inout SQLiteStore
  ) throws {
    throw ControlFailure(
      what: "nothing was imported", why: "a laptop does not look after other machines",
      remedy: "the same without --device", exit: .usage)
  }
}
