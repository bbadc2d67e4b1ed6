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
    /// Answered, and the store has changed.
    case wrote
    /// To be answered beside the loop.
    case readOnly
  }

  let status: StatusReport

  func handle(
    _ bytes: [UInt8], at now: Instant, store: inout SQLiteStore, link: any SideLink,
    answer: @escaping ([UInt8]) -> Void
  ) -> Handling {
    do {
      let request = try ControlCodec.decodeRequest(bytes)
      switch request.service {
      case .loop:
        return try answerHere(request, at: now, store: &store, link: link, answer: answer)
      case .reading: return .readOnly
      case .writing:
        answer(try write(request, at: now, store: &store))
        return .wrote
      }
    } catch {
      answer(Self.bytes(of: Self.failure(error)))
      // A command may fail after it has written: its change is sent like any other.
      return .wrote
    }
  }

  private func write(
    _ request: ControlRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    let writes = WriteService(names: ReplicaNames(try store.replicaNames()))
    return try writes.answer(to: request, store: &store, at: now)
  }

  private func answerHere(
    _ request: ControlRequest, at now: Instant, store: inout SQLiteStore, link: any SideLink,
    answer: @escaping ([UInt8]) -> Void
  ) throws -> Handling {
    if case .sync(let request) = request {
      return sync(request.action, at: now, store: &store, link: link, answer: answer)
    }
    let standing = try link.standing(at: now, store: store)
    answer(try ControlCodec.encode(answer: try status.make(store, standing, at: now)))
    return .answered
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
    do {
      return try ControlCodec.encode(answer: Confirmation(words: words))
    } catch {
      return bytes(of: error)
    }
  }

  private static func notInSync(_ words: String) -> ControlFailure {
    ControlFailure(
      what: "the two sides are not in sync", why: words, remedy: "labctl status",
      exit: .needsAttention)
  }

  static func failure(_ error: any Error) -> ControlFailure {
    if let failure = error as? ControlFailure { return failure }
    return ControlFailure(describing: error)
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
