import SyncCore

/// One conversation between two replicas, as a state machine that knows no socket, no clock and no
/// thread. After the handshake both sides do the same.
///
/// ```
///            start              welcome: go
///   idle ───────────▶ greeting ─────────────▶ running ──┐
///                        │ not admitted                 │ bye, violation, silence, close
///   hello ─▶ (responder) running, or ended              ▼
///                        └───────────────────────────▶ ended
/// ```
///
/// A batch that arrives is queued and its receipt sent; ``SessionInput/work`` commits one batch, then
/// acknowledges it, and sends at most one. So a turn is bounded, and *received* and *durable* are
/// different things. Lanes go in their order: a batch is always taken from the lowest lane of which
/// something is left.
///
/// An error that the store throws passes through `handle`; the session is to be thrown away then,
/// and a new one finds out what was committed.
public struct Session: Sendable {
  private(set) var state: State

  enum State: Sendable {
    case idle(SessionConfiguration)
    case greeting(Greeting)
    case running(Running)
    case ended(SessionEnding)
  }

  /// The side that dials. It speaks when it is told to ``SessionInput/start``.
  public init(_ configuration: SessionConfiguration) {
    state = .idle(configuration)
  }

  /// The side that was dialed, and what it answers to a hello.
  public static func accepting(
    _ hello: Hello, admission: Admission, _ configuration: SessionConfiguration,
    at now: Instant, store: inout some ChangeStore
  ) throws -> (session: Session, outputs: [SessionOutput]) {
    var session = Session(configuration)
    var outputs: [SessionOutput] = []
    session.state = try Running.answering(
      hello, admission: admission, configuration, at: now, store: &store, outputs: &outputs)
    return (session, outputs)
  }

  public mutating func handle(
    _ input: SessionInput, at now: Instant, store: inout some ChangeStore
  ) throws -> [SessionOutput] {
    var outputs: [SessionOutput] = []
    switch state {
    case .idle(let configuration):
      state = try Self.handleIdle(configuration, input, now, &store, &outputs)
    case .greeting(let greeting):
      state = try greeting.handle(input, at: now, store: &store, outputs: &outputs)
    case .running(var running):
      // The payload is moved out and back, so that its dictionaries are not copied.
      state = .ended(.closedHere(.stopping))
      let ending = try running.handle(input, at: now, store: &store, outputs: &outputs)
      state = ending.map { .ended($0) } ?? .running(running)
      if let ending { outputs.append(.ended(ending)) }
    case .ended:
      break
    }
    return outputs
  }

  /// Says goodbye and ends.
  public mutating func close(_ reason: Bye.Reason, words: String) -> [SessionOutput] {
    let ending = SessionEnding.closedHere(reason)
    switch state {
    case .ended: return []
    case .idle:
      state = .ended(ending)
      return [.ended(ending)]
    case .greeting, .running:
      state = .ended(ending)
      return [.send(.bye(Bye(reason, words: words))), .ended(ending)]
    }
  }

  private static func handleIdle(
    _ configuration: SessionConfiguration, _ input: SessionInput, _ now: Instant,
    _ store: inout some ChangeStore, _ outputs: inout [SessionOutput]
  ) throws -> State {
    switch input {
    case .start:
      let greeting = try Greeting(configuration, at: now, store: store)
      outputs.append(.send(.hello(greeting.hello)))
      return .greeting(greeting)
    case .received, .storeChanged, .work, .commit, .tick, .prove:
      return .idle(configuration)
    }
  }
}

extension Session {
  /// Whether ``SessionInput/work`` would do something.
  public var hasWork: Bool { hasIncoming || hasOutgoing }

  /// A batch waits to be committed.
  public var hasIncoming: Bool {
    if case .running(let running) = state { running.hasIncoming } else { false }
  }

  /// Something may be to be sent, and the credit allows it.
  public var hasOutgoing: Bool {
    if case .running(let running) = state { running.hasOutgoing } else { false }
  }

  /// The store has changed, and ``SessionInput/storeChanged`` will tell: until then the session is not
  /// settled.
  public mutating func expectNews() {
    guard case .running(var running) = state else { return }
    running.markPending()
    state = .running(running)
  }

  /// The monotonic time at which ``SessionInput/tick`` is wanted.
  public var nextDeadline: Int64? {
    switch state {
    case .idle, .ended: nil
    case .greeting(let greeting): greeting.deadline
    case .running(let running): running.nextDeadline
    }
  }

  public var isEnded: Bool {
    switch state {
    case .ended: true
    case .idle, .greeting, .running: false
    }
  }

  /// Whether the handshake succeeded and the session goes on.
  public var isOpen: Bool { running != nil }

  /// The other side, once it is known.
  public var peer: Introduction? { running?.peer }

  public var clockOffsetMilliseconds: Int64? { running?.clockOffsetMilliseconds }

  /// Nothing waits to be sent, committed, acknowledged or proven. The proofs may have failed.
  public var isSettled: Bool { running?.isSettled ?? false }

  /// When both sides were last seen to hold the same of every shared project; `nil` where that is
  /// not proven now.
  public var inSyncSince: Instant? {
    guard let running, !running.shares.isEmpty else { return nil }
    var earliest: Instant?
    for share in running.shares.values {
      guard let proven = share.provenAt, share.excluded.isEmpty else { return nil }
      if proven.monotonicMilliseconds < earliest?.monotonicMilliseconds ?? Int64.max {
        earliest = proven
      }
    }
    return earliest
  }

  /// When both sides were last seen to hold the same of one project.
  public func inSync(_ project: ProjectID) -> Instant? {
    guard let share = running?.shares[project], share.excluded.isEmpty else { return nil }
    return share.provenAt
  }

  /// The peer finds out where its store and this one part, which a newer session of its device must not
  /// cut short: that may be the other copy.
  public var isPeerInquiring: Bool {
    guard let running else { return false }
    return running.configuration.isPeerSuperseded || running.hasBeenProbed
  }

  /// The peer is revoked, and hands over what it has.
  public var isHolding: Bool { running?.configuration.enrolment.isHeld ?? false }

  /// Origins whose chains differ from the other side's: they wait.
  public var differingOrigins: Int {
    running?.shares.values.reduce(0) { $0 + $1.excluded.count - $1.unsendable.count } ?? 0
  }

  /// Origins of this store whose next change is larger than ``Limits/changeBytes``: they wait.
  public var unsendableOrigins: Int {
    running?.shares.values.reduce(0) { $0 + $1.unsendable.count } ?? 0
  }

  /// What that means, as a part of a sentence for a person; `nil` where there are none.
  public var unsendableWords: String? {
    guard unsendableOrigins > 0 else { return nil }
    return "a change that an earlier version wrote here is larger than a message may be (8 MB), so "
      + "it and what was written after it stay on this machine"
  }

  /// The shared projects, sorted.
  public var projects: [ProjectID] { running?.order ?? [] }

  /// How far this store's changes of a project have come at the peer. Cost: from memory.
  public func progress(of project: ProjectID, in store: some ChangeStore) throws -> Progress? {
    guard let running, let share = running.shares[project] else { return nil }
    var progress = Progress(
      vector: try store.vector(of: project), acknowledged: share.acknowledged,
      confirmed: share.confirmed, own: store.replica)
    let received = running.outgoing.receivedCount(of: store.replica, in: project)
    progress.received = min(received, progress.queued)
    progress.queued -= progress.received
    return progress
  }

  var running: Running? {
    if case .running(let running) = state { running } else { nil }
  }
}
