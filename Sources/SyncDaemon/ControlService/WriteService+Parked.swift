import SQLiteStore
import SyncControl
import SyncCore

extension WriteService {
  func discard(
    _ request: ParkedDiscardRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> Confirmation {
    guard store.side == .online else {
      throw ControlFailure(
        what: "the change was not discarded",
        why: "a laptop takes nothing back: what counts has to be the same everywhere",
        remedy: "labctl parked discard \(request.dot) --reason … on the online side")
    }
    guard !request.reason.isEmpty else {
      throw ControlFailure(
        what: "the change was not discarded", why: "no reason was given",
        remedy: "--reason with a sentence for the people who wrote it", exit: .usage)
    }
    try store.discardParked(request.dot, reason: request.reason, at: now)
    return Confirmation(
      words: "taken back, here and on every machine that hears of it; the bytes stay in the log")
  }
}
