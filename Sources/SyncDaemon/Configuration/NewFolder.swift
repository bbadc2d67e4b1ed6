import Glibc
import SyncCore

/// A folder that becomes a machine's home: configuration, keys, store, and on the online side the
/// folder of authorized keys. What is there already stays as it is and ends the preparation.
public struct NewFolder: Sendable {
  /// Why a folder can not be prepared; one sentence and what to try.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
  }

  /// What was made.
  public struct Prepared<Made> {
    public var configuration: Configuration
    /// 40 Z85 characters.
    public var publicKey: String
    /// What the making of the store gave.
    public var made: Made
  }

  let path: String
  private let side: Side

  /// Makes the folder when it is missing, with the folders above it.
  public init(_ path: String, side: Side) throws(Failure) {
    self.side = side
    try Self.makeFolder(path)
    guard let resolved = realpath(path, nil) else {
      throw Failure("the folder \(path) can not be used: \(String(cString: strerror(errno)))")
    }
    defer { free(resolved) }
    self.path = String(cString: resolved)
  }

  public var configurationPath: String { "\(path)/\(side.name).yaml" }
  private var keysPath: String { "\(path)/keys" }
  private var storePath: String { "\(path)/\(side.name).db" }

  /// Makes the store by `makingStore`, the key pair, and last the configuration, so that a folder
  /// with a configuration is complete. Throws before anything is made when a part of it is there.
  public func prepare<Made>(
    _ settings: [Setting: String], makingStore: (Configuration) throws -> Made
  ) throws -> Prepared<Made> {
    let keys = KeyFolder(path: keysPath)
    for existing in [configurationPath, keys.secretPath, storePath]
    where access(existing, F_OK) == 0 {
      throw Failure("\(existing) exists, and init never overwrites. Try: another folder")
    }
    let text = configurationText(settings)
    let draft = "\(configurationPath).partial"
    try Self.write(text, to: draft)
    defer { unlink(draft) }
    let configuration = try Configuration.load(
      path: draft, side: side, environment: [:], hostName: settings[.replicaName] ?? "")
    let made = try makingStore(configuration)
    let pair = try keys.create()
    if side == .online { try Self.makeFolder(configuration.authorizedDirectory) }
    guard link(draft, configurationPath) == 0 else {
      throw Failure(
        "\(configurationPath) can not be made: \(String(cString: strerror(errno))). "
          + "Try: another folder")
    }
    return Prepared(configuration: configuration, publicKey: pair.publicKey.z85, made: made)
  }

  /// The file: what was given, what belongs to the folder, and every other setting as a comment.
  func configurationText(_ given: [Setting: String]) -> String {
    func line(_ name: String, _ setting: Setting, _ unset: String) -> String {
      given[setting].map { "  \(name): \(ConfigurationReport.quoted($0))" }
        ?? "  # \(name): \(unset)"
    }
    let endpoints = given[.onlineEndpoints].map {
      "  endpoints: [\(ConfigurationReport.quoted($0))]"
    }
    var lines = ["replica:", line("name", .replicaName, "\"this machine\""), "", "store:"]
    lines += ["  url: \(ConfigurationReport.quoted("sqlite://\(storePath)"))", ""]
    switch side {
    case .lab:
      lines += [
        "online:", endpoints ?? "  # endpoints: [\"tcp://hub.example.org:5570\"]",
        line("serverKey", .onlineServerKey, "\"the public-key that labsyncd init online printed\""),
      ]
    case .online:
      lines += ["listen:", line("endpoint", .listenEndpoint, "\"tcp://*:5570\"")]
    }
    lines += ["", "control:", "  socket: \(ConfigurationReport.quoted("\(path)/control.sock"))"]
    lines += ["", "keys:", "  directory: \(ConfigurationReport.quoted(keysPath))"]
    if side == .online {
      lines.append("  authorized: \(ConfigurationReport.quoted("\(path)/authorized"))")
    }
    lines += ["", "# session:", "#   silenceLimitSeconds: 10", "# log:", "#   level: info"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes a file so that it is there whole or not at all; one that is there stays.
  static func write(_ text: String, whole path: String) throws(Failure) {
    let draft = "\(path).partial"
    try write(text, to: draft)
    defer { unlink(draft) }
    guard link(draft, path) == 0 else {
      throw Failure("\(path) can not be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes a file that is there anew, whole or not at all, for the same people as before.
  static func write(_ text: String, over path: String) throws(Failure) {
    let draft = "\(path).partial"
    try write(text, to: draft)
    defer { unlink(draft) }
    var former = stat()
    guard stat(path, &former) == 0, chmod(draft, former.st_mode & 0o7777) == 0,
      chown(draft, former.st_uid, former.st_gid) == 0, rename(draft, path) == 0
    else { throw Failure("\(path) can not be written: \(String(cString: strerror(errno)))") }
  }

  private static func write(_ text: String, to path: String) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        "\(path) can not be written: \(String(cString: strerror(errno))). Try: another folder")
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      throw Failure("\(path) can not be written: \(String(cString: strerror(errno)))")
    }
  }

  static func makeFolder(_ path: String) throws(Failure) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += "\(part)/"
      if mkdir(made, 0o755) != 0, errno != EEXIST, errno != EROFS || access(made, F_OK) != 0 {
        throw Failure(
          "the folder \(path) can not be made: \(String(cString: strerror(errno))). "
            + "Try: another folder")
      }
    }
  }
}
