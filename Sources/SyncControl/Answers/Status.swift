/// How one replica stands. Counts are changes; times are milliseconds since 1970, UTC.
public struct Status: Codable, Hashable, Sendable {
  public enum Side: String, Codable, Hashable, Sendable {
    case lab, online
  }

  public var version = ControlProtocol.version
  public var side: Side
  /// The id of the store's incarnation.
  public var replica: String
  /// What people call this machine.
  public var name: String
  public var projects: [Project]
  public var connection: Connection
  /// Writes that are in the store and no change yet.
  public var outbox: Int
  /// Captured here, and in no batch that the other side has.
  public var queued: Int
  /// In a batch that the other side has and has not committed.
  public var received: Int
  /// Committed to disk by the other side, as it said.
  public var durable: Int
  /// Committed by the other side, and the chains were equal there.
  public var confirmed: Int
  /// The age of the oldest change or write that is not durable online; nil when all are.
  public var oldestAgeSeconds: Int?
  /// Open conflicts: a person is asked.
  public var conflicts: Int
  /// Differences that a rule settled; nobody is asked.
  public var settled: Int
  /// Changes kept and not applied.
  public var parked: Int
  /// Changes of machines that were shut out, kept apart.
  public var held: Int
  /// The other side's clock less this one's; nil before the first handshake.
  public var clockOffsetMilliseconds: Int64?
  /// The last time a sync ran to its end; nil before the first.
  public var lastSync: Int64?
  public var inSync: InSync
  /// The size of the store's files.
  public var storeBytes: Int64
  /// The software and its version, such as `labsyncd 0.1.0`.
  public var software: String
  /// The machines that this side serves, by name; empty on a laptop that serves none.
  public var peers: [Peer]
  /// Whether somebody asked to pause.
  public var isPaused: Bool
  /// The last time that this store was found to be an older copy of another; nil when never.
  public var fork: Fork?
  /// How often another side broke the protocol since this daemon started: frames that are no message,
  /// changes that their sender may not bring. Each was dropped, and is in the log.
  public var violations: Int
  /// Changes that the other side has said to have and this one has not; nil where nobody is connected.
  public var coming: Int?
  /// Of this machine's own public key; both sides show it, and people compare it.
  public var fingerprint: String?
  /// Of the daemon that answers.
  public var processID: Int32?

  public init(
    side: Side, replica: String, name: String, projects: [Project], connection: Connection,
    outbox: Int, queued: Int, received: Int, durable: Int, confirmed: Int, oldestAgeSeconds: Int?,
    conflicts: Int, settled: Int, parked: Int, held: Int, clockOffsetMilliseconds: Int64?,
    lastSync: Int64?, inSync: InSync, storeBytes: Int64, software: String, peers: [Peer],
    isPaused: Bool, fork: Fork? = nil, violations: Int = 0, coming: Int? = nil,
    fingerprint: String? = nil
  ) {
    self.side = side
    self.replica = replica
    self.name = name
    self.projects = projects
    self.connection = connection
    self.outbox = outbox
    self.queued = queued
    self.received = received
    self.durable = durable
    self.confirmed = confirmed
    self.oldestAgeSeconds = oldestAgeSeconds
    self.conflicts = conflicts
    self.settled = settled
    self.parked = parked
    self.held = held
    self.clockOffsetMilliseconds = clockOffsetMilliseconds
    self.lastSync = lastSync
    self.inSync = inSync
    self.storeBytes = storeBytes
    self.software = software
    self.peers = peers
    self.isPaused = isPaused
    self.fork = fork
    self.violations = violations
    self.coming = coming
    self.fingerprint = fingerprint
  }

  private enum CodingKeys: String, CodingKey {
    case version, side, replica, name, projects, connection, outbox, queued, received, durable
    case confirmed, oldestAgeSeconds, conflicts, settled, parked, held, clockOffsetMilliseconds
    case lastSync, inSync, storeBytes, software, peers, fork, violations, coming, fingerprint
    case processID
    case isPaused = "paused"
  }

  /// Every member is there: one without a value is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(side, forKey: .side)
    try container.encode(replica, forKey: .replica)
    try container.encode(name, forKey: .name)
    try container.encode(projects, forKey: .projects)
    try container.encode(connection, forKey: .connection)
    try container.encode(outbox, forKey: .outbox)
    try container.encode(queued, forKey: .queued)
    try container.encode(received, forKey: .received)
    try container.encode(durable, forKey: .durable)
    try container.encode(confirmed, forKey: .confirmed)
    try container.encode(oldestAgeSeconds, forKey: .oldestAgeSeconds)
    try container.encode(conflicts, forKey: .conflicts)
    try container.encode(settled, forKey: .settled)
    try container.encode(parked, forKey: .parked)
    try container.encode(held, forKey: .held)
    try container.encode(clockOffsetMilliseconds, forKey: .clockOffsetMilliseconds)
    try container.encode(lastSync, forKey: .lastSync)
    try container.encode(inSync, forKey: .inSync)
    try container.encode(storeBytes, forKey: .storeBytes)
    try container.encode(software, forKey: .software)
    try container.encode(peers, forKey: .peers)
    try container.encode(isPaused, forKey: .isPaused)
    try container.encode(fork, forKey: .fork)
    try container.encode(violations, forKey: .violations)
    try container.encode(coming, forKey: .coming)
    try container.encode(fingerprint, forKey: .fingerprint)
    try container.encode(processID, forKey: .processID)
  }
}

extension Status {
  /// A project that this store holds.
  public struct Project: Codable, Hashable, Sendable {
    public var id: String
    /// Nil until the project's own record has arrived.
    public var name: String?

    public init(id: String, name: String?) {
      self.id = id
      self.name = name
    }
  }

  /// The way to the other side; on the online side, the door it keeps open.
  public struct Connection: Codable, Hashable, Sendable {
    public enum State: String, Codable, CaseIterable, Hashable, Sendable {
      /// No endpoint is configured.
      case unconfigured
      /// A person asked to pause.
      case paused
      /// Waiting until the next try.
      case waiting
      case connecting
      /// The other side does not let this machine in; the words say why.
      case refused
      /// Connected, and changes are on their way.
      case syncing
      /// Connected, and nothing is on its way.
      case live
      /// The online side's own state: the door is open.
      case listening
    }

    public var state: State
    /// One sentence for a person.
    public var words: String
    /// Nil when there is none.
    public var endpoint: String?
    /// When the state began.
    public var since: Int64
    /// Parts of the log that stop at a change too large to be sent; nil where there are none.
    public var unsendable: Int?
    /// Why this side could not store what the other side, or a laptop, last sent; nil where it could.
    public var storeFailure: String?
    /// What keeps a laptop from the online side, as it last tried; nil where nothing does.
    public var obstacle: Obstacle?
    /// For how long it has been like that.
    public var obstacleSeconds: Int?

    public enum Obstacle: String, Codable, CaseIterable, Hashable, Sendable {
      /// Nothing answers.
      case unreachable
      /// What answers has, most likely, another key than the one that is configured.
      case serverKey
      /// Nobody has let this machine in yet.
      case pending
      /// This machine was shut out.
      case shutOut
      /// The online side could not store what this machine sent.
      case peerStore
    }

    public init(state: State, words: String, endpoint: String?, since: Int64) {
      self.state = state
      self.words = words
      self.endpoint = endpoint
      self.since = since
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(state, forKey: .state)
      try container.encode(words, forKey: .words)
      try container.encode(endpoint, forKey: .endpoint)
      try container.encode(since, forKey: .since)
      try container.encodeIfPresent(unsendable, forKey: .unsendable)
      try container.encodeIfPresent(storeFailure, forKey: .storeFailure)
      try container.encodeIfPresent(obstacle, forKey: .obstacle)
      try container.encodeIfPresent(obstacleSeconds, forKey: .obstacleSeconds)
    }

    private enum CodingKeys: String, CodingKey {
      case state, words, endpoint, since, unsendable, storeFailure, obstacle, obstacleSeconds
    }
  }

  /// Whether both sides hold the same, and the moment that this speaks of.
  public struct InSync: Codable, Hashable, Sendable {
    /// True only when everything was confirmed at that moment and nothing is parked or held.
    public var value: Bool
    /// When the chains were last compared; nil when never.
    public var at: Int64?

    public init(value: Bool, at: Int64?) {
      self.value = value
      self.at = at
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
      try container.encode(at, forKey: .at)
    }

    private enum CodingKeys: String, CodingKey { case value, at }
  }

  /// A restored backup or a copied disk that was noticed, and what became of it.
  public struct Fork: Codable, Hashable, Sendable {
    public var at: Int64
    /// The replica that this store was until then.
    public var former: String
    /// Changes that only this copy had, and that are its own under its new name.
    public var kept: Int
    /// One sentence for a person.
    public var words: String

    public init(at: Int64, former: String, kept: Int, words: String) {
      self.at = at
      self.former = former
      self.kept = kept
      self.words = words
    }
  }

  /// A machine that this side serves.
  public struct Peer: Codable, Hashable, Sendable {
    public var name: String
    public var isConnected: Bool
    /// One sentence for a person.
    public var words: String
    /// Nil when it never came.
    public var lastContact: Int64?
    /// `admitted`, `pending` or `revoked`.
    public var standing: String?
    /// Of its key, where a person has to decide about it.
    public var fingerprint: String?
    /// Changes of it that are kept apart; nil where there are none.
    public var held: Int?

    public init(
      name: String, isConnected: Bool, words: String, lastContact: Int64?, standing: String? = nil
    ) {
      self.name = name
      self.isConnected = isConnected
      self.words = words
      self.lastContact = lastContact
      self.standing = standing
    }

    private enum CodingKeys: String, CodingKey {
      case name, words, lastContact, standing, fingerprint, held
      case isConnected = "connected"
    }
  }
}
