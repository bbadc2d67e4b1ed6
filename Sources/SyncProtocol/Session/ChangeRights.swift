import SyncCore

/// What whoever brings changes may bring, change by change: the same for a session and for a bundle.
public struct ChangeRights: Hashable, Sendable {
  public var authors: AuthorAccess
  public var stamps: StampAccess
  /// Why ``authors`` leaves others out.
  public var authorRefusal: String

  public init(
    authors: AuthorAccess, stamps: StampAccess,
    authorRefusal: String = Enrolment().authorRefusal
  ) {
    self.authors = authors
    self.stamps = stamps
    self.authorRefusal = authorRefusal
  }

  /// The first change of the run that may not be brought, and why. Behind it nothing of its origin can
  /// follow. Cost: one pass over the tags of each change.
  public func objection(to run: ChangeRun) -> (place: Int, words: String)? {
    guard authors.allows(run.replica) else { return (0, authorRefusal) }
    for (place, change) in run.changes.enumerated() {
      // It could be passed on to nobody, and nothing behind it either.
      guard change.bytes.count + change.personal.count <= Limits.changeBytes else {
        return (place, "it is larger than a change may be")
      }
      if let words = stamps.objection(to: change, of: run.replica) { return (place, words) }
    }
    return nil
  }
}

/// What becomes of what a replica wrote, where a bundle brings it: there is no session whose device
/// answers for it.
public enum CarriedRuling: Hashable, Sendable {
  case taken(ChangeRights)
  /// The device with this key was shut out: what it may bring is kept outside the log.
  case held(key: String, ChangeRights)
  case refused(words: String)
}

extension SessionConfiguration {
  /// What the peer of the session may bring.
  var rights: ChangeRights {
    ChangeRights(
      authors: authors, stamps: enrolment.stamps, authorRefusal: enrolment.authorRefusal)
  }
}
