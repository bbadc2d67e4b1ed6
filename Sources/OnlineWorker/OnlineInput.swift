import SyncCore
import SyncProtocol

/// One connection, numbered by whoever owns the socket; never used again for another.
public struct PeerHandle: Hashable, Comparable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What the transport proved about a peer, and what its organisation allows it.
public struct Device: Hashable, Sendable {
  /// What identifies the device: its public key as text.
  public var key: String
  /// What people call it.
  public var name: String
  public var projects: ProjectAccess
  public var role: DeviceRole
  public var standing: Standing
  /// The public key that it is told to be this side's next.
  public var announcedServerKey: [UInt8]?

  public enum Standing: Hashable, Sendable {
    case admitted
    case pending(words: String)
    case revoked(words: String)
    /// What it presented is not good.
    case refused(words: String)
    /// It comes too often, or with too many others.
    case comeBack(inMilliseconds: UInt32, words: String)
  }

  public init(
    key: String, name: String, projects: ProjectAccess = .all, role: DeviceRole = .capture,
    standing: Standing = .admitted
  ) {
    self.key = key
    self.name = name
    self.projects = projects
    self.role = role
    self.standing = standing
  }
}

/// What the online side's worker is told.
public enum OnlineInput: Hashable, Sendable {
  case message(PeerHandle, Device, Message)
  /// A frame arrived that is no message.
  case undecodable(PeerHandle, Device, words: String)
  /// The connection is gone.
  case peerGone(PeerHandle)
  /// The device with this key may no longer take part: its session ends at once.
  case revoked(key: String, words: String)
  /// The session has to begin with another welcome.
  case greetAnew(PeerHandle)
  /// A device may other things than before: its sessions, also one in which it only hands over, begin anew.
  case rightsChanged(key: String)
  /// Changes were captured in this store.
  case storeChanged
  case tick
  /// Do one bounded piece of work for one peer; wanted after ``OnlineOutput/requestWork``.
  case work
  /// The daemon stops.
  case stop
}

/// What the online side's worker wants done, in order.
public enum OnlineOutput: Hashable, Sendable {
  case send(PeerHandle, Message)
  /// Nothing more will be said to this peer: its connection may be forgotten.
  case drop(PeerHandle)
  case event(OnlineEvent)
  /// Give ``OnlineInput/work`` soon: once, however often this is said before.
  case requestWork
}

/// What is worth a line in a log, a metric or `status`.
public enum OnlineEvent: Hashable, Sendable {
  case session(PeerHandle, device: String, SessionEvent)
  case sessionEnded(PeerHandle, device: String, SessionEnding)
  /// The device spoke as this replica for the first time.
  case replicaSeen(ReplicaID, device: String)
  /// A store spoke that is an older copy of one that spoke since.
  case superseded(ReplicaID, device: String)
  /// A revoked device handed over changes, to be kept outside the log.
  case held(ChangeBatch, key: String)
  /// Two machines speak with one device key; the one with this replica has to make its own.
  case keyShared(ReplicaID, device: String)
  case violation(PeerHandle, device: String, PeerViolation)
  /// The store could not do its part for this peer; nothing was acknowledged to it.
  case storeFailed(PeerHandle, device: String, words: String)
}
