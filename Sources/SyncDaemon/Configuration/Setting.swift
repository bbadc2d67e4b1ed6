/// A setting: its name in the file, in the environment, and what it is unless somebody says.
public enum Setting: String, CaseIterable, Hashable, Sendable {
  case replicaName = "replica.name"
  case storeURL = "store.url"
  case onlineEndpoints = "online.endpoints"
  case onlineServerKey = "online.serverKey"
  case onlinePlain = "online.plain"
  case listenEndpoint = "listen.endpoint"
  case listenPlain = "listen.plain"
  case controlSocket = "control.socket"
  case keysDirectory = "keys.directory"
  case keysAuthorized = "keys.authorized"
  case sessionSilenceLimitSeconds = "session.silenceLimitSeconds"
  case metricsListen = "metrics.listen"
  case logLevel = "log.level"

  /// The environment variable that stands above the file: `LABSYNC_ONLINE_SERVER_KEY`.
  public var environmentName: String {
    rawValue.reduce(into: "LABSYNC_") { name, character in
      if character == "." {
        name.append("_")
      } else if character.isUppercase {
        name += "_\(character)"
      } else {
        name += character.uppercased()
      }
    }
  }

  /// Whether it holds several values: a YAML list, or with commas between in the environment.
  public var isList: Bool { self == .onlineEndpoints }
}

/// Where a value came from.
public enum Origin: Hashable, Sendable, CustomStringConvertible {
  case builtIn
  case file(String, line: Int)
  case environment(String)

  public var description: String {
    switch self {
    case .builtIn: "default"
    case .file(let path, let line): "\(path):\(line)"
    case .environment(let name): "environment \(name)"
    }
  }
}

/// The texts of a setting as somebody gave them, and who.
public struct EffectiveSetting: Hashable, Sendable {
  public var setting: Setting
  /// One, or any number for a list; none where the setting has no value.
  public var texts: [String]
  public var origin: Origin

  public init(_ setting: Setting, _ texts: [String], _ origin: Origin) {
    self.setting = setting
    self.texts = texts
    self.origin = origin
  }
}
