import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// What a laptop takes from a bundle. The online side made it, or it was refused whole: all is taken, as
/// in a session with it.
extension SideLink {
  func ruling(
    on replica: ReplicaID, in project: ProjectID, from sender: Introduction, at now: Instant,
    store: SQLiteStore
  ) throws -> CarriedRuling {
    .taken(ChangeRights(authors: .any, stamps: .any))
  }

  func vouch(
    for sender: Introduction, as device: String, at now: Instant, store: inout SQLiteStore
  ) throws {
    throw ControlFailure(
      what: "nothing was imported", why: "a laptop does not look after other machines",
      remedy: "the same without --device", exit: .usage)
  }
}
