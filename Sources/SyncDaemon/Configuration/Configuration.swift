import Foundation
import Logging
import SyncCore
import ZeroMQ

/// Everything the daemon was told, checked.
public struct Configuration: Sendable {
  public typealias Side = SyncCore.Side

  /// The way to the online side.
  public struct Online: Hashable, Sendable {
    public enum Security: Hashable, Sendable {
      /// The online side proves itself by this key.
      case curve(serverKey: CurvePublicKey)
      /// No cryptography; only where nobody outside this machine can listen in.
      case plain
    }

    /// At least one; the next is tried when one fails.
    public var endpoints: [Endpoint]
    public var security: Security
  }

  /// The door for others.
  public struct Listening: Hashable, Sendable {
    public enum Security: Hashable, Sendable {
      /// Only machines whose keys are authorized get in.
      case curve
      /// No cryptography; only where nobody outside this machine can listen in.
      case plain
    }

    public var endpoint: Endpoint
    public var security: Security
  }

  /// The file that it was read from, as a whole path; nil for none.
  public var path: String?
  public var side: Side
  /// What people call this machine.
  public var replicaName: String
  public var store: StoreLocation
  /// Nil on the online side, and on a laptop that works on its own.
  public var online: Online?
  /// Always there on the online side; nil on a laptop that serves no other.
  public var listening: Listening?
  /// The path of the control socket, which a socket address has room for.
  public var controlSocket: String
  public var keysDirectory: String
  /// The folder with one file for each machine that may come in.
  public var authorizedDirectory: String
  /// After so much silence a connection is taken for dead.
  public var silenceLimitSeconds: Int
  /// Where metrics are served over HTTP; nil for nowhere.
  public var metricsAddress: MetricsAddress?
  public var logLevel: Logger.Level
  /// Every setting with its value and where it came from, in the order of `Setting.allCases`.
  public var effective: [EffectiveSetting]

  /// The configuration for one side: defaults, above them the file, above it the environment.
  ///
  /// - Parameters:
  ///   - path: the file; nil for none.
  ///   - hostName: the replica's name unless it is given one.
  ///
  /// Throws every problem there is, not only the first.
  public static func load(
    path: String?, side: Side, environment: [String: String], hostName: String
  ) throws(ConfigurationError) -> Configuration {
    let file: ConfigurationFile? =
      if let path { try ConfigurationFile.reading(path) } else { nil }
    var configuration = try load(file, side: side, environment: environment, hostName: hostName)
    configuration.path = path.map { URL(fileURLWithPath: $0).path }
    return configuration
  }

  /// The same with a file that has been read.
  static func load(
    _ file: ConfigurationFile?, side: Side, environment: [String: String], hostName: String
  ) throws(ConfigurationError) -> Configuration {
    var values = Dictionary(
      uniqueKeysWithValues: Setting.allCases.map { setting in
        (setting, EffectiveSetting(setting, setting.builtIn(side, hostName), .builtIn))
      })
    for value in file?.settings ?? [] { values[value.setting] = value }
    for setting in Setting.allCases {
      guard let text = environment[setting.environmentName] else { continue }
      let texts = setting.isList ? text.split(separator: ",").map { String($0).trimmed } : [text]
      values[setting] = EffectiveSetting(setting, texts, .environment(setting.environmentName))
    }
    var check = ConfigurationCheck(values: values, side: side)
    return try check.configuration()
  }

  /// Which side a file is for: a laptop's has an `online` section, the online side's `listen`
  /// without one. A laptop's when it has neither.
  public static func side(ofFile path: String) throws(ConfigurationError) -> Side {
    let settings = try ConfigurationFile.reading(path).settings.map(\.setting)
    let isOnline =
      settings.contains { $0 == .listenEndpoint || $0 == .listenPlain }
      && !settings.contains { [.onlineEndpoints, .onlineServerKey, .onlinePlain].contains($0) }
    return isOnline ? .online : .lab
  }
}

extension Setting {
  /// The value without file and environment; none for what has no value by itself.
  fileprivate func builtIn(_ side: Side, _ hostName: String) -> [String] {
    switch self {
    case .replicaName: [hostName]
    case .storeURL: ["sqlite:///var/lib/labsync/\(side.name).db"]
    case .onlineEndpoints, .onlineServerKey: []
    case .onlinePlain, .listenPlain: ["false"]
    case .listenEndpoint: side == .online ? ["tcp://*:5570"] : []
    case .controlSocket: ["/run/labsync/control.sock"]
    case .keysDirectory: ["/var/lib/labsync/keys"]
    // Beside the folder of the keys, which is not known yet.
    case .keysAuthorized: []
    case .metricsListen: []
    case .sessionSilenceLimitSeconds: ["10"]
    case .logLevel: ["info"]
    }
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
