import Logging
import SQLiteStore
import SyncControl
import SyncCore

/// Answers the requests that only read, from a reader of its own. Used on the reader's thread.
public struct ReadService: AnsweringService {
  let reader: StoreReader
  let logger: Logger
  private let backups: Backups
  private let bundles: BundleExports
  private let configurationPath: String?
  /// How complete a report is, as far as the loop knows.
  public var completeness = Report.Completeness.unknown
  /// What people call the machines, as far as it is known.
  public var names: ReplicaNames

  public init(
    reader: StoreReader, names: ReplicaNames = ReplicaNames(), configurationPath: String? = nil,
    logger: Logger = .silent
  ) {
    self.reader = reader
    self.logger = logger
    backups = Backups(reader: reader)
    bundles = BundleExports(reader: reader)
    self.names = names
    self.configurationPath = configurationPath
  }

  /// The bytes of the answer. What it throws is the answer to give instead.
  ///
  /// `now` is read for the age of exports and for how long a machine was not heard.
  public func answer(to request: ControlRequest, at now: Instant) throws(ControlFailure) -> [UInt8]
  {
    switch request {
    case .list(let request): try encoded { try list(request) }
    case .show(let request): try encoded { try show(request) }
    case .export(let request): try encoded { try export(request, at: now) }
    case .report(let request): try encoded { try report(request, at: now) }
    case .metrics, .events: throw misdirected(request)
    case .conflictList(let request): try encoded { try conflicts(request) }
    case .conflictShow(let request): try encoded { try conflict(request) }
    case .parkedList(let request): try encoded { try parked(request) }
    case .parkedShow(let request): try encoded { try parkedDetail(request) }
    case .explain(let request): try encoded { try explain(request) }
    case .verify(let request): try encoded { VerifyPage(try reader.verify(from: request.cursor)) }
    case .doctor:
      try encoded {
        var facts = try DoctorFacts(of: reader)
        facts.configurationPath = configurationPath
        return facts
      }
    case .backup(let request): try encoded { try backups.piece(request.cursor, at: now) }
    case .bundleExport(let request): try encoded { try bundles.piece(request, at: now) }
    case .log(let request): try encoded { try log(request) }
    case .erasure(let request): try encoded { try erasure(request, at: now) }
    case .status, .sync, .add, .set, .remove, .importLines, .conflictResolve, .conflictUndo,
      .parkedRetry, .leaveCheck, .repair, .fleet, .parkedDiscard, .peer, .erase, .bundleUpload,
      .bundleImport:
      throw misdirected(request)
    }
  }

  /// Lets go of exports that nobody goes on with. To be called at least once a minute.
  public func dropIdleExports(at now: Instant) {
    reader.dropIdleExports(at: now)
    backups.dropIdle(at: now)
    bundles.dropIdle(at: now)
  }

  private func erasure(
    _ request: ErasureRequest, at now: Instant
  ) throws -> ErasureCertificate {
    ErasureCertificate(
      try reader.erasure(of: request.participant, project: try projectID(request.project)),
      names: names, at: now)
  }

  private func log(_ request: LogRequest) throws -> LogPage {
    let limit = min(max(request.limit, 1), ControlProtocol.maximumPageRows)
    return LogPage(
      entries: try reader.log(after: request.after, limit: limit).map {
        LogEntry($0, names: names)
      })
  }

  private func list(_ request: ListRequest) throws -> RecordPage {
    let limit = min(max(request.limit, 1), ControlProtocol.maximumPageRows)
    let page = try reader.list(
      RecordQuery(
        kind: request.kind, conditions: request.conditions.map { RecordQuery.Condition($0) },
        sort: request.sort.map { RecordQuery.Order($0) }, limit: limit, cursor: request.cursor,
        project: try projectID(request.project)))
    return RecordPage(
      columns: page.kind.tellingColumns, records: page.records.map { RecordRow($0) },
      cursor: page.cursor)
  }

  private func show(_ request: ShowRequest) throws -> RecordDetail {
    let record = try reader.show(request.kind, id: request.id)
    let conflicts = try reader.openConflicts(of: record.id)
    return RecordDetail(
      columns: reader.schema[record.kind]?.fields.map(\.name) ?? [], record: RecordRow(record),
      conflicts: conflicts.map { ConflictSummary($0) })
  }

  private func export(_ request: ExportRequest, at now: Instant) throws -> ExportPage {
    let page: StoredExportPage
    if let cursor = request.cursor {
      page = try reader.export(continuing: cursor, at: now)
    } else {
      page = try reader.export(
        ExportSelection(
          kind: request.kind, isCanonical: request.canonical,
          project: try projectID(request.project)), at: now)
    }
    return ExportPage(lines: page.lines, cursor: page.cursor)
  }

  private func conflicts(_ request: ConflictListRequest) throws -> ConflictPage {
    let statuses: [StoredConflict.Status] =
      switch request.status {
      case .open: [.open]
      case .settled: [.settled, .resolved]
      case .all: [.open, .settled, .resolved]
      }
    let page = try reader.conflicts(
      statuses, limit: min(max(request.limit, 1), ControlProtocol.maximumPageRows),
      cursor: request.cursor)
    return ConflictPage(
      conflicts: page.conflicts.map { ConflictSummary($0) }, cursor: page.cursor)
  }

  private func conflict(_ request: ConflictShowRequest) throws -> ConflictDetail {
    ConflictDetail(try reader.conflict(request.id), names: names)
  }

  private func parked(_ request: ParkedListRequest) throws -> ParkedPage {
    let page = try reader.parked(
      limit: min(max(request.limit, 1), ControlProtocol.maximumPageRows), cursor: request.cursor)
    return ParkedPage(parked: page.parked.map { ParkedEntry($0) }, cursor: page.cursor)
  }

  private func parkedDetail(_ request: ParkedShowRequest) throws -> ParkedDetail {
    let (entry, bytes) = try reader.parked(request.dot)
    return ParkedDetail(
      entry: ParkedEntry(entry), content: hexadecimal(bytes.prefix(shownParkedBytes)))
  }

  private func explain(_ request: ExplainRequest) throws -> Explanation {
    Explanation(try reader.explain(request.kind, id: request.id), names: names)
  }
}

/// Bytes of a parked change that are shown.
private let shownParkedBytes = 65_536

/// A request that came to the wrong service: our own mistake, and no reason to stop.
func misdirected(_ request: ControlRequest) -> ControlFailure {
  ControlFailure(
    what: "the request could not be answered", why: "it is answered elsewhere in labsyncd",
    remedy: "report this as a bug, with the command")
}

/// The project of a request, or nil where it names none.
func projectID(_ text: String?) throws(ControlFailure) -> ProjectID? {
  guard let text else { return nil }
  guard let project = ProjectID(text) else {
    throw ControlFailure(
      what: "'\(text)' is no project", why: "a project is named by its id",
      remedy: "take the id from labctl status", exit: .usage)
  }
  return project
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
