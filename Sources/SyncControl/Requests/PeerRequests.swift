/// Asks for the machines that the online side knows: admitted, pending, revoked.
public struct PeerListRequest: ControlQuestion {
  public typealias Answer = PeerList
  public static let name = ControlRequest.Name.peerList

  public init() {}
}

/// Asks for one machine, with what would be lost with it.
public struct PeerShowRequest: ControlQuestion {
  public typealias Answer = PeerDetail
  public static let name = ControlRequest.Name.peerShow

  /// A name, a fingerprint, or a public key.
  public var peer: String

  public init(peer: String) { self.peer = peer }
}

/// Asks for an invitation for one machine.
public struct PeerInviteRequest: ControlQuestion {
  public typealias Answer = Invitation
  public static let name = ControlRequest.Name.peerInvite

  /// Ids; empty is every project of the online side.
  public var projects: [String]
  /// What the machine will be called; nil leaves it to the machine.
  public var peer: String?
  public var expiresInSeconds: Int
  /// `capture`, `read-only` or `relay`.
  public var role: String
  /// Where the machine is to dial; empty where the online side is to find out.
  public var endpoints: [String]

  public init(
    projects: [String], peer: String?, expiresInSeconds: Int, role: String, endpoints: [String]
  ) {
    self.projects = projects
    self.peer = peer
    self.expiresInSeconds = expiresInSeconds
    self.role = role
    self.endpoints = endpoints
  }
}

/// Lets a machine in that is pending or revoked, or changes what it may.
public struct PeerApproveRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.peerApprove

  public var peer: String
  /// What it will be called; nil leaves its name.
  public var newName: String?
  /// Ids; empty is every project.
  public var projects: [String]
  public var role: String

  public init(peer: String, newName: String? = nil, projects: [String] = [], role: String) {
    self.peer = peer
    self.newName = newName
    self.projects = projects
    self.role = role
  }
}

/// Shuts a machine out, and takes back what it wrote after a moment.
public struct PeerRevokeRequest: ControlQuestion {
  public typealias Answer = PeerRevocation
  public static let name = ControlRequest.Name.peerRevoke

  public var peer: String
  public var reason: String
  /// What it wrote from this moment on is void, in milliseconds since 1970; nil takes nothing back.
  public var since: Int64?
  /// What follows these changes is void: `REPLICA/LANE/SEQUENCE`.
  public var after: [String]

  public init(peer: String, reason: String, since: Int64? = nil, after: [String] = []) {
    self.peer = peer
    self.reason = reason
    self.since = since
    self.after = after
  }
}

/// Applies what a revoked machine sent, up to a moment.
public struct PeerReleaseRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.peerRelease

  public var peer: String
  /// Milliseconds since 1970; nil is everything.
  public var until: Int64?

  public init(peer: String, until: Int64? = nil) {
    self.peer = peer
    self.until = until
  }
}

/// Looks after the key by which laptops know the online side.
public struct ServerKeyRequest: ControlQuestion {
  public typealias Answer = ServerKey
  public static let name = ControlRequest.Name.serverKey

  public enum Action: String, Codable, CaseIterable, Hashable, Sendable {
    case show
    /// Makes the next key and tells it to every laptop that connects.
    case announce
    /// Puts the next key in the place of the present one.
    case `switch`
  }

  public var action: Action
  /// Switches although laptops do not know the next key; they need an invitation then.
  public var force: Bool

  public init(action: Action, force: Bool = false) {
    self.action = action
    self.force = force
  }
}

/// Removes a project and all that is held of it from a laptop.
public struct LeaveRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.leave

  public var project: String
  /// Also what the online side does not have.
  public var discard: Bool

  public init(project: String, discard: Bool = false) {
    self.project = project
    self.discard = discard
  }
}

/// Everything that is asked about who gets in.
public enum PeerRequest: Hashable, Sendable {
  case list(PeerListRequest)
  case show(PeerShowRequest)
  case invite(PeerInviteRequest)
  case approve(PeerApproveRequest)
  case revoke(PeerRevokeRequest)
  case release(PeerReleaseRequest)
  case serverKey(ServerKeyRequest)
  case leave(LeaveRequest)

  var question: any ControlQuestion {
    switch self {
    case .list(let question): question
    case .show(let question): question
    case .invite(let question): question
    case .approve(let question): question
    case .revoke(let question): question
    case .release(let question): question
    case .serverKey(let question): question
    case .leave(let question): question
    }
  }

  init(_ name: ControlRequest.Name, from decoder: any Decoder) throws {
    switch name {
    case .peerShow: self = .show(try PeerShowRequest(from: decoder))
    case .peerInvite: self = .invite(try PeerInviteRequest(from: decoder))
    case .peerApprove: self = .approve(try PeerApproveRequest(from: decoder))
    case .peerRevoke: self = .revoke(try PeerRevokeRequest(from: decoder))
    case .peerRelease: self = .release(try PeerReleaseRequest(from: decoder))
    case .serverKey: self = .serverKey(try ServerKeyRequest(from: decoder))
    case .leave: self = .leave(try LeaveRequest(from: decoder))
    default: self = .list(try PeerListRequest(from: decoder))
    }
  }
}
