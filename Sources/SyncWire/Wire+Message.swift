import SyncCore
import SyncProtocol

/// The generated types as messages. What a peer may not say is an error here, so that the session
/// only sees messages that mean something.
extension WireMessage {
  func message() throws(WireError) -> Message {
    switch kind {
    case .hello(let hello): .hello(try hello.message())
    case .welcome(let welcome): .welcome(try welcome.message())
    case .vectors(let vectors):
      .vectors(
        Vectors(
          project: try vectors.projectID(), vector: try vectors.vector.projectVector()))
    case .batch: throw WireError(.malformed, in: "Message.batch", at: 0)
    case .receipt(let receipt): .receipt(Receipt(number: receipt.number))
    case .acknowledgement(let acknowledgement):
      .acknowledgement(try acknowledgement.message())
    case .ping(let ping):
      .ping(Ping(number: ping.number, digests: try ping.digests.projectDigests()))
    case .pong(let pong):
      .pong(Pong(number: pong.number, digests: try pong.digests.projectDigests()))
    case .bye(let bye): .bye(try bye.message())
    case .divergence(let divergence): .divergence(try divergence.message())
    case .probe(let probe): .probe(try probe.message())
    case .probed(let probed):
      .probed(
        Probed(
          try probed.probe.message(),
          hash: probed.hasHash ? Digest128(bits: probed.hash.id) : nil))
    case nil: throw WireError(.missing, in: "Message.kind", at: 0)
    }
  }
}

extension WireID {
  fileprivate var id: UniqueID { UniqueID(high: high, low: low) }
}

extension WireVectors {
  fileprivate func projectID() throws(WireError) -> ProjectID {
    guard hasProject else { throw WireError(.missing, in: "Vectors.project", at: 0) }
    return ProjectID(rawValue: project.id)
  }
}

extension WireHello {
  fileprivate func message() throws(WireError) -> Hello {
    guard let oldest = UInt8(exactly: oldestProtocol), let newest = UInt8(exactly: newestProtocol),
      oldest <= newest
    else {
      throw WireError(.unknownValue(UInt64(newestProtocol)), in: "Hello.newest_protocol", at: 0)
    }
    guard hasIntroduction else { throw WireError(.missing, in: "Hello.introduction", at: 0) }
    return Hello(
      protocols: oldest...newest, introduction: try introduction.message(),
      projects: try projects.projectDigests(),
      invitation: try [UInt8](invitation).exactly(ProtocolLimits.invitationBytes, in: "invitation"),
      keptServerKey: try [UInt8](keptServerKey).exactly(
        ProtocolLimits.serverKeyBytes, in: "kept_server_key"),
      departures: try departed())
  }

  private func departed() throws(WireError) -> [Departure] {
    guard departures.count <= ProtocolLimits.projects else {
      throw WireError(.overLimit(ProtocolLimits.projects), in: "Hello.departures", at: 0)
    }
    return departures.map {
      Departure(project: ProjectID(rawValue: $0.project.id), changes: $0.changes, at: $0.at)
    }
  }
}

extension [UInt8] {
  /// The bytes where there are so many; nil where there are none.
  fileprivate func exactly(_ count: Int, in place: String) throws(WireError) -> [UInt8]? {
    if isEmpty { return nil }
    guard self.count == count else { throw WireError(.overLimit(count), in: place, at: 0) }
    return self
  }
}

extension [WireProjectDigest] {
  fileprivate func projectDigests() throws(WireError) -> [ProjectDigest] {
    guard count <= ProtocolLimits.projects else {
      throw WireError(.overLimit(ProtocolLimits.projects), in: "ProjectDigest", at: 0)
    }
    return map {
      ProjectDigest(
        project: ProjectID(rawValue: $0.project.id), digest: Digest128(bits: $0.digest.id))
    }
  }
}

extension WireIntroduction {
  fileprivate func message() throws(WireError) -> Introduction {
    guard hasReplica else { throw WireError(.missing, in: "Introduction.replica", at: 0) }
    guard let side = UInt8(exactly: side).flatMap(Side.init(rawValue:)) else {
      throw WireError(.unknownValue(UInt64(side)), in: "Introduction.side", at: 0)
    }
    return Introduction(
      replica: ReplicaID(rawValue: replica.id), side: side,
      name: try name.bounded(in: "Introduction.name"),
      software: try software.bounded(in: "Introduction.software"),
      schema: Digest128(bits: schema.id), clockMilliseconds: clockMilliseconds,
      token: hasToken ? SessionToken(rawValue: token.id) : nil, creditBytes: creditBytes,
      oldestUnsentAgeMilliseconds: hasOldestUnsentAge ? oldestUnsentAge : nil)
  }
}

extension String {
  fileprivate func bounded(in place: String) throws(WireError) -> String {
    guard utf8.count <= ProtocolLimits.wordsBytes else {
      throw WireError(.overLimit(ProtocolLimits.wordsBytes), in: place, at: 0)
    }
    return self
  }
}

extension WireWelcome {
  fileprivate func message() throws(WireError) -> Welcome {
    guard let version = UInt8(exactly: `protocol`) else {
      throw WireError(.unknownValue(UInt64(`protocol`)), in: "Welcome.protocol", at: 0)
    }
    guard hasIntroduction else { throw WireError(.missing, in: "Welcome.introduction", at: 0) }
    guard grants.count <= ProtocolLimits.projects else {
      throw WireError(.overLimit(ProtocolLimits.projects), in: "Welcome.grants", at: 0)
    }
    var found: [Grant] = []
    for grant in grants {
      found.append(
        Grant(
          project: ProjectID(rawValue: grant.project.id), digest: Digest128(bits: grant.digest.id),
          vector: grant.hasVector ? try grant.vector.projectVector() : nil))
    }
    return Welcome(
      protocolVersion: version, introduction: try introduction.message(),
      admission: try decision(), grants: found, isSuperseded: superseded,
      announcedServerKey: try [UInt8](announcedServerKey).exactly(
        ProtocolLimits.serverKeyBytes, in: "announced_server_key"))
  }

  private func decision() throws(WireError) -> SyncProtocol.Admission {
    let place = "Welcome.admission"
    switch admission {
    case .go: return .go
    case .comeBack(let comeBack):
      return .comeBack(
        inMilliseconds: comeBack.milliseconds, words: try comeBack.words.bounded(in: place))
    case .pending(let words): return .pending(words: try words.bounded(in: place))
    case .revoked(let words): return .revoked(words: try words.bounded(in: place))
    case .refused(let words): return .refused(words: try words.bounded(in: place))
    case .renewKey(let words): return .renewKey(words: try words.bounded(in: place))
    case nil: throw WireError(.missing, in: place, at: 0)
    }
  }
}

extension WirePositions {
  fileprivate func chainPositions() throws(WireError) -> [Origin: ChainPosition] {
    guard positions.count <= ProtocolLimits.origins else {
      throw WireError(.overLimit(ProtocolLimits.origins), in: "Positions.positions", at: 0)
    }
    var found: [Origin: ChainPosition] = [:]
    found.reserveCapacity(positions.count)
    for position in positions {
      let origin = Origin(
        replica: ReplicaID(rawValue: position.replica.id),
        lane: try position.lane.lane(in: "Position.lane"))
      found[origin] = ChainPosition(
        sequence: try position.sequence.sequence(in: "Position.sequence"),
        hash: Digest128(bits: position.hash.id))
    }
    return found
  }

  fileprivate func projectVector() throws(WireError) -> ProjectVector {
    var vector = ProjectVector()
    for (origin, position) in try chainPositions() { vector[origin] = position }
    return vector
  }
}

extension UInt32 {
  fileprivate func lane(in place: String) throws(WireError) -> Lane {
    guard let lane = UInt8(exactly: self).flatMap(Lane.init(rawValue:)) else {
      throw WireError(.unknownValue(UInt64(self)), in: place, at: 0)
    }
    return lane
  }
}

extension UInt64 {
  fileprivate func sequence(in place: String) throws(WireError) -> UInt64 {
    guard self > 0, self <= ProtocolLimits.sequence else {
      throw WireError(.unknownValue(self), in: place, at: 0)
    }
    return self
  }
}

extension WireAcknowledgement {
  fileprivate func message() throws(WireError) -> Acknowledgement {
    guard hasProject else { throw WireError(.missing, in: "Acknowledgement.project", at: 0) }
    guard exceptions.count <= ProtocolLimits.batchRows else {
      throw WireError(
        .overLimit(ProtocolLimits.batchRows), in: "Acknowledgement.exceptions", at: 0)
    }
    var found: [Applied.Exception] = []
    for exception in exceptions { found.append(try exception.message()) }
    return Acknowledgement(
      number: number, project: ProjectID(rawValue: project.id),
      positions: try positions.chainPositions(), accepted: accepted, duplicates: duplicates,
      exceptions: found, refused: refused,
      refusal: try refusal.bounded(in: "Acknowledgement.refusal"))
  }
}

extension WireException {
  fileprivate func message() throws(WireError) -> Applied.Exception {
    let dot = Dot(
      replica: ReplicaID(rawValue: replica.id), lane: try lane.lane(in: "Exception.lane"),
      sequence: sequence)
    switch verdict {
    case 1: return Applied.Exception(dot: dot, verdict: .conflict)
    case 2:
      guard let reason = UInt8(exactly: parkReason).flatMap(ParkReason.init(rawValue:)) else {
        throw WireError(.unknownValue(UInt64(parkReason)), in: "Exception.park_reason", at: 0)
      }
      return Applied.Exception(dot: dot, verdict: .parked(reason))
    default: throw WireError(.unknownValue(UInt64(verdict)), in: "Exception.verdict", at: 0)
    }
  }
}

extension WireBye {
  fileprivate func message() throws(WireError) -> Bye {
    guard let reason = UInt8(exactly: reason).flatMap(Bye.Reason.init(rawValue:)) else {
      throw WireError(.unknownValue(UInt64(reason)), in: "Bye.reason", at: 0)
    }
    return Bye(reason, words: try words.bounded(in: "Bye.words"))
  }
}

extension WireDivergence {
  fileprivate func message() throws(WireError) -> Divergence {
    Divergence(
      project: ProjectID(rawValue: project.id),
      origin: Origin(
        replica: ReplicaID(rawValue: replica.id), lane: try lane.lane(in: "Divergence.lane")),
      sequence: try sequence.sequence(in: "Divergence.sequence"))
  }
}

extension WireProbe {
  fileprivate func message() throws(WireError) -> Probe {
    Probe(
      project: ProjectID(rawValue: project.id),
      origin: Origin(
        replica: ReplicaID(rawValue: replica.id), lane: try lane.lane(in: "Probe.lane")),
      sequence: try sequence.sequence(in: "Probe.sequence"))
  }
}
