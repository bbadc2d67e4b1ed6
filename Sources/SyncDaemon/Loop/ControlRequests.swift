import Logging
import SQLiteStore
import SyncControl
import SyncCore

/// Sorts what labctl asks: status and sync are answered here, writes by the write service in a
/// transaction of their own, and questions that only read go to the reader.
struct ControlRequests {
  enum Handling {
    case answered
    /// To be done when everything written before is a change; then the closure is told how it went.
    case syncNow((_ isDone: Bool, _ words: String) -> Void)
    /// To be answered by ``ControlRequests/leaveAnswer(why:store:link:)`` when such a pass has ended.
    case leaveCheck
    /// To be answered by ``ControlRequests/leave(_:why:at:store:link:)`` when such a pass has ended.
    case leave(LeaveRequest)
    /// Answered, and the store has changed.
    case wrote
    /// To be answered beside the loop.
    case readOnly
    /// The same, with what is known here of the other machines: a `Report.Completeness`.
    case report([UInt8])
  }

  let status: StatusReport
  let telemetry: Telemetry
  let logger: Logger
  let bundles: BundleImports

  init(status: StatusReport, telemetry: Telemetry, logger: Logger) {
    self.status = status
    self.telemetry = telemetry
    self.logger = logger
    bundles = BundleImports(telemetry: telemetry, logger: logger)
  }

  func handle(
    _ bytes: [UInt8], at now: Instant, store: inout SQLiteStore, link: any SideLink,
    answer: @escaping ([UInt8]) -> Void
  ) -> Handling {
    telemetry.add(to: .controlRequests)
    do {
      let request = try ControlCodec.decodeRequest(bytes)
      switch request.service {
      case .loop:
        return try answerHere(request, at: now, store: &store, link: link, answer: answer)
      case .reading: return .readOnly
      case .reporting:
        let standing = try link.standing(at: now, store: store)
        let completeness = Report.Completeness(
          try status.make(store, standing, at: now), machines: standing.machines)
        return .report(try ControlCodec.encode(answer: completeness))
      case .writing:
        let before = try store.ownChanges
        let bytes = try write(request, at: now, store: &store)
        telemetry.captured(try store.ownChanges - before)
        answer(bytes)
        return .wrote
      }
    } catch {
      answer(Self.bytes(of: ControlFailure(of: error, in: logger)))
      // A command may fail after it has written: its change is sent like any other.
      return .wrote
    }
  }

  private func write(
    _ request: ControlRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    let writes = WriteService(
      names: ReplicaNames(try store.replicaNames()), logger: logger)
    return try writes.answer(to: request, store: &store, at: now)
  }

  private func answerHere(
    _ request: ControlRequest, at now: Instant, store: inout SQLiteStore, link: any SideLink,
    answer: @escaping ([UInt8]) -> Void
  ) throws -> Handling {
    switch request {
    case .sync(let request):
      return sync(request.action, at: now, store: &store, link: link, answer: answer)
    case .metrics:
      let text = try metrics(at: now, store: store, link: link)
      answer(try ControlCodec.encode(answer: MetricsText(text: text)))
      return .answered
    case .events(let request):
      telemetry.events.ask(request, at: now.monotonicMilliseconds) { page in
        answer(Self.encodedOrFailure(page))
      }
      return .answered
    case .leaveCheck: return .leaveCheck
    case .bundleUpload(let request):
      let upload = try bundles.take(request, beside: store.path, at: now)
      answer(try ControlCodec.encode(answer: upload))
      return .answered
    case .bundleImport(let request):
      let progress = try bundles.goOn(request, at: now, store: &store, link: link)
      answer(try ControlCodec.encode(answer: progress))
      return progress.phase == .applying ? .wrote : .answered
    case .repair(let request):
      answer(try repair(request, at: now, store: &store, link: link))
      return .answered
    case .fleet:
      guard let fleet = link.fleet(at: now, store: store) else {
        throw ControlFailure(
          what: "there is no fleet to show", why: "this laptop serves no other machine",
          remedy: "labctl fleet on the online side; labctl status here")
      }
      answer(try ControlCodec.encode(answer: fleet))
      return .answered
    case .peer(.leave(let request)) where store.side == .lab:
      _ = try project(of: request, store)
      guard request.discard else { return .leave(request) }
      answer(leave(request, why: nil, at: now, store: &store, link: link))
      return .wrote
    case .peer(let request):
      answer(try link.administer(request, at: now, store: &store))
      return .wrote
    default:
      let standing = try link.standing(at: now, store: store)
      answer(try ControlCodec.encode(answer: try status.make(store, standing, at: now)))
      return .answered
    }
  }

  /// The metrics as they are now.
  func metrics(at now: Instant, store: SQLiteStore, link: any SideLink) throws -> String {
    let standing = try link.standing(at: now, store: store)
    return MetricsReport(telemetry, try status.make(store, standing, at: now)).text
  }

  /// Whether the machine may be lost now. `why` is how the pass made for it ended, where not well.
  func leaveAnswer(why: String?, store: SQLiteStore, link: any SideLink) -> [UInt8] {
    do {
      let figures = try store.figures(acknowledged: [:])
      let uncaptured = figures.outboxWaiting + figures.outboxFailed
      guard
        let check = try link.leaveCheck(uncaptured: uncaptured, only: nil, store: store)
      else {
        throw ControlFailure(
          what: "there is nothing to check", why: "this is the online side itself",
          remedy: "run labctl leave-check on the laptop")
      }
      return try ControlCodec.encode(answer: LeaveAnswer(check, why: why))
    } catch {
      return Self.bytes(of: ControlFailure(of: error, in: logger))
    }
  }

  private func repair(
    _ request: RepairRequest, at now: Instant, store: inout SQLiteStore, link: any SideLink
  ) throws -> [UInt8] {
    guard store.side == .lab else {
      throw ControlFailure(
        what: "the online side can not repair its log", why: "laptops hold only a part of it",
        remedy: "restore a backup")
    }
    guard let project = ProjectID(request.project), let replica = ReplicaID(request.replica),
      let lane = UInt8(exactly: request.lane).flatMap(Lane.init(rawValue:)), request.sequence > 0
    else {
      throw ControlFailure(
        what: "there is no such part of the log", why: "", remedy: "labctl verify", exit: .usage)
    }
    guard replica != store.replica else {
      throw ControlFailure(
        what: "this machine's own changes can not be fetched anew",
        why: "the other side may not have them all", remedy: "restore a backup")
    }
    try store.truncate(
      SyncCore.Origin(replica: replica, lane: lane), after: UInt64(request.sequence) - 1,
      in: project,
      now: now)
    link.beginAnew(at: now, store: &store)
    return Self.confirmation("the damaged part is off the log and is fetched anew")
  }

  private func sync(
    _ action: SyncControl.SyncRequest.Action, at now: Instant, store: inout SQLiteStore,
    link: any SideLink,
    answer: @escaping ([UInt8]) -> Void
  ) -> Handling {
    switch action {
    case .now:
      return .syncNow { isDone, words in
        answer(isDone ? Self.confirmation(words) : Self.bytes(of: Self.notInSync(words)))
      }
    case .pause, .resume:
      if let refusal = link.setPaused(action == .pause, at: now, store: &store) {
        answer(Self.bytes(of: refusal))
      } else if action == .pause {
        answer(Self.confirmation("paused: capture goes on, nothing is sent or taken"))
      } else {
        answer(Self.confirmation("resumed"))
      }
    }
    return .answered
  }

  private static func confirmation(_ words: String) -> [UInt8] {
    encodedOrFailure(Confirmation(words: words))
  }

  private static func notInSync(_ words: String) -> ControlFailure {
    ControlFailure(
      what: "the two sides are not in sync", why: words,
      remedy: "labctl doctor says what stands in the way",
      exit: .needsAttention)
  }

  static func encodedOrFailure(_ answer: some Codable & Hashable & Sendable) -> [UInt8] {
    do { return try ControlCodec.encode(answer: answer) } catch { return bytes(of: error) }
  }

  static func bytes(of failure: ControlFailure) -> [UInt8] {
    do {
      return try ControlCodec.encode(failure: failure)
    } catch {
      // A failure is three texts and a number; it can always be written.
      preconditionFailure("a failure could not be written: \(error)")
    }
  }
}

extension SQLiteStore {
  /// How many changes this replica has made.
  fileprivate var ownChanges: Int {
    get throws {
      var sum: UInt64 = 0
      for project in projects {
        let vector = try vector(of: project)
        for lane in Lane.allCases {
          sum += vector.sequence(of: SyncCore.Origin(replica: replica, lane: lane))
        }
      }
      return Int(sum)
    }
  }
}
