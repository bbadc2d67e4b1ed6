import SyncCore
import SyncProtocol

/// Messages as the generated types.
extension WireMessage {
  init(_ message: Message) {
    self.init()
    switch message {
    case .hello(let hello): self.hello = WireHello(hello)
    case .welcome(let welcome): self.welcome = WireWelcome(welcome)
    case .vectors(let vectors):
      self.vectors.project = WireID(vectors.project.rawValue)
      self.vectors.vector = WirePositions(vectors.vector.positions)
    case .batch:
      preconditionFailure("batches have a codec of their own")
    case .receipt(let receipt): self.receipt.number = receipt.number
    case .acknowledgement(let acknowledgement):
      self.acknowledgement = WireAcknowledgement(acknowledgement)
    case .ping(let ping):
      self.ping.number = ping.number
      self.ping.digests = ping.digests.map(WireProjectDigest.init)
    case .pong(let pong):
      self.pong.number = pong.number
      self.pong.digests = pong.digests.map(WireProjectDigest.init)
    case .bye(let bye):
      self.bye.reason = UInt32(bye.reason.rawValue)
      self.bye.words = bye.words
    case .divergence(let divergence):
      self.divergence.project = WireID(divergence.project.rawValue)
      self.divergence.replica = WireID(divergence.origin.replica.rawValue)
      self.divergence.lane = UInt32(divergence.origin.lane.rawValue)
      self.divergence.sequence = divergence.sequence
    case .probe(let probe): self.probe = WireProbe(probe)
    case .probed(let probed):
      self.probed.probe = WireProbe(probed.probe)
      if let hash = probed.hash { self.probed.hash = WireID(hash.bits) }
    }
  }
}

extension WireID {
  init(_ id: UniqueID) {
    self.init()
    high = id.high
    low = id.low
  }
}

extension WireProbe {
  init(_ probe: Probe) {
    self.init()
    project = WireID(probe.project.rawValue)
    replica = WireID(probe.origin.replica.rawValue)
    lane = UInt32(probe.origin.lane.rawValue)
    sequence = probe.sequence
  }
}

extension WireHello {
  init(_ hello: Hello) {
    self.init()
    oldestProtocol = UInt32(hello.protocols.lowerBound)
    newestProtocol = UInt32(hello.protocols.upperBound)
    introduction = WireIntroduction(hello.introduction)
    projects = hello.projects.map(WireProjectDigest.init)
    invitation.append(contentsOf: hello.invitation ?? [])
    keptServerKey.append(contentsOf: hello.keptServerKey ?? [])
    departures = hello.departures.map { departure in
      var wire = WireDeparture()
      wire.project = WireID(departure.project.rawValue)
      wire.changes = departure.changes
      wire.at = departure.at
      return wire
    }
  }
}

extension WireIntroduction {
  init(_ introduction: Introduction) {
    self.init()
    replica = WireID(introduction.replica.rawValue)
    side = UInt32(introduction.side.rawValue)
    name = introduction.name
    software = introduction.software
    schema = WireID(introduction.schema.bits)
    clockMilliseconds = introduction.clockMilliseconds
    if let token = introduction.token { self.token = WireID(token.rawValue) }
    creditBytes = introduction.creditBytes
    if let age = introduction.oldestUnsentAgeMilliseconds { oldestUnsentAge = age }
  }
}

extension WireProjectDigest {
  init(_ digest: ProjectDigest) {
    self.init()
    project = WireID(digest.project.rawValue)
    self.digest = WireID(digest.digest.bits)
  }
}

extension WireWelcome {
  init(_ welcome: Welcome) {
    self.init()
    `protocol` = UInt32(welcome.protocolVersion)
    introduction = WireIntroduction(welcome.introduction)
    switch welcome.admission {
    case .go: go = WireGo()
    case .comeBack(let milliseconds, let words):
      comeBack.milliseconds = milliseconds
      comeBack.words = words
    case .pending(let words): pending = words
    case .revoked(let words): revoked = words
    case .refused(let words): refused = words
    case .renewKey(let words): renewKey = words
    }
    superseded = welcome.isSuperseded
    announcedServerKey.append(contentsOf: welcome.announcedServerKey ?? [])
    grants = welcome.grants.map { grant in
      var wire = WireGrant()
      wire.project = WireID(grant.project.rawValue)
      wire.digest = WireID(grant.digest.bits)
      if let vector = grant.vector { wire.vector = WirePositions(vector.positions) }
      return wire
    }
  }
}

extension WirePositions {
  /// Sorted, so that equal vectors are equal bytes.
  init(_ positions: [Origin: ChainPosition]) {
    self.init()
    self.positions = positions.sorted { $0.key < $1.key }.map { origin, position in
      var wire = WirePosition()
      wire.replica = WireID(origin.replica.rawValue)
      wire.lane = UInt32(origin.lane.rawValue)
      wire.sequence = position.sequence
      wire.hash = WireID(position.hash.bits)
      return wire
    }
  }
}

extension WireAcknowledgement {
  init(_ acknowledgement: Acknowledgement) {
    self.init()
    number = acknowledgement.number
    project = WireID(acknowledgement.project.rawValue)
    positions = WirePositions(acknowledgement.positions)
    accepted = acknowledgement.accepted
    duplicates = acknowledgement.duplicates
    refused = acknowledgement.refused
    refusal = acknowledgement.refusal
    exceptions = acknowledgement.exceptions.map { exception in
      var wire = WireException()
      wire.replica = WireID(exception.dot.replica.rawValue)
      wire.lane = UInt32(exception.dot.lane.rawValue)
      wire.sequence = exception.dot.sequence
      switch exception.verdict {
      case .accepted, .duplicate: wire.verdict = 0
      case .conflict: wire.verdict = 1
      case .parked(let reason):
        wire.verdict = 2
        wire.parkReason = UInt32(reason.rawValue)
      }
      return wire
    }
  }
}
