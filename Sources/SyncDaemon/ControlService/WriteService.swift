import Logging
import SQLiteStore
import SyncControl
import SyncCore

/// Answers the requests that write. Used on the loop: each is one transaction, on disk and a change
/// when the answer goes out.
public struct WriteService: AnsweringService {
  /// What people call the machines, as far as it is known.
  public var names: ReplicaNames

  let logger: Logger

  public init(names: ReplicaNames = ReplicaNames(), logger: Logger = .silent) {
    self.names = names
    self.logger = logger
  }

  /// The bytes of the answer. What it throws is the answer to give instead.
  public func answer(
    to request: ControlRequest, store: inout SQLiteStore, at now: Instant
  ) throws(ControlFailure) -> [UInt8] {
    let store = store
    return switch request {
    case .add(let request): try encoded { try add(request, store, now) }
    case .set(let request): try encoded { try set(request, store, now) }
    case .remove(let request):
      try encoded { RecordChange(try store.remove(request.kind, id: request.id, at: now)) }
    case .report, .metrics, .events: throw misdirected(request)
    case .importLines(let request): try encoded { try importLines(request, store, now) }
    case .conflictResolve(let request): try encoded { try resolve(request, store, now) }
    case .conflictUndo(let request):
      try encoded { ConflictDetail(try store.undoResolution(request.id, at: now), names: names) }
    case .parkedRetry(let request): try encoded { try retry(request, store, now) }
    case .parkedDiscard(let request): try encoded { try discard(request, store, now) }
    case .erase(let request): try encoded { try erase(request, store, now) }
    case .status, .sync, .list, .show, .export, .conflictList, .conflictShow, .parkedList,
      .parkedShow, .explain, .leaveCheck, .verify, .repair, .doctor, .backup, .log, .fleet, .peer,
      .erasure, .bundleExport, .bundleUpload, .bundleImport:
      throw misdirected(request)
    }
  }

  private func add(
    _ request: AddRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> RecordChange {
    RecordChange(
      try store.add(
        request.kind, fields: request.fields.mapValues { JSONValue($0) },
        project: try projectID(request.project), at: now))
  }

  private func set(
    _ request: SetRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> RecordChange {
    let edit = RecordEdit(
      fields: request.fields.mapValues { JSONValue($0) }, adding: request.adding ?? [:],
      removing: request.removing ?? [:], seen: try revision(request.seen))
    return RecordChange(try store.set(request.kind, id: request.id, edit, at: now))
  }

  private func importLines(
    _ request: ImportRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> ImportResult {
    let project = try projectID(request.project) ?? onlyProject(of: store)
    guard store.projects.contains(project) else {
      throw ControlFailure(
        what: "the lines could not be imported", why: "this store does not have that project",
        remedy: "take the id from labctl status")
    }
    guard request.firstLine > 0, request.firstLine <= Int.max - request.lines.count else {
      throw ControlFailure(
        what: "the lines could not be imported", why: "there is no line \(request.firstLine)",
        remedy: "count the lines of the file from 1", exit: .usage)
    }
    let outcome = try store.importLines(
      request.lines.map { Array($0.utf8) }, firstLine: request.firstLine, project: project, at: now)
    return ImportResult(
      accepted: outcome.changed + outcome.unchanged, changed: outcome.changed,
      unchanged: outcome.unchanged,
      refused: outcome.refused.map { ImportResult.Refusal(line: $0.line, reason: $0.reason) })
  }

  private func onlyProject(of store: SQLiteStore) throws(ControlFailure) -> ProjectID {
    let projects = store.projects
    if let project = projects.first, projects.count == 1 { return project }
    throw ControlFailure(
      what: "the lines could not be imported",
      why: projects.isEmpty
        ? "this store has no project yet" : "this store has \(projects.count) projects",
      remedy: projects.isEmpty
        ? "connect it once; the online side grants the projects"
        : "say which with --project, as labctl status lists them")
  }

  private func resolve(
    _ request: ConflictResolveRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> ConflictDetail {
    let decision: ConflictDecision =
      switch request.choice {
      case .keep(let number): .keep(number)
      case .value(let json): .value(JSONValue(json))
      }
    let detail = try store.resolveConflict(
      request.id, decision, seen: try revision(request.seen), at: now)
    return ConflictDetail(detail, names: names)
  }

  private func retry(
    _ request: ParkedRetryRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> ParkedRetryResult {
    let outcome = try store.retryParked(request.dot, at: now)
    return ParkedRetryResult(applied: outcome.applied, stillParked: outcome.stillParked)
  }

  private func revision(_ text: String?) throws(ControlFailure) -> Int64? {
    guard let text else { return nil }
    guard let revision = Int64(text) else {
      throw ControlFailure(
        what: "'\(text)' is no revision", why: "a revision is what an earlier answer gave",
        remedy: "read the record again with labctl show", exit: .usage)
    }
    return revision
  }
}
