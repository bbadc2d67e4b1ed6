/// What becomes of machines at the online side's door, each counted under its name.
public enum Passage: String, CaseIterable, Comparable, Sendable {
  /// It has said hello with a key that nobody knows, and waits.
  case pending
  /// Somebody let it in.
  case approved
  /// It presented a good invitation.
  case invited
  /// It presented one that is none, that another used, or that is over.
  case unknownInvitation, usedInvitation, expiredInvitation
  /// It was never let in.
  case neverLetIn
  /// It was shut out, and what it had brought from some change on was taken back with that.
  case takenBack
  /// It was shut out, and handed over what it had.
  case handedOver
  /// Somebody took over what it had handed over: all, or up to a moment.
  case released, releasedInPart
  /// It was let in again.
  case approvedAgain
  /// It was never let in again.
  case shutOutForGood

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
