import SQLiteStore
import SyncControl
import SyncCore

extension ControlFailure {
  /// What is asked of a laptop and belongs to the online side.
  static let onlineOnly = ControlFailure(
    what: "this is a laptop", why: "the online side says who gets in",
    remedy: "run it on the online side")
}

extension LabLink {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    guard case .leave = request else { throw ControlFailure.onlineOnly }
    throw ControlFailure.onlineOnly
  }
}

extension UnlinkedLab {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    throw ControlFailure.onlineOnly
  }
}
