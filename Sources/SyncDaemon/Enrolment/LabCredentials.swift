import SyncProtocol
import ZeroMQ

/// What a laptop shows of itself, and by what it knows the online side.
struct LabCredentials {
  private let folder: KeyFolder
  private let configured: CurvePublicKey
  private(set) var own: CurveKeyPair
  /// The newest first.
  private(set) var servers: [CurvePublicKey]
  private var place = 0
  private(set) var invitation: [UInt8]?

  init(_ folder: KeyFolder, configured: CurvePublicKey) throws(KeyFolder.Failure) {
    self.folder = folder
    self.configured = configured
    own = try folder.load()
    servers = try folder.knownServers(configured: configured)
    invitation = try folder.invitation()
  }

  /// What the next connection is secured with.
  var security: Socket.Security { .curveClient(own: own, server: servers[place]) }

  /// Reads the folder anew.
  mutating func reload() throws(KeyFolder.Failure) {
    self = try LabCredentials(folder, configured: configured)
  }

  /// Another machine has the same key.
  mutating func renew() throws(KeyFolder.Failure) { own = try folder.renew() }

  /// The handshake failed as it does where the server's key is another.
  mutating func tryOtherServer() { place = (place + 1) % servers.count }

  /// The online side will have this key next. Whether that is news.
  mutating func keep(_ announced: CurvePublicKey) throws(KeyFolder.Failure) -> Bool {
    guard servers.first != announced else { return false }
    let present = servers[place]
    try folder.keep(servers: [announced, present], configured: configured)
    servers = [announced, present]
    place = 1
    return true
  }

  /// The other side let this machine in: the invitation has done its work, and a newest key that works
  /// makes the others void.
  mutating func admitted() throws(KeyFolder.Failure) {
    if invitation != nil {
      folder.removeInvitation()
      invitation = nil
    }
    guard place == 0, servers.count > 1 else { return }
    try folder.keep(servers: [servers[0]], configured: configured)
    servers = [servers[0]]
  }
}
