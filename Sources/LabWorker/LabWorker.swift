import SyncCore
import SyncProtocol

/// What a lab laptop does, and when: dials, waits, talks, and says how things stand.
///
/// ```
///   stopped ─start─▶ dialing ─connected─▶ conversing
///                     ▲  │ failed, too slow    │ ended, disconnected, store failed
///                     │  ▼                     ▼
///                    waiting ◀─────────────────┘        refused (a person has to act)
/// ```
///
/// `pause` leads to `paused` from everywhere, `resume` and `wake` to dialing. A failure destroys the
/// socket and moves on to the next endpoint; only a proof of being in sync resets the backoff.
public struct LabWorker: Sendable {
  public private(set) var configuration: LabConfiguration
  private(set) var state: State = .stopped
  private(set) var endpoint = 0
  private var backoff: Backoff
  /// What was fetched anew since both sides last agreed: not a second time.
  private var repaired: Set<Origin> = []
  /// Wishes to sync now that are not answered, in order.
  private var requests: [SyncRequest] = []

  enum State: Sendable {
    case stopped
    case paused
    case waiting(Waiting)
    case dialing(Dialing)
    case conversing(Conversing)
    case refused(Refused)
  }

  struct Waiting: Sendable {
    var until: Int64
    var why: String
  }

  struct Dialing: Sendable {
    var deadline: Int64
  }

  struct Conversing: Sendable {
    var session: Session
    var since: Instant
  }

  struct Refused: Sendable {
    var until: Int64
    var words: String
  }

  /// `seed` decides the jitter.
  public init(_ configuration: LabConfiguration, seed: UInt64) {
    self.configuration = configuration
    backoff = Backoff(limits: configuration.limits, seed: seed)
  }

  /// What the hellos from here on present.
  public mutating func present(_ enrolment: Enrolment) {
    configuration.session.enrolment = enrolment
  }

  public mutating func handle(
    _ input: LabInput, at now: Instant, store: inout some ChangeStore
  ) -> [LabOutput] {
    var outputs: [LabOutput] = []
    switch input {
    case .start: if case .stopped = state { dial(at: now, &outputs) }
    case .transportConnected: connected(at: now, &store, &outputs)
    case .transportFailed(let words), .disconnected(let words): lost(words, at: now, &outputs)
    case .message(let message): converse(.received(message), at: now, &store, &outputs)
    case .undecodable(let words): undecodable(words, at: now, &outputs)
    case .tick: tick(at: now, &store, &outputs)
    case .work: converse(.work, at: now, &store, &outputs)
    case .wake: wake(at: now, &store, &outputs)
    case .pause: pause(&outputs)
    case .resume: if case .paused = state { dial(at: now, &outputs) }
    case .syncNow(let request): syncNow(request, at: now, &store, &outputs)
    case .storeChanged: converse(.storeChanged, at: now, &store, &outputs)
    case .stop: stop(&outputs)
    }
    if case .conversing(let conversing) = state, conversing.session.hasWork {
      outputs.append(.requestWork)
    }
    return outputs
  }

  /// The monotonic time at which ``LabInput/tick`` is wanted.
  public var nextDeadline: Int64? {
    switch state {
    case .stopped, .paused: nil
    case .waiting(let waiting): waiting.until
    case .dialing(let dialing): dialing.deadline
    case .conversing(let conversing): conversing.session.nextDeadline
    case .refused(let refused): refused.until
    }
  }

  /// The session, while there is one.
  public var session: Session? {
    if case .conversing(let conversing) = state { conversing.session } else { nil }
  }
}

extension LabWorker {
  private mutating func dial(at now: Instant, _ outputs: inout [LabOutput]) {
    let limit = configuration.limits.dialMilliseconds
    state = .dialing(Dialing(deadline: now.monotonicMilliseconds + limit))
    outputs.append(.dial(endpoint: endpoint))
    outputs.append(.event(.dialing(endpoint: endpoint)))
  }

  private mutating func connected(
    at now: Instant, _ store: inout some ChangeStore, _ outputs: inout [LabOutput]
  ) {
    guard case .dialing = state else { return }
    var session = configuration.session
    session.unrepairable = repaired
    state = .conversing(Conversing(session: Session(session), since: now))
    converse(.start, at: now, &store, &outputs)
  }

  /// The transport's news. Without a connection asked for, it is about an older one.
  private mutating func lost(_ words: String, at now: Instant, _ outputs: inout [LabOutput]) {
    switch state {
    case .dialing, .conversing: fail(words, at: now, &outputs)
    case .stopped, .paused, .waiting, .refused: break
    }
  }

  private mutating func undecodable(
    _ words: String, at now: Instant, _ outputs: inout [LabOutput]
  ) {
    guard case .conversing(var conversing) = state else { return }
    for output in conversing.session.close(.violation, words: words) {
      pass(on: output, at: now, &outputs)
    }
  }

  private mutating func tick(
    at now: Instant, _ store: inout some ChangeStore, _ outputs: inout [LabOutput]
  ) {
    let time = now.monotonicMilliseconds
    switch state {
    case .waiting(let waiting) where time >= waiting.until: dial(at: now, &outputs)
    case .refused(let refused) where time >= refused.until: dial(at: now, &outputs)
    case .dialing(let dialing) where time >= dialing.deadline:
      fail("nothing answers at \(configuration.endpoints[endpoint])", at: now, &outputs)
    case .conversing: converse(.tick, at: now, &store, &outputs)
    case .stopped, .paused, .waiting, .refused, .dialing: break
    }
  }

  /// A socket that is still being connected may be stuck on the old route: it is made anew.
  private mutating func wake(
    at now: Instant, _ store: inout some ChangeStore, _ outputs: inout [LabOutput]
  ) {
    switch state {
    case .waiting, .refused: dial(at: now, &outputs)
    case .dialing:
      outputs.append(.hangUp)
      dial(at: now, &outputs)
    case .conversing: converse(.prove, at: now, &store, &outputs)
    case .stopped, .paused: break
    }
  }

  private mutating func pause(_ outputs: inout [LabOutput]) {
    leave(.paused, words: "paused by a person", &outputs)
    state = .paused
    answer(.failed(words: "paused: resume with `labctl sync resume`"), &outputs)
  }

  private mutating func stop(_ outputs: inout [LabOutput]) {
    leave(.stopping, words: "the daemon stops", &outputs)
    state = .stopped
    answer(.failed(words: "the daemon stops"), &outputs)
  }

  private mutating func leave(
    _ reason: Bye.Reason, words: String, _ outputs: inout [LabOutput]
  ) {
    switch state {
    case .conversing(var conversing):
      for case .send(let message) in conversing.session.close(reason, words: words) {
        outputs.append(.send(message))
      }
      outputs.append(.hangUp)
    case .dialing: outputs.append(.hangUp)
    case .stopped, .paused, .waiting, .refused: break
    }
  }

  private mutating func syncNow(
    _ request: SyncRequest, at now: Instant, _ store: inout some ChangeStore,
    _ outputs: inout [LabOutput]
  ) {
    requests.append(request)
    switch state {
    case .stopped: answer(.failed(words: "the worker is not started"), &outputs)
    case .paused: answer(.failed(words: "paused: resume with `labctl sync resume`"), &outputs)
    case .waiting, .refused: dial(at: now, &outputs)
    case .dialing: break
    case .conversing: converse(.prove, at: now, &store, &outputs)
    }
  }

  private mutating func answer(_ answer: SyncAnswer, _ outputs: inout [LabOutput]) {
    for request in requests { outputs.append(.event(.answered(request, answer))) }
    requests = []
  }
}

extension LabWorker {
  private mutating func converse(
    _ input: SessionInput, at now: Instant, _ store: inout some ChangeStore,
    _ outputs: inout [LabOutput]
  ) {
    guard case .conversing(var conversing) = state else { return }
    // The payload is moved out and back, so that its dictionaries are not copied.
    state = .stopped
    do {
      let said = try conversing.session.handle(input, at: now, store: &store)
      let isInSync = conversing.session.inSyncSince != nil
      let isSettled = conversing.session.isSettled
      state = .conversing(conversing)
      for output in said { pass(on: output, at: now, &outputs) }
      guard case .conversing = state else { return }
      if isInSync {
        backoff.reset()
        repaired = []
      }
      if isSettled { answerSettled(&outputs) }
    } catch {
      state = .conversing(conversing)
      outputs.append(.event(.storeFailed(words: "\(error)")))
      let words = "this side's store failed"
      outputs.append(.send(.bye(Bye(.storeFailed, words: words))))
      fail(words, at: now, &outputs)
    }
  }

  private mutating func answerSettled(_ outputs: inout [LabOutput]) {
    guard !requests.isEmpty, case .conversing(let conversing) = state else { return }
    let otherwise: SyncAnswer =
      conversing.session.projects.isEmpty ? .nothingShared : .different
    answer(conversing.session.inSyncSince.map { .inSync(at: $0) } ?? otherwise, &outputs)
  }

  private mutating func pass(
    on output: SessionOutput, at now: Instant, _ outputs: inout [LabOutput]
  ) {
    switch output {
    case .send(let message): outputs.append(.send(message))
    case .event(let event):
      if case .truncated(_, let origin, _) = event { repaired.insert(origin) }
      outputs.append(.event(.session(event)))
    case .ended(let ending):
      outputs.append(.event(.sessionEnded(ending)))
      ended(ending, at: now, &outputs)
    }
  }

  private mutating func ended(
    _ ending: SessionEnding, at now: Instant, _ outputs: inout [LabOutput]
  ) {
    switch ending {
    case .notAdmitted(.comeBack(let milliseconds, let words)):
      outputs.append(.hangUp)
      wait(backoff.spread(Int64(milliseconds)), why: words, at: now, &outputs)
      answer(.failed(words: words), &outputs)
    case .notAdmitted(.renewKey(let words)):
      outputs.append(.hangUp)
      outputs.append(.event(.keyShared(words: words)))
      // With a key of its own it is told who may let it in.
      wait(backoff.next(), why: words, at: now, &outputs)
      answer(.failed(words: words), &outputs)
    case .notAdmitted(let admission):
      outputs.append(.hangUp)
      refused(admission.words, at: now, &outputs)
    case .closedByPeer(let bye) where bye.reason == .revoked:
      outputs.append(.hangUp)
      refused(bye.words, at: now, &outputs)
    case .closedHere(.forked):
      outputs.append(.hangUp)
      dial(at: now, &outputs)
    case .closedByPeer, .violation, .silence, .closedHere:
      fail(ending.words, at: now, &outputs)
    }
  }

  private mutating func refused(
    _ words: String, at now: Instant, _ outputs: inout [LabOutput]
  ) {
    let until = now.monotonicMilliseconds + configuration.limits.refusedMilliseconds
    state = .refused(Refused(until: until, words: words))
    outputs.append(.event(.refused(words: words)))
    answer(.failed(words: words), &outputs)
  }

  /// Destroys the socket, moves on to the next endpoint and waits.
  private mutating func fail(_ words: String, at now: Instant, _ outputs: inout [LabOutput]) {
    outputs.append(.hangUp)
    endpoint = (endpoint + 1) % configuration.endpoints.count
    wait(backoff.next(), why: words, at: now, &outputs)
    answer(.failed(words: words), &outputs)
  }

  private mutating func wait(
    _ milliseconds: Int64, why words: String, at now: Instant, _ outputs: inout [LabOutput]
  ) {
    state = .waiting(Waiting(until: now.monotonicMilliseconds + milliseconds, why: words))
    outputs.append(.event(.waiting(milliseconds: milliseconds, why: words)))
  }
}
