import CLinux
import Glibc
import Logging
import SQLiteStore
import SyncControl
import SyncCore
import ZeroMQ

/// The daemon's one thread of work: asleep in `zmq_poll`, then a bounded piece of everything that is
/// ready, then asleep again. It owns the store and the sockets; nothing else touches them.
final class EventLoop {
  private var store: SQLiteStore
  private let link: any SideLink
  private let control: ControlServer
  private let reader: ReaderThread
  private let requests: ControlRequests
  private let watches: Watches
  private let metrics: MetricsServer?
  private let telemetry: Telemetry
  private var witness: StoreWitness
  private let logger: Logger
  private var courtesy = WriterCourtesy()
  private var poller = Poller<LoopTag>()
  private var polledGeneration = (link: -1, metrics: -1)
  /// Whether rows may wait in the outbox.
  private var mayHaveRows = true
  private var nextLook: Int64 = 0
  private var isStopping = false
  private var lastCaptureFailure: String?
  private var hasWorked = true
  private var waitingForCapture: [() -> Void] = []
  /// Answers that look at the store and the link, which are being changed when they fall due.
  private var answersDue: [() -> Void] = []
  private var lastStatus = ""
  private var nextStatus: Int64 = 0
  /// The longest turn so far, in milliseconds: how long anything can have waited for the loop.
  private(set) var longestTurnMilliseconds: Int64 = 0

  /// Outbox rows turned into changes in one transaction: about 20 ms of work.
  private static let rowsPerCapture = 200
  /// The outbox is looked at this often even if nobody says that the files changed.
  private static let lookIntervalMilliseconds: Int64 = 1_000

  init(
    store: SQLiteStore, link: any SideLink, control: ControlServer, reader: ReaderThread,
    requests: ControlRequests, watches: Watches, metrics: MetricsServer?, witness: StoreWitness,
    telemetry: Telemetry, logger: Logger
  ) {
    self.store = store
    self.link = link
    self.control = control
    self.reader = reader
    self.requests = requests
    self.watches = watches
    self.metrics = metrics
    self.telemetry = telemetry
    self.witness = witness
    self.logger = logger
  }

  /// Runs until a signal ends it.
  func run() throws {
    captureWhatWaits()
    try link.start(at: now, store: &store)
    watches.notifier.tell(.ready)
    telemetry.tell(.ready, ["side": .text(store.side.name), "replica": .text("\(store.replica)")])
    logger.notice(
      "ready", metadata: ["side": "\(store.side.name)", "replica": "\(store.replica)"])
    StartCode.giveBack()
    while !isStopping { try turn() }
    watches.notifier.tell(.stopping)
    telemetry.tell(.stopping)
    link.stop(at: now, store: &store)
    telemetry.events.answerWaiters(at: SystemClock.monotonicMilliseconds)
    saveAcknowledgements()
    updateWitness()
    try reader.stop()
    control.close()
    logger.notice("stopped", metadata: ["longestTurnMilliseconds": "\(longestTurnMilliseconds)"])
  }

  private var now: Instant {
    Instant(
      monotonicMilliseconds: SystemClock.monotonicMilliseconds,
      wallMilliseconds: SystemClock.wallMilliseconds)
  }

  private func turn() throws {
    refreshPoller()
    if try poller.wait(timeoutMilliseconds: timeout) == .timedOut { giveMemoryBack() }
    let start = SystemClock.monotonicMilliseconds
    for ready in poller.ready { try handle(ready.tag) }
    if watches.hasResumed { link.wake(.resumed, at: now, store: &store) }
    if let deadline = link.nextDeadline, deadline <= start { link.tick(at: now, store: &store) }
    captureIfDue()
    if link.wantsWork, !courtesy.isPausing(at: SystemClock.monotonicMilliseconds), !isBehind {
      measured { link.work(at: now, store: &store) }
    }
    giveAnswersDue()
    tellServiceManager()
    let end = SystemClock.monotonicMilliseconds
    telemetry.events.answerWaiters(at: end)
    metrics?.tidy(at: end)
    requests.bundles.dropIdle(at: end)
    telemetry.turned(milliseconds: end - start)
    longestTurnMilliseconds = max(longestTurnMilliseconds, end - start)
  }

  /// While many rows wait, capture goes first, in transactions of its own.
  private var isBehind = false

  /// After work, the allocator keeps what it took; a daemon that sleeps needs little of it.
  private func giveMemoryBack() {
    guard hasWorked, !mayHaveRows, !link.wantsWork else { return }
    hasWorked = false
    saveAcknowledgements()
    malloc_trim(0)
  }

  private func saveAcknowledgements() {
    do { try store.saveAcknowledgements(at: now) } catch {
      logger.warning("acknowledgements are not on disk yet", metadata: ["why": "\(error)"])
    }
  }

  private func updateWitness() {
    do { try witness.update(from: store) } catch {
      logger.warning("how far the store is can not be noted", metadata: ["why": "\(error)"])
    }
  }

  private func refreshPoller() {
    let generation = (link: link.pollGeneration, metrics: metrics?.generation ?? 0)
    guard polledGeneration != generation else { return }
    polledGeneration = generation
    poller = Poller()
    for item in control.pollItems { poller.add(item) }
    poller.add(reader.socket.pollItem(.answers))
    for item in watches.pollItems { poller.add(item) }
    for item in link.pollItems { poller.add(item) }
    for item in metrics?.pollItems ?? [] { poller.add(item) }
  }

  private var timeout: Int {
    let time = SystemClock.monotonicMilliseconds
    var next = nextLook
    if let deadline = link.nextDeadline { next = min(next, deadline) }
    if let watchdog = watches.nextWatchdog { next = min(next, watchdog) }
    if mayHaveRows || link.wantsWork { next = min(next, courtesy.until) }
    return Int(max(0, next - time))
  }

  private func handle(_ tag: LoopTag) throws {
    switch tag {
    case .signals:
      for signal in try watches.signals.take() { handle(signal) }
    case .networkLinks:
      if try watches.takeLinkReturn() { link.wake(.linkReturned, at: now, store: &store) }
    case .storeFiles:
      if try watches.storeFiles.takeChange() {
        mayHaveRows = true
        courtesy.look(try store.commitVersion(), at: SystemClock.monotonicMilliseconds)
      }
    case .authorizedKeys:
      if try watches.takeKeyChange() { link.reloadKeys(at: now, store: &store) }
    case .control: try takeRequests()
    case .controlMonitor: try control.observe()
    case .answers: try passAnswersOn()
    case .peer, .peerMonitor, .admission:
      try link.ready(tag, at: now, store: &store)
    case .metricsListener: metrics?.accept(at: SystemClock.monotonicMilliseconds)
    case .metricsConnection(let number):
      metrics?.serve(number) { try requests.metrics(at: now, store: store, link: link) }
    }
  }

  private func handle(_ signal: SignalDescriptor.Signal) {
    switch signal {
    case .terminate, .interrupt: isStopping = true
    case .reload:
      watches.notifier.tell(
        .reloading(monotonicMicroseconds: SystemClock.monotonicMilliseconds * 1_000))
      link.reloadKeys(at: now, store: &store)
      watches.notifier.tell(.ready)
      logger.notice("reloaded")
    case .connectNow: syncNow { _, _ in }
    }
  }

  /// Captures some rows. A lock that another program holds too long, or a full disk, ends nothing: the
  /// rows stay where they are, and it is tried again in a second.
  private func captureSome() -> Captured? {
    do {
      let captured = try store.capture(atMost: Self.rowsPerCapture, at: now)
      lastCaptureFailure = nil
      telemetry.captured(captured.changes)
      return captured
    } catch {
      let words = "\(error)"
      telemetry.add(to: .captureFailures)
      if words != lastCaptureFailure {
        telemetry.tell(.captureFailed, ["why": .text(words)])
        logger.error("capture failed and is tried again", metadata: ["why": "\(words)"])
      }
      lastCaptureFailure = words
      mayHaveRows = false
      nextLook = SystemClock.monotonicMilliseconds + Self.lookIntervalMilliseconds
      return nil
    }
  }

  /// Whoever asked for a sync is heard when everything written before is a change.
  private func answerWhoWaited() {
    guard !mayHaveRows else { return }
    let waiting = waitingForCapture
    waitingForCapture = []
    for resume in waiting { resume() }
  }

  private func giveAnswersDue() {
    let due = answersDue
    answersDue = []
    for give in due { give() }
  }

  private func captureIfDue() {
    let time = SystemClock.monotonicMilliseconds
    if time >= nextLook {
      mayHaveRows = true
      nextLook = time + Self.lookIntervalMilliseconds
    }
    guard mayHaveRows, !courtesy.isPausing(at: time) else { return }
    guard let captured = captureSome() else { return }
    mayHaveRows = captured.hasMore
    isBehind = captured.hasMore
    defer { answerWhoWaited() }
    guard captured.rows > 0 || captured.changes > 0 else { return }
    hasWorked = true
    if captured.hasMore {
      courtesy.captured(from: time, to: SystemClock.monotonicMilliseconds)
    }
    if captured.changes > 0 { link.storeChanged(at: now, store: &store) }
  }

  /// What was written while the daemon was stopped is captured before anything else, in bounded
  /// transactions, and with pauses as long as these for other writers.
  private func captureWhatWaits() {
    var total = 0
    var start = SystemClock.monotonicMilliseconds
    while let captured = captureSome() {
      total += captured.changes
      watches.notifier.tell(.status("capturing what was written meanwhile: \(total) changes"))
      guard captured.hasMore else { break }
      let took = SystemClock.monotonicMilliseconds - start
      watches.pause(milliseconds: Int32(clamping: min(max(took, 5), 100)))
      start = SystemClock.monotonicMilliseconds
    }
    if total > 0 {
      logger.notice("captured what was written meanwhile", metadata: ["changes": "\(total)"])
    }
  }

  private func measured(_ body: () -> Void) {
    let start = SystemClock.monotonicMilliseconds
    body()
    hasWorked = true
    courtesy.applied(from: start, to: SystemClock.monotonicMilliseconds)
  }

  private static let requestsPerTurn = 8

  private func takeRequests() throws {
    for _ in 0..<Self.requestsPerTurn {
      guard let (client, bytes) = try control.next() else { return }
      let start = SystemClock.monotonicMilliseconds
      let answer: ([UInt8]) -> Void = { [control, logger] answer in
        do { try control.answer(client, answer) } catch {
          logger.debug("nobody took an answer", metadata: ["why": "\(error)"])
        }
      }
      switch requests.handle(bytes, at: now, store: &store, link: link, answer: answer) {
      case .answered: break
      case .syncNow(let reply): syncNow(reply)
      case .leaveCheck:
        syncNow { [unowned self] isDone, words in
          answersDue.append {
            answer(
              self.requests.leaveAnswer(
                why: isDone ? nil : words, store: self.store, link: self.link))
          }
        }
      case .leave(let request):
        syncNow { [unowned self] isDone, words in
          answersDue.append {
            answer(
              self.requests.leave(
                request, why: isDone ? nil : words, at: self.now, store: &self.store,
                link: self.link))
            self.hasWorked = true
          }
        }
      case .wrote:
        hasWorked = true
        courtesy.applied(from: start, to: SystemClock.monotonicMilliseconds)
        link.storeChanged(at: now, store: &store)
      case .readOnly: try askReader(client, bytes)
      case .report(let completeness): try askReader(client, bytes, knowing: completeness)
      }
    }
  }

  /// What was written just before the question is seen by its answer.
  private func askReader(_ client: [UInt8], _ bytes: [UInt8], knowing: [UInt8]? = nil) throws {
    if let captured = captureSome(), captured.changes > 0 {
      link.storeChanged(at: now, store: &store)
    }
    try reader.ask(client, bytes, knowing: knowing)
  }

  private func syncNow(_ reply: @escaping (_ isDone: Bool, _ words: String) -> Void) {
    mayHaveRows = true
    waitingForCapture.append { [unowned self] in
      link.syncNow(at: now, store: &store, answer: reply)
    }
  }

  private func passAnswersOn() throws {
    while let message = try reader.socket.receive() {
      guard message.parts.count == 2 else { continue }
      do { try control.answer(message.parts[0], message.parts[1]) } catch {
        logger.debug("nobody took an answer", metadata: ["why": "\(error)"])
      }
    }
  }

  private func tellServiceManager() {
    watches.feedWatchdog()
    let time = SystemClock.monotonicMilliseconds
    guard time >= nextStatus else { return }
    nextStatus = time + Self.lookIntervalMilliseconds
    updateWitness()
    let words = link.connectionWords(at: now)
    if words != lastStatus {
      lastStatus = words
      watches.notifier.tell(.status(words))
    }
  }
}
