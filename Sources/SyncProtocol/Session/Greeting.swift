import SyncCore

/// Hello was said; the welcome is awaited.
struct Greeting: Sendable {
  let configuration: SessionConfiguration
  let hello: Hello
  /// What this store held when it said so.
  private let vectors: [ProjectID: ProjectVector]
  private let said: Instant

  init(_ configuration: SessionConfiguration, at now: Instant, store: some ChangeStore) throws {
    self.configuration = configuration
    said = now
    var vectors: [ProjectID: ProjectVector] = [:]
    var digests: [ProjectDigest] = []
    for project in try store.projects.prefix(ProtocolLimits.projects)
    where configuration.projects.allows(project) {
      vectors[project] = try store.vector(of: project)
      digests.append(ProjectDigest(project: project, digest: try store.digest(of: project)))
    }
    self.vectors = vectors
    var introduction = configuration.introduction(of: store, at: now)
    introduction.token = try store.token
    if let oldest = configuration.enrolment.oldestUnsentAt {
      let (age, overflow) = now.wallMilliseconds.subtractingReportingOverflow(oldest)
      // A clock that was set back since makes nothing younger than now.
      introduction.oldestUnsentAgeMilliseconds = overflow ? 0 : UInt64(max(0, age))
    }
    hello = Hello(
      protocols: ProtocolLimits.versions, introduction: introduction, projects: digests,
      invitation: configuration.enrolment.invitation,
      keptServerKey: configuration.enrolment.keptServerKey,
      departures: configuration.enrolment.departures)
  }

  var deadline: Int64 {
    said.monotonicMilliseconds + configuration.limits.silenceLimitMilliseconds
  }

  func handle(
    _ input: SessionInput, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> Session.State {
    switch input {
    case .received(.welcome(let welcome)):
      return try receive(welcome, at: now, store: &store, outputs: &outputs)
    case .received(.bye(let bye)):
      return end(.closedByPeer(bye), &outputs)
    case .received(let message):
      return end(.violation(.unexpected(message: message.name)), &outputs)
    case .tick where now.monotonicMilliseconds >= deadline:
      return end(
        .silence(milliseconds: now.monotonicMilliseconds - said.monotonicMilliseconds), &outputs)
    case .start, .storeChanged, .work, .commit, .tick, .prove:
      return .greeting(self)
    }
  }

  private func end(_ ending: SessionEnding, _ outputs: inout [SessionOutput]) -> Session.State {
    outputs.append(.ended(ending))
    return .ended(ending)
  }

  private func receive(
    _ welcome: Welcome, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> Session.State {
    if case .revoked = welcome.admission, !welcome.grants.isEmpty {
      return .running(
        try Running.surrendering(
          welcome, vectors, configuration, at: now, store: &store,
          outputs: &outputs))
    }
    guard welcome.admission == .go else { return end(.notAdmitted(welcome.admission), &outputs) }
    guard hello.protocols.contains(welcome.protocolVersion) else {
      return end(.violation(.version(welcome.protocolVersion)), &outputs)
    }
    guard welcome.introduction.replica != store.replica else {
      let words = "both sides call themselves replica \(store.replica): one is a copy of the other"
      return end(.notAdmitted(.refused(words: words)), &outputs)
    }
    var running = Running(configuration, role: .initiator, peer: welcome.introduction, at: now)
    let roundTrip = now.monotonicMilliseconds - said.monotonicMilliseconds
    running.open(roundTripMilliseconds: roundTrip, at: now, outputs: &outputs)
    if let token = welcome.introduction.token { try store.keep(token) }
    if let key = welcome.announcedServerKey { outputs.append(.event(.serverKeyAnnounced(key))) }
    for grant in welcome.grants where configuration.projects.allows(grant.project) {
      guard try take(grant, into: &running, at: now, store: &store, outputs: &outputs) else {
        return end(.violation(.contradiction(grant.project)), &outputs)
      }
    }
    for digest in hello.projects where running.shares[digest.project] == nil {
      outputs.append(.event(.notGranted(digest.project)))
    }
    let ending = try running.inquire(
      isSuperseded: welcome.isSuperseded, at: now, store: &store, outputs: &outputs)
    guard let ending else { return .running(running) }
    outputs.append(.send(.bye(running.farewell)))
    return end(ending, &outputs)
  }

  /// Shares one granted project. `false` where the grant calls equal what the hello did not name.
  private func take(
    _ grant: Grant, into running: inout Running, at now: Instant,
    store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> Bool {
    let project = grant.project
    if let vector = grant.vector {
      if vectors[project] == nil {
        try store.adopt(project)
        outputs.append(.event(.adopted(project)))
      }
      try running.share(project, .open, peer: vector, at: now, store: &store, outputs: &outputs)
      let own = try store.vector(of: project)
      outputs.append(.send(.vectors(Vectors(project: project, vector: own))))
      return true
    }
    let named = hello.projects.first { $0.project == project }
    guard let vector = vectors[project], named?.digest == grant.digest else { return false }
    try running.shareEqual(
      project, vector, digest: grant.digest, at: now, store: &store, outputs: &outputs)
    return true
  }
}

extension SessionConfiguration {
  func introduction(of store: some ChangeStore, at now: Instant) -> Introduction {
    Introduction(
      replica: store.replica, side: store.side, name: name, software: software, schema: schema,
      clockMilliseconds: now.wallMilliseconds, token: token,
      creditBytes: UInt32(clamping: limits.creditBytes))
  }
}
