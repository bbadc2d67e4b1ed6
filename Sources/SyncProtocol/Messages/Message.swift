import SyncCore

/// What two replicas say to each other. The normative text is the article <doc:WireProtocol>.
public enum Message: Hashable, Sendable {
  case hello(Hello)
  case welcome(Welcome)
  case vectors(Vectors)
  case batch(Batch)
  case receipt(Receipt)
  case acknowledgement(Acknowledgement)
  case ping(Ping)
  case pong(Pong)
  case bye(Bye)
  case divergence(Divergence)
  case probe(Probe)
  case probed(Probed)

  /// The kind's name in events and metrics.
  public var name: String {
    switch self {
    case .hello: "hello"
    case .welcome: "welcome"
    case .vectors: "vectors"
    case .batch: "batch"
    case .receipt: "receipt"
    case .acknowledgement: "acknowledgement"
    case .ping: "ping"
    case .pong: "pong"
    case .bye: "bye"
    case .divergence: "divergence"
    case .probe: "probe"
    case .probed: "probed"
    }
  }
}

/// Everything that a replica holds of one project, in 128 bits.
public struct ProjectDigest: Hashable, Sendable {
  public var project: ProjectID
  public var digest: Digest128

  public init(project: ProjectID, digest: Digest128) {
    self.project = project
    self.digest = digest
  }
}

/// The whole vector of one project, as committed by its sender.
public struct Vectors: Hashable, Sendable {
  public var project: ProjectID
  public var vector: ProjectVector

  public init(project: ProjectID, vector: ProjectVector) {
    self.project = project
    self.vector = vector
  }
}

/// Changes, numbered from 1 by their sender within a session.
public struct Batch: Hashable, Sendable {
  public var number: UInt64
  public var changes: ChangeBatch

  public init(number: UInt64, changes: ChangeBatch) {
    self.number = number
    self.changes = changes
  }
}

/// The batch has arrived and waits to be committed. It promises nothing.
public struct Receipt: Hashable, Sendable {
  public var number: UInt64

  public init(number: UInt64) { self.number = number }
}

/// The batch is on disk. Its bytes are the sender's credit again.
public struct Acknowledgement: Hashable, Sendable {
  public var number: UInt64
  public var project: ProjectID
  /// Where the origins of the batch stand now, in the committed store.
  public var positions: [Origin: ChainPosition]
  public var accepted: UInt32
  public var duplicates: UInt32
  /// The changes that are in conflict or parked.
  public var exceptions: [Applied.Exception]
  /// Changes that were dropped because the sender of the batch has no right to bring them.
  public var refused: UInt32
  /// Why, as a part of a sentence; empty where none was.
  public var refusal: String

  public init(
    number: UInt64, project: ProjectID, positions: [Origin: ChainPosition], accepted: UInt32,
    duplicates: UInt32, exceptions: [Applied.Exception] = [], refused: UInt32 = 0,
    refusal: String = ""
  ) {
    self.number = number
    self.project = project
    self.positions = positions
    self.accepted = accepted
    self.duplicates = duplicates
    self.exceptions = exceptions
    self.refused = refused
    self.refusal = refusal
  }
}

/// Asks for a pong, and tells what the sender holds of some projects.
public struct Ping: Hashable, Sendable {
  public var number: UInt64
  public var digests: [ProjectDigest]

  public init(number: UInt64, digests: [ProjectDigest] = []) {
    self.number = number
    self.digests = digests
  }
}

/// Answers the ping of this number, with what its sender holds of the same projects.
public struct Pong: Hashable, Sendable {
  public var number: UInt64
  public var digests: [ProjectDigest]

  public init(number: UInt64, digests: [ProjectDigest] = []) {
    self.number = number
    self.digests = digests
  }
}

/// The sender's chain of `origin` differs from the receiver's at `sequence` or before.
public struct Divergence: Hashable, Sendable {
  public var project: ProjectID
  public var origin: Origin
  public var sequence: UInt64

  public init(project: ProjectID, origin: Origin, sequence: UInt64) {
    self.project = project
    self.origin = origin
    self.sequence = sequence
  }
}

/// Asks for the chain hash of an origin at a sequence.
public struct Probe: Hashable, Sendable {
  public var project: ProjectID
  public var origin: Origin
  public var sequence: UInt64

  public init(project: ProjectID, origin: Origin, sequence: UInt64) {
    self.project = project
    self.origin = origin
    self.sequence = sequence
  }
}

/// Answers a probe.
public struct Probed: Hashable, Sendable {
  public var probe: Probe
  /// Absent where the sender's chain does not go that far.
  public var hash: Digest128?

  public init(_ probe: Probe, hash: Digest128?) {
    self.probe = probe
    self.hash = hash
  }
}

/// The last message of a session.
public struct Bye: Hashable, Sendable {
  public var reason: Reason
  public var words: String

  public init(_ reason: Reason, words: String) {
    self.reason = reason
    self.words = words
  }

  public enum Reason: UInt8, CaseIterable, Hashable, Sendable {
    /// The software stops or starts again.
    case stopping = 1
    /// The receiver broke the protocol.
    case violation = 2
    /// The same device has a newer session.
    case fenced = 3
    /// Nothing was heard.
    case silence = 4
    /// There is no session here: say hello again.
    case unknownSession = 5
    case revoked = 6
    case paused = 7
    /// The sender's store can not be written at present.
    case storeFailed = 8
    /// The sender's store takes a new identity, or fetches a part of its log anew, and comes back.
    case forked = 9
  }
}
