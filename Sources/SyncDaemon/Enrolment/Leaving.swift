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

extension LabLink {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    guard case .leave(let request) = request else { throw ControlFailure.onlineOnly }
    return try leave(request, at: now, &store)
  }

  /// Removes a project: only when nothing of it is on this laptop alone, or when that is wanted.
  private func leave(
    _ request: LeaveRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> [UInt8] {
    guard let project = try projectID(request.project), store.projects.contains(project) else {
      throw ControlFailure(
        what: "there is no project \(request.project) here", why: "a project is named by its id",
        remedy: "take the id from labctl status", exit: .usage)
    }
    while try store.capture(atMost: 200, at: now).hasMore {}
    if !request.discard {
      let alone = try countOnlyHere(of: project, store)
      guard alone == 0 else {
        throw ControlFailure(
          what: "\(alone) changes of the project are on this laptop alone",
          why: "they would be lost with it", remedy: "labctl sync now, then again; or --discard",
          exit: .needsAttention)
      }
    }
    let departure = try store.leave(project, at: now)
    beginAnew(at: now, store: &store)
    return try ControlCodec.encode(
      answer: Confirmation(
        words: """
          the project is left: \(departure.changes) changes and all that they made are removed from this laptop. \
          The online side gets the receipt with the next connection
          """))
  }

  /// Own changes that the online side has not acknowledged.
  private func countOnlyHere(of project: ProjectID, _ store: SQLiteStore) throws -> Int {
    let figures = try store.figures(acknowledged: [:])
    let peer = try worker.session?.peer?.replica ?? store.acknowledgingPeers().first?.peer
    let known = try peer.map { try store.acknowledged(in: project, by: $0) } ?? ProjectVector()
    let progress = Progress(
      vector: try store.vector(of: project), acknowledged: known, confirmed: known,
      own: store.replica)
    return progress.queued + figures.outboxFailed
  }
}

extension UnlinkedLab {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    throw ControlFailure.onlineOnly
  }
}
