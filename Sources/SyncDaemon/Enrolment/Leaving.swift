import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

extension ControlFailure {
  /// What is asked of a laptop and belongs to the online side.
  static let onlineOnly = ControlFailure(
    what: "this is a laptop", why: "the online side says who gets in",
    remedy: "run it on the online side")
}

/// A project goes from a laptop.
extension ControlRequests {
  /// The project that is to go.
  func project(
    of request: LeaveRequest, _ store: SQLiteStore
  ) throws(ControlFailure) -> ProjectID {
    guard let project = try projectID(request.project), store.projects.contains(project) else {
      throw ControlFailure(
        what: "there is no project \(request.project) here", why: "a project is named by its id",
        remedy: "take the id from labctl status", exit: .usage)
    }
    return project
  }

  /// Removes it: only when both sides were just seen to hold the same of it, or when the loss is wanted.
  /// Without `discard` it is asked right after a pass, and `why` is how that ended where not well.
  func leave(
    _ request: LeaveRequest, why: String?, at now: Instant, store: inout SQLiteStore,
    link: any SideLink
  ) -> [UInt8] {
    do {
      let project = try project(of: request, store)
      if request.discard { while try store.capture(atMost: 200, at: now).hasMore {} }
      guard
        let check = try link.leaveCheck(
          uncaptured: store.writes(to: project), only: project, store: store)
      else { throw ControlFailure.onlineOnly }
      guard check.isSafe || request.discard else { throw Self.notLeft(check, why) }
      let confirmed = request.discard ? nil : try store.vector(of: project)
      let removal = try store.leave(project, confirmed: confirmed, at: now)
      link.beginAnew(at: now, store: &store)
      return Self.encodedOrFailure(
        Confirmation(words: Self.words(removal, request.discard ? check : nil)))
    } catch let moved as ProjectMoved {
      return Self.bytes(of: ControlFailure(of: moved, in: logger))
    } catch {
      return Self.bytes(of: ControlFailure(of: error, in: logger))
    }
  }

  private static let whatElse =
    "labctl sync now, then again; with --discard what only this laptop has is lost"

  private static func notLeft(_ check: LeaveCheck, _ why: String?) -> ControlFailure {
    ControlFailure(
      what: "the project stays: it is not certain that all of it is online",
      why: LeaveAnswer(check, why: why).reasons.joined(separator: "; "), remedy: whatElse,
      exit: .needsAttention)
  }

  private static func failure(_ moved: ProjectMoved) -> ControlFailure {
    let writes = counted(moved.writes, "write")
    return ControlFailure(
      what: "the project stays: it was written to while it was to be removed",
      why: moved.writes > 0
        ? "\(writes) on this laptop \(moved.writes == 1 ? "is" : "are") not online yet"
        : "this laptop has changes that are not known to be online",
      remedy: "stop what writes to it; \(whatElse)", exit: .needsAttention)
  }

  /// `lost` is the look before everything went.
  private static func words(_ removal: ProjectRemoval, _ lost: LeaveCheck?) -> String {
    let changes = counted(Int(clamping: removal.departure.changes), "change")
    var words =
      "the project is left: \(changes) and all that they made are removed from this laptop"
    if let lost {
      let alone = lost.notDurable + lost.notConfirmed
      let known = lost.provenAt == nil ? " (by what the online side last said)" : ""
      words +=
        "; not known to be online\(known): \(counted(alone, "change")) written here, and "
        + "\(counted(removal.writes, "write")) not captured yet"
    }
    return words + ". The online side gets the receipt with the next connection"
  }
}
