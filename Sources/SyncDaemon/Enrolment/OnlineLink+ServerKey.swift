import SQLiteStore
import SyncControl
import SyncCore
import ZeroMQ

/// The key of this side, as labctl asks for its change.
extension OnlineLink {
  func serverKey(
    _ request: ServerKeyRequest, at now: Instant, _ store: inout SQLiteStore
  ) throws -> ServerKey {
    guard let keys else {
      throw ControlFailure(
        what: "there is no key to look after", why: "listen.plain is set: nothing is encrypted",
        remedy: "take listen.plain out of the configuration")
    }
    switch request.action {
    case .show: break
    case .announce:
      doorkeeper.announced = try keys.makeNext().publicKey
      // Everybody comes again, and is told in the welcome.
      for session in worker.sessions { tell(.greetAnew(session.handle), at: now, &store) }
    case .switch:
      guard let next = try keys.next() else {
        throw ControlFailure(
          what: "there is no next key", why: "none was announced", remedy: "labctl key announce")
      }
      let waiting = waiting(for: next.publicKey)
      guard waiting.isEmpty || request.force else {
        throw ControlFailure(
          what: "the next key is not known yet to \(counted(waiting.count, "machine"))",
          why: waiting.joined(separator: ", "),
          remedy: "wait until they were connected, or --force and invite them anew",
          exit: .needsAttention)
      }
      let pair = try keys.switchToNext()
      doorkeeper.announced = nil
      try listen(with: pair.secretKey, at: now, store: &store)
    }
    return try serverKeyAnswer(keys, request.action)
  }

  private func waiting(for key: CurvePublicKey) -> [String] {
    let admitted = doorkeeper.enrolled.values.filter { $0.standing == .admitted }
      .map { ($0.key, $0.name) }
    return (admitted + doorkeeper.byFile.map { ($0.key, $0.name) })
      .filter { doorkeeper.keptServerKey($0.0) != key.z85 }.map(\.1).sorted()
  }

  private func serverKeyAnswer(
    _ keys: KeyFolder, _ action: ServerKeyRequest.Action
  ) throws -> ServerKey {
    let present = try keys.load().publicKey
    let next = try keys.next()?.publicKey
    let waiting = next.map { self.waiting(for: $0) } ?? []
    let words =
      switch (action, next) {
      case (.switch, _): "the next key is the present one now; the former is in \(keys.path)"
      case (_, nil): "there is no next key"
      case (_, .some) where waiting.isEmpty: "every machine knows the next key: labctl key switch"
      case (_, .some): "the next key is not known yet to \(counted(waiting.count, "machine"))"
      }
    return ServerKey(
      present: present.z85, next: next?.z85, waitingFor: waiting, words: words)
  }
}
