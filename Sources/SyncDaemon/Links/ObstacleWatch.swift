import LabWorker
import struct SyncControl.Status
import SyncCore
import SyncProtocol

/// Tells what keeps a laptop from the online side, and since when, over all the tries that fail.
struct ObstacleWatch {
  typealias Obstacle = Status.Connection.Obstacle

  private(set) var obstacle: Obstacle?
  private var since: Int64 = 0
  /// What the present try met.
  private var met: Obstacle?
  private var hasConnected = false

  mutating func dialled() {
    met = nil
    hasConnected = false
  }

  mutating func connected() { hasConnected = true }

  mutating func metWrongKey() { met = .serverKey }

  mutating func note(_ event: LabEvent, at now: Instant) {
    switch event {
    case .session(.opened): if obstacle != .peerStore { obstacle = nil }
    case .session(.inSync): obstacle = nil
    case .sessionEnded(.notAdmitted(.pending)): found(.pending, at: now)
    case .sessionEnded(.notAdmitted(.revoked)): found(.shutOut, at: now)
    case .sessionEnded(.closedByPeer(let bye)) where bye.reason == .revoked:
      found(.shutOut, at: now)
    case .sessionEnded(.closedByPeer(let bye)) where bye.reason == .storeFailed: met = .peerStore
    case .waiting:
      if let met {
        found(met, at: now)
      } else if !hasConnected {
        found(.unreachable, at: now)
      }
    case .dialing, .refused, .session, .sessionEnded, .keyShared, .storeFailed, .answered: break
    }
  }

  private mutating func found(_ found: Obstacle, at now: Instant) {
    if obstacle == nil { since = now.monotonicMilliseconds }
    obstacle = found
  }

  /// What `status` says of it.
  func tell(_ connection: inout Status.Connection, at now: Instant) {
    connection.obstacle = obstacle
    connection.obstacleSeconds = obstacle.map { _ in
      Int(max(0, now.monotonicMilliseconds - since) / 1_000)
    }
  }
}
