import SyncCore
import SyncProtocol

extension LabWorker {
  /// How the connection stands, as one sentence for `status`.
  public func connectionWords(at now: Instant) -> String {
    let time = now.monotonicMilliseconds
    switch state {
    case .stopped: return "not started"
    case .paused: return "paused: nothing is sent or taken until `labctl sync resume`"
    case .waiting(let waiting):
      return "waiting \(durationWords(waiting.until - time)) before trying again: "
        + waiting.why
    case .dialing: return "connecting to \(configuration.endpoints[endpoint])"
    case .refused(let refused): return "not let in: \(refused.words)"
    case .conversing(let conversing):
      return words(for: conversing.session, since: conversing.since, at: now)
    }
  }

  private func words(for session: Session, since: Instant, at now: Instant) -> String {
    guard let peer = session.peer else {
      return "connected to \(configuration.endpoints[endpoint]), waiting to be let in"
    }
    let age = now.monotonicMilliseconds - since.monotonicMilliseconds
    let connected = "connected to \(peer.name) for \(durationWords(age))"
    if session.projects.isEmpty { return "\(connected), which shares no project with this one" }
    if session.inSyncSince != nil { return "\(connected), in sync" }
    if let words = session.unsendableWords { return "\(connected), not in sync: \(words)" }
    let differing = session.differingOrigins
    if differing > 0 {
      let chains = differing == 1 ? "one chain" : "\(differing) chains"
      return """
        \(connected), not in sync: \(chains) of the log differ from the other side's and wait \
        (was one of the two restored from a backup?)
        """
    }
    return session.isSettled ? "\(connected), not in sync" : "\(connected), synchronising"
  }
}

/// `12 s`, `3 min`, `2 h`.
func durationWords(_ milliseconds: Int64) -> String {
  let seconds = max(milliseconds, 0) / 1_000
  return switch seconds {
  case ..<120: "\(seconds) s"
  case ..<7_200: "\(seconds / 60) min"
  default: "\(seconds / 3_600) h"
  }
}
