import SyncControl

/// Many conflicts settled by one choice: the value of one side, or the newest.
struct ConflictBulk {
  enum Choice: String {
    case lab, online, newest

    /// The number of the value to keep, or why there is none to choose.
    func value(of detail: ConflictDetail) -> Result<Int, Reason> {
      let candidates =
        switch self {
        case .lab: detail.values.filter { $0.side == .lab }
        case .online: detail.values.filter { $0.side == .online }
        case .newest: detail.values.max { $0.at < $1.at }.map { [$0] } ?? []
        }
      if let one = candidates.first, candidates.count == 1 { return .success(one.number) }
      return .failure(
        Reason(
          words: candidates.isEmpty
            ? "no value of it is from the \(rawValue) side"
            : "\(candidates.count) values of it are from the \(rawValue) side"))
    }
  }

  struct Reason: Error {
    var words: String
  }

  /// What it came to, for programs.
  struct Summary: Codable, Hashable, Sendable {
    var resolved: [String] = []
    var skipped: [Skipped] = []

    struct Skipped: Codable, Hashable, Sendable {
      var id: String
      var reason: String
    }
  }

  var choice: Choice
  var session: String?
  var kind: String?
  /// Says what would be done, and does nothing.
  var isTrial: Bool

  /// The open conflicts that are meant. Cost: one question for each where a session is named.
  private func conflicts(_ client: borrowing ControlClient) throws -> [ConflictSummary] {
    var request = ConflictListRequest(limit: ControlProtocol.maximumPageRows)
    var chosen: [ConflictSummary] = []
    repeat {
      let page = try client.ask(request)
      for conflict in page.conflicts where kind == nil || conflict.kind == kind {
        if try belongs(conflict, client) { chosen.append(conflict) }
      }
      request.cursor = page.cursor
    } while request.cursor != nil
    return chosen
  }

  private func belongs(
    _ conflict: ConflictSummary, _ client: borrowing ControlClient
  ) throws -> Bool {
    guard let session else { return true }
    if conflict.kind == "session" { return conflict.record == session }
    let detail = try client.ask(ShowRequest(kind: conflict.kind, id: conflict.record))
    return detail.record.fields["session"] == .text(session)
  }

  /// Settles each, by what was seen of it just before; one that changes meanwhile is skipped.
  func run(
    _ client: borrowing ControlClient, say: (ConflictSummary, String) throws -> Void
  ) throws -> Summary {
    var summary = Summary()
    for conflict in try conflicts(client) {
      let detail = try client.ask(ConflictShowRequest(id: conflict.id))
      switch choice.value(of: detail) {
      case .failure(let reason):
        summary.skipped.append(.init(id: conflict.id, reason: reason.words))
        try say(conflict, "left open: \(reason.words)")
      case .success(let number):
        let value = try Words.value(detail.values[number - 1].value)
        if !isTrial, let why = try resolve(detail, number, client) {
          summary.skipped.append(.init(id: conflict.id, reason: why))
          try say(conflict, "left open: \(why)")
          continue
        }
        summary.resolved.append(conflict.id)
        try say(conflict, "\(isTrial ? "would be" : "is now") “\(value)”")
      }
    }
    return summary
  }

  /// Why it was refused; nil when it was done.
  private func resolve(
    _ detail: ConflictDetail, _ number: Int, _ client: borrowing ControlClient
  ) throws -> String? {
    do {
      _ = try client.ask(
        ConflictResolveRequest(
          id: detail.summary.id, choice: .keep(number), seen: detail.revision))
      return nil
    } catch {
      guard error.exit == .failed else { throw error }
      return error.why.isEmpty ? error.what : "\(error.what) (\(error.why))"
    }
  }
}
