import Glibc
import SyncControl
import SyncCore
import ZeroMQ

/// A laptop's home made from an invitation. Done again after a crash, or with another invitation of the same
/// online side, it goes on with what is there: keys and store are made once. A home that names no online
/// side yet, as a package makes it, is told of the invitation's.
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
    let present = try presentConfiguration()
    let keys = KeyFolder(path: present?.keysDirectory ?? "\(path)/keys")
    if let present, let online = present.online {
      try accept(server, at: line.endpoints, online, keys)
    }
    let pair = access(keys.secretPath, F_OK) == 0 ? try keys.load() : try keys.create()
    let projects = line.projects.compactMap { UniqueID(bytes: $0) }.map(ProjectID.init(rawValue:))
    let name = line.name ?? present?.replicaName ?? hostName
    if present?.online == nil {
      try StoreSetup.enrolLab(
        present?.store ?? .sqlite(path: "\(path)/lab.db"), replicaName: name, projects: projects)
    }
    try keys.leave(invitation: line.secret)
    if let present {
      if present.online == nil { try nameServer(server, line, in: present) }
    } else {
      try NewFolder.write(text(line, name: name, server: server), whole: configurationPath)
    }
    return Joined(
      configurationPath: configurationPath, controlSocket: present?.controlSocket ?? socket,
      logPath: "\(path)/labsyncd.log", fingerprint: pair.publicKey.fingerprint,
      projects: projects.map(\.description))
  }

  private func presentConfiguration() throws -> Configuration? {
    guard access(configurationPath, F_OK) == 0 else { return nil }
    return try Configuration.load(
      path: configurationPath, side: .lab, environment: [:], hostName: "laptop")
  }

  private func accept(
    _ server: CurvePublicKey, at endpoints: [String], _ online: Configuration.Online,
    _ keys: KeyFolder
  ) throws {
    guard case .curve(let configured) = online.security else {
      throw NewFolder.Failure(
        "\(configurationPath) leaves cryptography out (online.plain), and an invitation needs it. Try: take "
          + "its section online away")
    }
    if try keys.knownServers(configured: configured).contains(server) { return }
    // The same place with another key: this machine was away while the key was changed.
    guard online.endpoints.contains(where: { endpoints.contains($0.description) }) else {
      throw NewFolder.Failure(
        "this machine belongs to another online side than the invitation's. Try: another --dir")
    }
    try keys.keep(servers: [server], configured: configured)
  }

  /// Below what stands in the configuration; what is set there stays.
  private func nameServer(
    _ server: CurvePublicKey, _ line: InvitationLine, in present: Configuration
  ) throws {
    var sections = "# Written by labctl join.\n"
    let isNamed = present.effective.contains { $0.setting == .replicaName && $0.origin != .builtIn }
    if let name = line.name, !isNamed { sections += Self.replica(name) }
    sections += Self.online(line, server)
    do {
      try ConfigurationFile.add(sections, to: configurationPath)
    } catch let error as ConfigurationError {
      throw NewFolder.Failure(
        "the online side can not be added to \(configurationPath): \(error). Try: write it there yourself, "
          + "with endpoints and serverKey: \n\(sections)")
    }
  }

  private func text(_ line: InvitationLine, name: String, server: CurvePublicKey) -> String {
    let quoted = ConfigurationReport.quoted
    return """
      # Written by labctl join.
      \(Self.replica(name))
      store:
        url: \(quoted("sqlite://\(path)/lab.db"))

      \(Self.online(line, server))
      control:
        socket: \(quoted(socket))

      keys:
        directory: \(quoted("\(path)/keys"))

      """
  }

  private static func replica(_ name: String) -> String {
    "replica:\n  name: \(ConfigurationReport.quoted(name))\n"
  }

  private static func online(_ line: InvitationLine, _ server: CurvePublicKey) -> String {
    let endpoints = line.endpoints.map(ConfigurationReport.quoted).joined(separator: ", ")
    return """
      online:
        endpoints: [\(endpoints)]
        serverKey: \(ConfigurationReport.quoted(server.z85))

      """
  }
}
