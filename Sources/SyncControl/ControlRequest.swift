/// Everything that can be asked of labsyncd.
public enum ControlRequest: Hashable, Sendable {
  case status(StatusRequest)
  case sync(SyncRequest)
  case add(AddRequest)
  case set(SetRequest)
  case remove(RemoveRequest)
  case report(ReportRequest)
  case metrics(MetricsRequest)
  case events(EventsRequest)
  case list(ListRequest)
  case show(ShowRequest)
  case importLines(ImportRequest)
  case export(ExportRequest)
  case conflictList(ConflictListRequest)
  case conflictShow(ConflictShowRequest)
  case conflictResolve(ConflictResolveRequest)
  case conflictUndo(ConflictUndoRequest)
  case parkedList(ParkedListRequest)
  case parkedShow(ParkedShowRequest)
  case parkedRetry(ParkedRetryRequest)
  case explain(ExplainRequest)
  case leaveCheck(LeaveCheckRequest)
  case verify(VerifyRequest)
  case repair(RepairRequest)
  case doctor(DoctorRequest)
  case backup(BackupRequest)
  case log(LogRequest)
  case fleet(FleetRequest)
  case parkedDiscard(ParkedDiscardRequest)
  case peer(PeerRequest)
  case erase(EraseRequest)
  case erasure(ErasureRequest)
  case bundleExport(BundleExportRequest)
  case bundleUpload(BundleUploadRequest)
  case bundleImport(BundleImportRequest)

  /// The `request` member.
  public enum Name: String, Codable, CaseIterable, Hashable, Sendable {
    case report, metrics, events
    case status, sync, add, set, remove, list, show, importLines, export
    case conflictList, conflictShow, conflictResolve, conflictUndo
    case parkedList, parkedShow, parkedRetry, explain, leaveCheck, verify, repair
    case doctor, backup, log, fleet, parkedDiscard
    case peerList, peerShow, peerInvite, peerApprove, peerRevoke, peerRelease, serverKey, leave
    case erase, erasure
    case bundleExport, bundleUpload, bundleImport
  }

  /// What was asked, with the type of its answer.
  public var question: any ControlQuestion {
    switch self {
    case .status(let question): question
    case .sync(let question): question
    case .add(let question): question
    case .set(let question): question
    case .remove(let question): question
    case .report(let question): question
    case .metrics(let question): question
    case .events(let question): question
    case .list(let question): question
    case .show(let question): question
    case .importLines(let question): question
    case .export(let question): question
    case .conflictList(let question): question
    case .conflictShow(let question): question
    case .conflictResolve(let question): question
    case .conflictUndo(let question): question
    case .parkedList(let question): question
    case .parkedShow(let question): question
    case .parkedRetry(let question): question
    case .explain(let question): question
    case .leaveCheck(let question): question
    case .verify(let question): question
    case .repair(let question): question
    case .doctor(let question): question
    case .backup(let question): question
    case .log(let question): question
    case .fleet(let question): question
    case .parkedDiscard(let question): question
    case .peer(let request): request.question
    case .erase(let question): question
    case .erasure(let question): question
    case .bundleExport(let question): question
    case .bundleUpload(let question): question
    case .bundleImport(let question): question
    }
  }
}

extension ControlRequest: Decodable {
  private enum CodingKeys: String, CodingKey { case request }

  /// Reads the request from an object whose `version` has been looked at.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(Name.self, forKey: .request)
    switch name {
    case .status: self = .status(try StatusRequest(from: decoder))
    case .sync: self = .sync(try SyncRequest(from: decoder))
    case .add: self = .add(try AddRequest(from: decoder))
    case .set: self = .set(try SetRequest(from: decoder))
    case .remove: self = .remove(try RemoveRequest(from: decoder))
    case .report: self = .report(try ReportRequest(from: decoder))
    case .metrics: self = .metrics(try MetricsRequest(from: decoder))
    case .events: self = .events(try EventsRequest(from: decoder))
    case .list: self = .list(try ListRequest(from: decoder))
    case .show: self = .show(try ShowRequest(from: decoder))
    case .importLines: self = .importLines(try ImportRequest(from: decoder))
    case .export: self = .export(try ExportRequest(from: decoder))
    case .conflictList: self = .conflictList(try ConflictListRequest(from: decoder))
    case .conflictShow: self = .conflictShow(try ConflictShowRequest(from: decoder))
    case .conflictResolve: self = .conflictResolve(try ConflictResolveRequest(from: decoder))
    case .conflictUndo: self = .conflictUndo(try ConflictUndoRequest(from: decoder))
    case .parkedList: self = .parkedList(try ParkedListRequest(from: decoder))
    case .parkedShow: self = .parkedShow(try ParkedShowRequest(from: decoder))
    case .parkedRetry: self = .parkedRetry(try ParkedRetryRequest(from: decoder))
    case .explain: self = .explain(try ExplainRequest(from: decoder))
    case .leaveCheck: self = .leaveCheck(try LeaveCheckRequest(from: decoder))
    case .verify: self = .verify(try VerifyRequest(from: decoder))
    case .repair: self = .repair(try RepairRequest(from: decoder))
    case .doctor: self = .doctor(try DoctorRequest(from: decoder))
    case .backup: self = .backup(try BackupRequest(from: decoder))
    case .log: self = .log(try LogRequest(from: decoder))
    case .fleet: self = .fleet(try FleetRequest(from: decoder))
    case .parkedDiscard: self = .parkedDiscard(try ParkedDiscardRequest(from: decoder))
    case .peerList, .peerShow, .peerInvite, .peerApprove, .peerRevoke, .peerRelease, .serverKey,
      .leave:
      self = .peer(try PeerRequest(name, from: decoder))
    case .erase: self = .erase(try EraseRequest(from: decoder))
    case .erasure: self = .erasure(try ErasureRequest(from: decoder))
    case .bundleExport: self = .bundleExport(try BundleExportRequest(from: decoder))
    case .bundleUpload: self = .bundleUpload(try BundleUploadRequest(from: decoder))
    case .bundleImport: self = .bundleImport(try BundleImportRequest(from: decoder))
    }
  }
}
