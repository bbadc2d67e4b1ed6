import SyncCore

/// A revoked device that comes back hands over what it has, and gets nothing.
extension Running {
  /// The responder's answer: *revoked*, with its vectors of the projects in which the device has something
  /// else. Where there is none, that is all.
  static func holding(
    _ hello: Hello, _ refusal: Welcome, _ configuration: SessionConfiguration, at now: Instant,
    store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> Session.State {
    var welcome = refusal
    var running = Running(configuration, role: .responder, peer: hello.introduction, at: now)
    let here = Set(try store.projects)
    for named in hello.projects
    where here.contains(named.project) && configuration.projects.allows(named.project)
      && running.shares[named.project] == nil
    {
      let digest = try store.digest(of: named.project)
      guard digest != named.digest else { continue }
      let vector = try store.vector(of: named.project)
      welcome.grants.append(Grant(project: named.project, digest: digest, vector: vector))
      running.announce(named.project)
    }
    outputs.append(.send(.welcome(welcome)))
    guard !welcome.grants.isEmpty else {
      outputs.append(.ended(.notAdmitted(welcome.admission)))
      return .ended(.notAdmitted(welcome.admission))
    }
    return .running(running)
  }

  /// The initiator's side: shares what it has of the projects that are asked for.
  static func surrendering(
    _ welcome: Welcome, _ vectors: [ProjectID: ProjectVector],
    _ configuration: SessionConfiguration, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> Running {
    var running = Running(configuration, role: .initiator, peer: welcome.introduction, at: now)
    for grant in welcome.grants {
      guard let vector = grant.vector, let own = vectors[grant.project] else { continue }
      try running.share(
        grant.project, .open, peer: vector, at: now, store: &store, outputs: &outputs)
      outputs.append(.send(.vectors(Vectors(project: grant.project, vector: own))))
    }
    return running
  }

  /// Whether a peer that hands over what it has has done so.
  var hasEverything: Bool {
    incoming.queue.isEmpty
      && shares.values.allSatisfy { share in
        share.phase == .open
          && share.acknowledged.origins.allSatisfy { origin in
            !configuration.authors.allows(origin.replica) || share.excluded.contains(origin)
              || share.handedOver.sequence(of: origin) >= share.acknowledged.sequence(of: origin)
          }
      }
  }
}
