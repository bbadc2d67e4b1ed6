import SyncCore

/// The first message of the side that dials.
public struct Hello: Hashable, Sendable {
  /// The protocol versions that the sender speaks.
  public var protocols: ClosedRange<UInt8>
  public var introduction: Introduction
  /// What the sender holds, by project, sorted.
  public var projects: [ProjectDigest]
  /// The one-time secret of an invitation.
  public var invitation: [UInt8]?
  /// The newest public key of the receiver that the sender keeps.
  public var keptServerKey: [UInt8]?
  /// Projects that the sender has removed with all that it held of them.
  public var departures: [Departure]

  public init(
    protocols: ClosedRange<UInt8>, introduction: Introduction, projects: [ProjectDigest],
    invitation: [UInt8]? = nil, keptServerKey: [UInt8]? = nil, departures: [Departure] = []
  ) {
    self.protocols = protocols
    self.introduction = introduction
    self.projects = projects
    self.invitation = invitation
    self.keptServerKey = keptServerKey
    self.departures = departures
  }
}

/// The answer to a hello.
public struct Welcome: Hashable, Sendable {
  /// The version that both will speak; where there is none, the newest of the sender.
  public var protocolVersion: UInt8
  public var introduction: Introduction
  public var admission: Admission
  /// The projects that the receiver may have, sorted; empty unless it is admitted, or revoked and may
  /// hand over what it has.
  public var grants: [Grant]
  /// The receiver's store is an older copy of one that spoke since: it has to fork.
  public var isSuperseded: Bool
  /// The public key that the sender will have next.
  public var announcedServerKey: [UInt8]?

  public init(
    protocolVersion: UInt8, introduction: Introduction, admission: Admission,
    grants: [Grant] = [], isSuperseded: Bool = false, announcedServerKey: [UInt8]? = nil
  ) {
    self.protocolVersion = protocolVersion
    self.introduction = introduction
    self.admission = admission
    self.grants = grants
    self.isSuperseded = isSuperseded
    self.announcedServerKey = announcedServerKey
  }
}

/// Who speaks, and what it grants.
public struct Introduction: Hashable, Sendable {
  public var replica: ReplicaID
  public var side: Side
  /// The name that people gave the machine.
  public var name: String
  public var software: String
  /// A digest of the declarations that the sender's software knows.
  public var schema: Digest128
  /// The sender's wall clock, milliseconds since 1970, UTC.
  public var clockMilliseconds: Int64
  public var token: SessionToken?
  /// Bytes of changes that the receiver may have unacknowledged with the sender.
  public var creditBytes: UInt32
  /// Milliseconds since the sender wrote the oldest change that the receiver, as far as the sender knows,
  /// has not; `nil` where it has all.
  public var oldestUnsentAgeMilliseconds: UInt64?

  public init(
    replica: ReplicaID, side: Side, name: String, software: String, schema: Digest128,
    clockMilliseconds: Int64, token: SessionToken? = nil, creditBytes: UInt32,
    oldestUnsentAgeMilliseconds: UInt64? = nil
  ) {
    self.replica = replica
    self.side = side
    self.name = name
    self.software = software
    self.schema = schema
    self.clockMilliseconds = clockMilliseconds
    self.token = token
    self.creditBytes = creditBytes
    self.oldestUnsentAgeMilliseconds = oldestUnsentAgeMilliseconds
  }
}

/// Whether the side that dialed may stay.
public enum Admission: Hashable, Sendable {
  case go
  /// The other side has its hands full.
  case comeBack(inMilliseconds: UInt32, words: String)
  /// Somebody has to approve the device first.
  case pending(words: String)
  case revoked(words: String)
  case refused(words: String)
  /// Another machine uses the same device key: the receiver has to make one of its own.
  case renewKey(words: String)
}

/// One project that the receiver of a welcome may have.
public struct Grant: Hashable, Sendable {
  public var project: ProjectID
  public var digest: Digest128
  /// Present where the digest is not the one in the hello; absent proves both equal.
  public var vector: ProjectVector?

  public init(project: ProjectID, digest: Digest128, vector: ProjectVector? = nil) {
    self.project = project
    self.digest = digest
    self.vector = vector
  }
}
