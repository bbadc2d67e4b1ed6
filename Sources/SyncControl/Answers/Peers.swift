/// One machine, as the online side keeps it.
public struct PeerEntry: Codable, Hashable, Sendable {
  public var name: String
  /// Both sides show it; people compare it.
  public var fingerprint: String
  public var key: String
  /// `pending`, `admitted` or `revoked`.
  public var standing: String
  /// `capture`, `read-only` or `relay`.
  public var role: String
  /// Ids; nil is every project.
  public var projects: [String]?
  public var isConnected: Bool
  public var lastContact: Int64?
  /// Since when its standing is what it is.
  public var since: Int64
  /// Changes that it sent after it was revoked.
  public var held: Int
  /// Why it was revoked.
  public var reason: String?
  /// Whether it is let in by a file of the folder `authorized`.
  public var isByFile: Bool

  public init(
    name: String, fingerprint: String, key: String, standing: String, role: String,
    projects: [String]?, isConnected: Bool, lastContact: Int64?, since: Int64, held: Int,
    reason: String?, isByFile: Bool
  ) {
    self.name = name
    self.fingerprint = fingerprint
    self.key = key
    self.standing = standing
    self.role = role
    self.projects = projects
    self.isConnected = isConnected
    self.lastContact = lastContact
    self.since = since
    self.held = held
    self.reason = reason
    self.isByFile = isByFile
  }
}

/// The machines, by name, and the invitations that are open.
public struct PeerList: Codable, Hashable, Sendable {
  public var peers: [PeerEntry]
  public var openInvitations: Int

  public init(peers: [PeerEntry], openInvitations: Int) {
    self.peers = peers
    self.openInvitations = openInvitations
  }
}

/// One machine, and what would be lost with it.
public struct PeerDetail: Codable, Hashable, Sendable {
  /// What is here of one of its replicas, in one project and lane.
  public struct Chain: Codable, Hashable, Sendable {
    public var project: String
    public var replica: String
    public var lane: Int
    /// Changes that are here.
    public var here: Int64
    /// The last that stands; nil where nothing is taken back.
    public var standsUntil: Int64?

    public init(project: String, replica: String, lane: Int, here: Int64, standsUntil: Int64?) {
      self.project = project
      self.replica = replica
      self.lane = lane
      self.here = here
      self.standsUntil = standsUntil
    }
  }

  /// A change that is held: where it belongs, how long it is, when it came.
  public struct Held: Codable, Hashable, Sendable {
    public var change: String
    public var project: String
    public var kind: String?
    /// The time that the machine stamped it with.
    public var writtenAt: Int64?
    public var heldAt: Int64

    public init(
      change: String, project: String, kind: String?, writtenAt: Int64?, heldAt: Int64
    ) {
      self.change = change
      self.project = project
      self.kind = kind
      self.writtenAt = writtenAt
      self.heldAt = heldAt
    }
  }

  public var peer: PeerEntry
  public var chains: [Chain]
  /// The first 100.
  public var held: [Held]
  /// What only it has, in words.
  public var onlyThere: String
  /// People whose data it carries: the participants of its projects.
  public var participants: Int
  /// Projects that it said to have removed.
  public var departures: [Departed]

  public struct Departed: Codable, Hashable, Sendable {
    public var project: String
    public var changes: Int64
    public var at: Int64

    public init(project: String, changes: Int64, at: Int64) {
      self.project = project
      self.changes = changes
      self.at = at
    }
  }

  public init(
    peer: PeerEntry, chains: [Chain], held: [Held], onlyThere: String, participants: Int,
    departures: [Departed]
  ) {
    self.peer = peer
    self.chains = chains
    self.held = held
    self.onlyThere = onlyThere
    self.participants = participants
    self.departures = departures
  }
}

/// An invitation, once: its line is nowhere else.
public struct Invitation: Codable, Hashable, Sendable {
  public var line: String
  public var expiresAt: Int64
  public var projects: [String]
  public var endpoints: [String]

  public init(line: String, expiresAt: Int64, projects: [String], endpoints: [String]) {
    self.line = line
    self.expiresAt = expiresAt
    self.projects = projects
    self.endpoints = endpoints
  }
}

/// What a revocation came to.
public struct PeerRevocation: Codable, Hashable, Sendable {
  public var words: String
  /// Changes of it that are here and count no more.
  public var voided: Int64

  public init(words: String, voided: Int64) {
    self.words = words
    self.voided = voided
  }
}

/// The keys by which laptops know the online side, and who does not know the next one.
public struct ServerKey: Codable, Hashable, Sendable {
  public var present: String
  public var next: String?
  /// Names of admitted machines that have not said yet to have the next key.
  public var waitingFor: [String]
  public var words: String

  public init(present: String, next: String?, waitingFor: [String], words: String) {
    self.present = present
    self.next = next
    self.waitingFor = waitingFor
    self.words = words
  }
}
