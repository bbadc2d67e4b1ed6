import Glibc
import SyncControl
import SyncCore
import ZeroMQ

/// A laptop's home made from an invitation. Done again after a crash, or with another invitation of the same
/// online side, it goes on with what is there: keys and store are made once.
public struct JoinedFolder {
  public struct Joined: Hashable, Sendable {
    public var configurationPath: String
    public var controlSocket: String
    public var logPath: String
    /// Of this machine's public key.
    public var fingerprint: String
    public var projects: [String]
  }

  private let path: String
  private let configurationPath: String
  private let socket: String

  /// - Parameters:
  ///   - path: where keys and store go; made where it is missing.
  ///   - configurationPath: the file that says so; nil for `lab.yaml` in the folder.
  ///   - socket: the control socket; nil for one in the folder.
  public init(
    _ path: String, configuration configurationPath: String? = nil, socket: String? = nil
  ) throws(NewFolder.Failure) {
    // Resolves the path, and makes the folder.
    let folder = try NewFolder(path, side: .lab)
    self.path = folder.path
    self.configurationPath = configurationPath ?? folder.configurationPath
    self.socket = socket ?? "\(folder.path)/control.sock"
  }

  /// Prepares everything, the configuration last. Throws a sentence where the invitation is of another
  /// online side than the one that this machine has.
  public func prepare(
    _ line: InvitationLine, hostName: String, nowMilliseconds: Int64
  ) throws -> Joined {
    guard line.expiresAt > nowMilliseconds else {
      throw NewFolder.Failure(
        "the invitation expired on \(Timestamp.text(milliseconds: line.expiresAt)), by this machine's clock. "
          + "Try: labctl peer invite on the online side")
    }
    let server = try CurvePublicKey(bytes: line.serverKey)
    let keys = KeyFolder(path: "\(path)/keys")
    let hasConfiguration = access(configurationPath, F_OK) == 0
    if hasConfiguration { try acceptServer(server, at: line.endpoints, keys) }
    let pair = access(keys.secretPath, F_OK) == 0 ? try keys.load() : try keys.create()
    let name = line.name ?? hostName
    let projects = line.projects.compactMap { UniqueID(bytes: $0) }.map(ProjectID.init(rawValue:))
    if !hasConfiguration {
      if access("\(path)/lab.db", F_OK) != 0 {
        try StoreSetup.createLab(
          .sqlite(path: "\(path)/lab.db"), replicaName: name, projects: projects)
      }
      try keys.leave(invitation: line.secret)
      try NewFolder.write(text(line, name: name, server: server), whole: configurationPath)
    } else {
      try keys.leave(invitation: line.secret)
    }
    return Joined(
      configurationPath: configurationPath, controlSocket: socket, logPath: "\(path)/labsyncd.log",
      fingerprint: pair.publicKey.fingerprint, projects: projects.map(\.description))
  }

  private func acceptServer(
    _ server: CurvePublicKey, at endpoints: [String], _ keys: KeyFolder
  ) throws {
    let configuration = try Configuration.load(
      path: configurationPath, side: .lab, environment: [:], hostName: "laptop")
    guard let online = configuration.online, case .curve(let configured) = online.security else {
      throw NewFolder.Failure(
        "\(configurationPath) names no online side. Try: labctl join with another --dir, or write "
          + "online.endpoints and online.serverKey (\(server.z85)) into it")
    }
    if try keys.knownServers(configured: configured).contains(server) { return }
    // The same place with another key: this machine was away while the key was changed.
    guard online.endpoints.contains(where: { endpoints.contains($0.description) }) else {
      throw NewFolder.Failure(
        "this machine belongs to another online side than the invitation's. Try: another --dir")
    }
    try keys.keep(servers: [server], configured: configured)
  }

  private func text(_ line: InvitationLine, name: String, server: CurvePublicKey) -> String {
    let quoted = ConfigurationReport.quoted
    return """
      # Written by labctl join.
      replica:
        name: \(quoted(name))

      store:
        url: \(quoted("sqlite://\(path)/lab.db"))

      online:
        endpoints: [\(line.endpoints.map(quoted).joined(separator: ", "))]
        serverKey: \(quoted(server.z85))

      control:
        socket: \(quoted(socket))

      keys:
        directory: \(quoted("\(path)/keys"))

      """
  }
}
