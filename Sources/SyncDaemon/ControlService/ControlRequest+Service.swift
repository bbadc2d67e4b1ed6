import SyncControl

extension ControlRequest {
  /// Who answers a request.
  public enum Service: Hashable, Sendable {
    /// ``ReadService``, on the reader's thread: the request only reads, and may take long.
    case reading
    /// ``ReadService`` too, which is told what the loop knows of the other machines.
    case reporting
    /// ``WriteService``, on the loop.
    case writing
    /// The loop itself: from memory, or with what it knows of the other machines.
    case loop
  }

  /// Who answers this request.
  public var service: Service {
    switch self {
    case .status, .sync, .leaveCheck, .repair, .metrics, .events, .fleet, .peer, .bundleUpload,
      .bundleImport:
      .loop
    case .add, .set, .remove, .importLines, .conflictResolve, .conflictUndo, .parkedRetry,
      .parkedDiscard, .erase:
      .writing
    case .report: .reporting
    case .list, .show, .export, .conflictList, .conflictShow, .parkedList, .parkedShow, .explain,
      .verify, .doctor, .backup, .log, .erasure, .bundleExport:
      .reading
    }
  }
}
