import Foundation
import SQLiteStore
import SyncCore
import SyncSimulator

/// Devices, as the online side's store keeps them.
extension DiskStore {
  public func hold(_ batch: ChangeBatch, from device: String, at now: Instant) throws {
    try store.hold(batch, from: device, at: now)
  }

  public func held(
    of device: String
  ) throws -> [(project: ProjectID, dot: Dot, writtenAt: Int64?)] {
    try store.held(of: device).map { ($0.project, $0.dot, $0.writtenAt) }
  }

  public func release(
    of device: String, until milliseconds: Int64, at now: Instant
  ) throws -> Int {
    try store.release(of: device, until: milliseconds, at: now)
  }

  public func revoke(
    _ replica: ReplicaID, in project: ProjectID, lastStanding ends: [Lane: UInt64],
    at now: Instant
  ) throws {
    try store.revoke(replica, in: project, lastStanding: ends, reason: nil, at: now)
  }

  public func lastStanding(of origin: Origin, in project: ProjectID) throws -> UInt64? {
    try store.lastStanding(of: origin, in: project)
  }

  public func supersede(device: String, at now: Instant) throws {
    try store.supersede(device: device, at: now)
  }

  public func invite(
    secret: [UInt8], expiresAt milliseconds: Int64, at now: Instant
  ) throws {
    try store.invite(
      secret: secret, InvitationTerms(projects: nil, expiresAt: milliseconds), at: now)
  }

  public func redeem(
    secret: [UInt8], by device: String, calling name: String, at now: Instant
  ) throws -> String? {
    // A key is 40 characters.
    let key = device.padding(toLength: 40, withPad: ".", startingAt: 0)
    return switch try store.redeem(secret: secret, by: key, calling: name, at: now) {
    case .admitted: nil
    case .refused(let words): words
    }
  }
}
