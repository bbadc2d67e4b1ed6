import Glibc
import OnlineWorker
import SQLiteStore
import SyncCore
import ZeroMQ

/// The change of the key.
extension OnlineLink {
  /// Listens with another key: everybody has to come again.
  func listen(with secret: CurveSecretKey, at now: Instant, store: inout SQLiteStore) throws {
    tell(.stop, at: now, &store)
    worker = OnlineWorker(worker.configuration, seed: UInt64.random(in: 0...UInt64.max))
    handles = [:]
    routes = [:]
    let address = endpoint
    try socket.unbind(address)
    listener = nil
    isFiltered = false
    let fresh = try context.value.socket(
      .router, options: options, security: .curveServer(secret))
    let monitor = try fresh.monitor()
    self.monitor = consume monitor
    socket = consume fresh
    fingerprint = try secret.publicKey().fingerprint
    pollGeneration += 1
    try bind(to: address)
  }

  /// libzmq lets go of a port on a thread of its own: for a moment it may still be taken.
  private func bind(to address: String) throws {
    let deadline = SystemClock.monotonicMilliseconds + 3_000
    while true {
      do {
        return try socket.bind(address)
      } catch  where SystemClock.monotonicMilliseconds < deadline {
        _ = poll(nil, 0, 10)
      }
    }
  }
}
