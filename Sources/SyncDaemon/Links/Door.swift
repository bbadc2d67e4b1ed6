/// Who may still connect, by how many descriptors are left.
///
/// A process without descriptors can not open its files, and libzmq ends it when somebody then
/// connects to the control socket. Connections are counted by what the system gives them: always
/// the lowest free number, so that a connection with number `n` has `n` open descriptors below it.
struct Door {
  enum State: Hashable, Sendable {
    case open
    /// Only machines that were let in: those that anybody can make would hold the door shut.
    case known
    case shut
  }

  private(set) var state = State.open
  /// When to look whether connections have gone; nil where nothing has to change for that.
  private(set) var nextLook: Int64?

  /// The open descriptors at which it is shut, where the process may have `limit`.
  static func bound(ofLimit limit: Int) -> Int {
    min(GateLimits.descriptors, max(limit / 2, limit - GateLimits.descriptorsInReserve))
  }

  /// The open descriptors at which the control socket is emptied: beyond what this door lets in.
  static func controlBound(ofLimit limit: Int) -> Int {
    let bound = bound(ofLimit: limit)
    return bound + (limit - bound) / 2
  }

  /// A connection with this number was accepted.
  mutating func accepted(_ descriptor: Int, limit: Int, at milliseconds: Int64) {
    let bound = Self.bound(ofLimit: limit)
    if descriptor >= bound {
      state = .shut
    } else if descriptor >= bound / 2, state == .open {
      state = .known
    }
    if state != .open, nextLook == nil {
      nextLook = milliseconds + GateLimits.doorLookMilliseconds
    }
  }

  /// So many descriptors are open. It opens at three quarters of what shuts it.
  mutating func look(open count: Int, limit: Int, at milliseconds: Int64) {
    let bound = Self.bound(ofLimit: limit)
    if state == .shut, count < bound / 4 * 3 { state = .known }
    if state == .known, count < bound / 8 * 3 { state = .open }
    nextLook = state == .open ? nil : milliseconds + GateLimits.doorLookMilliseconds
  }
}
