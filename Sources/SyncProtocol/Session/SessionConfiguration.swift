import SyncCore

/// What a side says of itself, and how far it trusts the other.
public struct SessionConfiguration: Hashable, Sendable {
  public var name: String
  public var software: String
  public var schema: Digest128
  /// What a welcome gives; what a hello presents is the store's.
  public var token: SessionToken?
  public var projects: ProjectAccess
  public var authors: AuthorAccess
  /// The peer's store is an older copy of one that spoke since.
  public var isPeerSuperseded = false
  /// Origins that were fetched anew once and differ again: left alone until both sides agree.
  public var unrepairable: Set<Origin> = []
  /// What the side that dials presents to be let in, and what the other lets it do.
  public var enrolment = Enrolment()
  public var limits: SessionLimits

  public init(
    name: String, software: String, schema: Digest128, token: SessionToken? = nil,
    projects: ProjectAccess = .all, authors: AuthorAccess = .any,
    limits: SessionLimits = SessionLimits()
  ) {
    self.name = name
    self.software = software
    self.schema = schema
    self.token = token
    self.projects = projects
    self.authors = authors
    self.limits = limits
  }
}

/// The projects that a peer may have.
public enum ProjectAccess: Hashable, Sendable {
  case all
  case only(Set<ProjectID>)
  case allBut(Set<ProjectID>)

  public func allows(_ project: ProjectID) -> Bool {
    switch self {
    case .all: true
    case .allBut(let projects): !projects.contains(project)
    case .only(let projects): projects.contains(project)
    }
  }
}

/// The replicas whose changes are taken from a peer.
public enum AuthorAccess: Hashable, Sendable {
  /// The peer may relay what others wrote.
  case any
  case only(Set<ReplicaID>)
  /// What others wrote, but not what these replicas did.
  case except(Set<ReplicaID>)

  public func allows(_ replica: ReplicaID) -> Bool {
    switch self {
    case .any: true
    case .only(let replicas): replicas.contains(replica)
    case .except(let replicas): !replicas.contains(replica)
    }
  }
}

/// The limits that one session keeps; the defaults are those of ``ProtocolLimits``.
public struct SessionLimits: Hashable, Sendable {
  public var batch = ProtocolLimits.batch
  public var creditBytes = ProtocolLimits.creditBytes
  public var batchesInFlight = ProtocolLimits.batchesInFlight
  public var pingIntervalMilliseconds = ProtocolLimits.pingIntervalMilliseconds
  public var silenceLimitMilliseconds = ProtocolLimits.silenceLimitMilliseconds

  public init() {}
}
