import SyncCore
import SyncProtocol

/// What a device may bring, in its session or in a bundle.
extension OnlineWorker {
  /// What an admitted device may bring into its projects.
  func rights(
    of device: Device, at now: Instant, _ store: some ChangeStore
  ) throws -> ChangeRights {
    // What this side wrote before it was restored comes back as it was; what it writes now, it has.
    let former = Set(try store.formerReplicas)
    var rights = ChangeRights(authors: .only([]), stamps: .lab(except: former))
    switch device.role {
    case .relay: rights.authors = .except([store.replica])
    case .readOnly: rights.authorRefusal = "this device may read, and bring nothing"
    case .capture where configuration.recovers(at: now):
      rights.authors = .except([store.replica])
    case .capture:
      let own = try store.ledgers(ofDevice: device.key).map(\.replica)
      rights.authors = .only(former.union(own))
    }
    return rights
  }

  /// What a revoked device may hand over.
  static func rights(
    ofRevoked key: String, _ store: some ChangeStore
  ) throws -> ChangeRights {
    ChangeRights(
      authors: .only(Set(try store.ledgers(ofDevice: key).map(\.replica))),
      stamps: .lab(except: []))
  }

  /// What becomes of what `replica` wrote, where a bundle brings it. The bundle proves no key: the
  /// device that is known to speak as the replica decides, and for a replica that nobody spoke as the
  /// one that made the bundle.
  ///
  /// - Parameters:
  ///   - owner: the device that spoke as `replica`; `nil` where none did.
  ///   - carrier: the device that spoke as the replica that made the bundle.
  public func ruling(
    on replica: ReplicaID, in project: ProjectID, owner: Device?, carrier: Device?,
    at now: Instant, store: some ChangeStore
  ) throws -> CarriedRuling {
    guard let device = owner ?? carrier else {
      return .refused(
        words: """
          no machine that was let in is known to have written it (if you know which one made the \
          bundle, say so with --device)
          """)
    }
    switch device.standing {
    case .admitted: break
    case .revoked where owner != nil:
      return .held(key: device.key, try Self.rights(ofRevoked: device.key, store))
    case .revoked, .pending, .refused, .comeBack:
      return .refused(words: "\(device.name) is not let in")
    }
    guard device.projects.allows(project) else {
      return .refused(words: "\(device.name) has no right to the project")
    }
    let rights = try rights(of: device, at: now, store)
    guard rights.authors.allows(replica) else { return .refused(words: rights.authorRefusal) }
    return .taken(rights)
  }
}
