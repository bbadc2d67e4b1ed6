import SQLiteStore
import SyncControl
import SyncCore

/// Who gets in, as labctl asks for it.
extension OnlineLink {
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] {
    let answer: any Codable & Hashable & Sendable =
      switch request {
      case .list: try list(at: now, store)
      case .show(let request): try show(request, store)
      case .invite(let request): try invite(request, at: now, store)
      case .approve(let request): try approve(request, at: now, &store)
      case .revoke(let request): try revoke(request, at: now, &store)
      case .release(let request): try release(request, at: now, &store)
      case .serverKey(let request): try serverKey(request, at: now, &store)
      case .leave:
        throw ControlFailure(
          what: "the online side leaves no project", why: "laptops do",
          remedy: "run it on the laptop")
      }
    return try ControlCodec.encode(answer: answer)
  }
}

/// `1 change`, `2 changes`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
