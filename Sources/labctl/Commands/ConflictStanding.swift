import SyncControl

/// How a conflict stands when labsyncd will not change it, where that is what stood in the way.
enum ConflictStanding {
  enum Action { case resolve, undo }

  static func asking(
    to action: Action, _ id: String, _ connection: ConnectionOptions,
    _ ask: () throws -> ConflictDetail
  ) throws -> ConflictDetail {
    do { return try ask() } catch let failure as ControlFailure where failure.exit == .failed {
      let detail: ConflictDetail
      do { detail = try connection.ask(ConflictShowRequest(id: id)) } catch { throw failure }
      throw reason(action, detail, failure) ?? failure
    }
  }

  private static func reason(
    _ action: Action, _ detail: ConflictDetail, _ failure: ControlFailure
  ) -> ControlFailure? {
    let id = detail.summary.id
    switch (action, detail.summary.status) {
    case (.undo, .open):
      return ControlFailure(
        what: "nothing was taken back", why: "the conflict \(id) is open",
        remedy: "labctl conflict show \(id)")
    case (.resolve, .settled) where "\(failure)".contains("only one value"):
      let choice = detail.choice.hasSuffix(".") ? String(detail.choice.dropLast()) : detail.choice
      return ControlFailure(
        what: "the conflict \(id) is settled", why: choice,
        remedy: "first labctl conflict undo \(id)")
    case (.resolve, _), (.undo, .settled): return nil
    }
  }
}
