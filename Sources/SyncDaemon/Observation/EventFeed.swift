import SyncControl

/// What is told of the daemon to programs that follow it. The names are a contract.
public enum EventName: String, CaseIterable, Hashable, Sendable {
  case ready, stopping, captured, captureFailed
  case dialing, waiting, refused, keyShared
  case sessionOpened, sessionEnded, inSync
  case batchApplied, batchAcknowledged
  case clockSuspect, projectAdopted, projectNotShared
  case chainsDiffer, forked, truncated, changesDropped, changesRefused, changesHeld, changeTooLarge
  case serverKeyAnnounced
  case violation, storeFailed, replicaSeen, superseded
}

/// The last events, and who waits for the next one.
final class EventFeed {
  /// How many are remembered.
  static let remembered = 1_000
  /// How many may wait at once; of more, the one that has waited longest is answered.
  static let waiting = 64
  static let longestWaitMilliseconds = 60_000

  /// Names this run of the daemon.
  let run: String
  private var events: [DaemonEvent] = []
  private var lastNumber: Int64 = 0
  private var waiters: [Waiter] = []

  private struct Waiter {
    var after: Int64
    var deadline: Int64
    var answer: (EventPage) -> Void
  }

  init(run: String) { self.run = run }

  func tell(_ event: EventName, _ fields: [String: JSON], at wallMilliseconds: Int64) {
    lastNumber += 1
    events.append(
      DaemonEvent(
        number: lastNumber, at: wallMilliseconds, event: event.rawValue, fields: fields))
    // Half at once, so that not every event moves all the others.
    if events.count >= 2 * Self.remembered { events.removeFirst(events.count - Self.remembered) }
  }

  /// Answers now, or when something has happened.
  func ask(
    _ request: EventsRequest, at monotonicMilliseconds: Int64,
    answer: @escaping (EventPage) -> Void
  ) {
    // Numbers of another run mean nothing here.
    let isOfThisRun = request.run == nil || request.run == run
    let after = isOfThisRun ? min(max(request.after ?? 0, 0), lastNumber) : 0
    let wait = min(max(request.waitMilliseconds, 0), Self.longestWaitMilliseconds)
    guard after >= lastNumber, wait > 0 else { return answer(page(after: after)) }
    if waiters.count >= Self.waiting {
      let longest = waiters.removeFirst()
      longest.answer(page(after: longest.after))
    }
    waiters.append(
      Waiter(after: after, deadline: monotonicMilliseconds + Int64(wait), answer: answer))
  }

  /// Answers everybody for whom something has happened or whose time is over.
  func answerWaiters(at monotonicMilliseconds: Int64) {
    guard !waiters.isEmpty else { return }
    let due = waiters.filter { $0.after < lastNumber || $0.deadline <= monotonicMilliseconds }
    waiters.removeAll { $0.after < lastNumber || $0.deadline <= monotonicMilliseconds }
    for waiter in due { waiter.answer(page(after: waiter.after)) }
  }

  private func page(after: Int64) -> EventPage {
    let first = max(after + 1, lastNumber - Int64(min(events.count, Self.remembered)) + 1)
    let news = events.suffix(Int(lastNumber - first + 1))
    return EventPage(run: run, events: Array(news), missed: first - after - 1)
  }
}
