import SyncCore

/// The handshake's end and the exchange of vectors.
extension Running {
  /// The responder's answer to a hello: the welcome, and the state after it.
  static func answering(
    _ hello: Hello, admission: Admission, _ configuration: SessionConfiguration,
    at now: Instant, store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> Session.State {
    let versions = ProtocolLimits.versions
    let version = min(hello.protocols.upperBound, versions.upperBound)
    var welcome = Welcome(
      protocolVersion: version, introduction: configuration.introduction(of: store, at: now),
      admission: admission, isSuperseded: configuration.isPeerSuperseded,
      announcedServerKey: admission == .go ? configuration.enrolment.announcedServerKey : nil)
    if configuration.enrolment.isHeld {
      return try holding(
        hello, welcome, configuration, at: now, store: &store, outputs: &outputs)
    }
    if admission == .go, let words = objection(to: hello, version: version, store: store) {
      welcome.admission = .refused(words: words)
      welcome.protocolVersion = versions.upperBound
    }
    guard welcome.admission == .go else {
      outputs.append(.send(.welcome(welcome)))
      outputs.append(.ended(.notAdmitted(welcome.admission)))
      return .ended(.notAdmitted(welcome.admission))
    }
    var running = Running(configuration, role: .responder, peer: hello.introduction, at: now)
    let named = Dictionary(
      hello.projects.map { ($0.project, $0.digest) }, uniquingKeysWith: { first, _ in first })
    var events: [SessionOutput] = []
    running.open(roundTripMilliseconds: 0, at: now, outputs: &events)
    for project in try store.projects.filter(configuration.projects.allows)
      .prefix(ProtocolLimits.projects)
    {
      let digest = try store.digest(of: project)
      let vector = try store.vector(of: project)
      if named[project] == digest, !configuration.isPeerSuperseded {
        welcome.grants.append(Grant(project: project, digest: digest))
        try running.shareEqual(
          project, vector, digest: digest, at: now, store: &store, outputs: &events)
      } else {
        welcome.grants.append(Grant(project: project, digest: digest, vector: vector))
        running.announce(project)
      }
    }
    outputs.append(.send(.welcome(welcome)))
    outputs += events
    return .running(running)
  }

  private static func objection(
    to hello: Hello, version: UInt8, store: some ChangeStore
  ) -> String? {
    let versions = ProtocolLimits.versions
    guard version >= hello.protocols.lowerBound, versions.contains(version) else {
      return versionWords(theirs: hello.protocols, own: versions)
    }
    guard hello.introduction.replica != store.replica else {
      return "both sides call themselves replica \(store.replica): one is a copy of the other"
    }
    return nil
  }

  /// Why the side that dialed is not understood, as its people read it.
  private static func versionWords(
    theirs: ClosedRange<UInt8>, own: ClosedRange<UInt8>
  ) -> String {
    func words(_ versions: ClosedRange<UInt8>) -> String {
      versions.count == 1
        ? "\(versions.lowerBound)" : "\(versions.lowerBound) to \(versions.upperBound)"
    }
    let stays = "What is captured on this laptop stays on it until then"
    guard theirs.upperBound < own.lowerBound else {
      return """
        the LabSync of the online side is too old for this laptop's: it speaks version \(words(own)) of the \
        protocol, and this laptop \(words(theirs)). \(stays): whoever looks after the online side installs the \
        newer LabSync there
        """
    }
    return """
      the LabSync of this laptop is too old for the online side's: it speaks version \(words(theirs)) of the \
      protocol, and the online side \(words(own)). \(stays): install the newer LabSync on this laptop
      """
  }

  mutating func open(
    roundTripMilliseconds: Int64, at now: Instant, outputs: inout [SessionOutput]
  ) {
    let (difference, overflow) = peer.clockMilliseconds.subtractingReportingOverflow(
      now.wallMilliseconds)
    // A clock that is off by more than 64 bits can say is off by as much as they can.
    let offset = overflow ? Int64.max : difference
    clockOffsetMilliseconds = offset.addingReportingOverflow(roundTripMilliseconds / 2).partialValue
    let isSuspect =
      clockOffsetMilliseconds.magnitude > UInt64(ProtocolLimits.clockOffsetMilliseconds)
    outputs.append(.event(.opened(peer)))
    outputs.append(
      .event(.clock(offsetMilliseconds: clockOffsetMilliseconds, isSuspect: isSuspect)))
  }

  /// A project whose digests were equal when the hello was said.
  mutating func shareEqual(
    _ project: ProjectID, _ vector: ProjectVector, digest: Digest128, at now: Instant,
    store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    var share = Share(phase: .open, peer: vector)
    share.confirmed = vector
    if try store.digest(of: project) == digest {
      share.proof = .proven(at: now)
      outputs.append(.event(.inSync(project, at: now)))
    } else {
      share.pending = Set(Lane.allCases)
    }
    insert(share, for: project)
    try keep(vector.positions, of: project, at: now, store: &store)
  }

  /// A project of which both vectors are known now.
  mutating func share(
    _ project: ProjectID, _ phase: Share.Phase, peer vector: ProjectVector, at now: Instant,
    store: inout some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    var share = Share(phase: phase, peer: vector)
    share.pending = Set(Lane.allCases)
    // The peer may have told what differs before its vectors came.
    for origin in shares[project]?.excluded ?? [] { share.exclude(origin) }
    insert(share, for: project)
    var equal = vector.positions
    for origin in vector.origins {
      guard let position = vector[origin] else { continue }
      let isEqual = try confirm(position, of: origin, in: project, store: store, outputs: &outputs)
      if !isEqual { equal[origin] = nil }
    }
    try keep(equal, of: project, at: now, store: &store)
  }

  mutating func announce(_ project: ProjectID) {
    insert(Share(phase: .announced, peer: ProjectVector()), for: project)
  }

  /// The responder tells of projects that came into its store during the session.
  mutating func announceNewProjects(
    store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws {
    guard role == .responder, !configuration.enrolment.isHeld, order.count < ProtocolLimits.projects
    else { return }
    for project in try store.projects
    where shares[project] == nil && configuration.projects.allows(project) {
      announce(project)
      let vector = try store.vector(of: project)
      outputs.append(.send(.vectors(Vectors(project: project, vector: vector))))
    }
  }

  mutating func receive(
    _ vectors: Vectors, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    let project = vectors.project
    switch (role, shares[project]?.phase) {
    case (.responder, .announced):
      try share(
        project, .open, peer: vectors.vector, at: now, store: &store, outputs: &outputs)
      shares[project]?.handedOver = try store.vector(of: project)
      return nil
    case (.initiator, nil):
      guard configuration.projects.allows(project) else { return nil }
      guard order.count < ProtocolLimits.projects else {
        return .violation(.projectNotShared(project))
      }
      if try !store.projects.contains(project) {
        try store.adopt(project)
        outputs.append(.event(.adopted(project)))
      }
      try share(
        project, .open, peer: vectors.vector, at: now, store: &store, outputs: &outputs)
      let own = try store.vector(of: project)
      outputs.append(.send(.vectors(Vectors(project: project, vector: own))))
      return try inquire(isSuperseded: false, at: now, store: &store, outputs: &outputs)
    case (.responder, nil):
      return .violation(.projectNotShared(project))
    case (.responder, .open), (.initiator, .open), (.initiator, .announced):
      return .violation(.unexpected(message: "vectors"))
    }
  }

  /// Compares a position of the peer with our chain; a difference excludes the origin. Cost: one
  /// look-up in the store.
  mutating func confirm(
    _ position: ChainPosition, of origin: Origin, in project: ProjectID,
    store: some ChangeStore, outputs: inout [SessionOutput]
  ) throws -> Bool {
    let hash = try store.chainHash(of: origin, at: position.sequence, in: project)
    guard shares[project]?.confirm(position, of: origin, hash: hash) == false else { return true }
    let divergence = Divergence(project: project, origin: origin, sequence: position.sequence)
    shares[project]?.acknowledged.advance(origin, to: position)
    shares[project]?.exclude(origin)
    outputs.append(.send(.divergence(divergence)))
    outputs.append(.event(.chainMismatch(divergence)))
    return false
  }

  mutating func receive(
    _ divergence: Divergence, at now: Instant, store: inout some ChangeStore,
    outputs: inout [SessionOutput]
  ) throws -> SessionEnding? {
    guard let share = shares[divergence.project] else {
      return .violation(.projectNotShared(divergence.project))
    }
    let own = try store.vector(of: divergence.project).sequence(of: divergence.origin)
    guard own > 0, !share.excluded.contains(divergence.origin) else { return nil }
    // Where the peer compared it is at least.
    shares[divergence.project]?.acknowledged.advance(
      divergence.origin, to: ChainPosition(sequence: divergence.sequence, hash: .zero))
    shares[divergence.project]?.exclude(divergence.origin)
    outputs.append(.event(.chainMismatch(divergence)))
    return try differs(
      divergence.origin, in: divergence.project, at: now, store: &store, outputs: &outputs)
  }

  /// Writes down what the peer has on disk, where that is news.
  private func keep(
    _ positions: [Origin: ChainPosition], of project: ProjectID, at now: Instant,
    store: inout some ChangeStore
  ) throws {
    let known = try store.acknowledged(in: project, by: peer.replica)
    let news = positions.filter { $0.value.sequence > known.sequence(of: $0.key) }
    guard !news.isEmpty else { return }
    try store.acknowledge(news, in: project, by: peer.replica, at: now)
  }

  private mutating func insert(_ share: Share, for project: ProjectID) {
    if shares.updateValue(share, forKey: project) == nil {
      order.append(project)
      order.sort()
    }
  }
}
