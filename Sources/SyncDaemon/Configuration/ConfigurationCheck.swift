import Logging
import SyncControl
import SyncCore
import ZeroMQ

/// Turns the texts of all settings into a configuration, and gathers what is wrong with them.
struct ConfigurationCheck {
  var values: [Setting: EffectiveSetting]
  let side: Side
  private var problems: [ConfigurationError.Problem] = []

  init(values: [Setting: EffectiveSetting], side: Side) {
    self.values = values
    self.side = side
  }

  mutating func configuration() throws(ConfigurationError) -> Configuration {
    let store = value(.storeURL) { text throws(ConfigurationError) in try StoreLocation(url: text) }
    let name = value(.replicaName) { text throws(ConfigurationError) in try Self.name(text) }
    let socket = value(.controlSocket) { text throws(ConfigurationError) in
      try requireSocketPath(text, "control.socket")
      return text
    }
    let keys = value(.keysDirectory, Self.path)
    if let keys, values[.keysAuthorized]?.texts.isEmpty == true {
      let parent = keys.hasSuffix("/") ? String(keys.dropLast()) : keys
      values[.keysAuthorized]?.texts = [
        String(parent[..<(parent.lastIndex(of: "/") ?? parent.startIndex)]) + "/authorized"
      ]
    }
    let authorized = value(.keysAuthorized, Self.path)
    let silence = value(.sessionSilenceLimitSeconds) { text throws(ConfigurationError) in
      guard let seconds = Int(text), (5...3600).contains(seconds) else {
        throw ConfigurationError("is a whole number of seconds from 5 to 3600")
      }
      return seconds
    }
    let level = value(.logLevel) { text throws(ConfigurationError) in try Self.level(text) }
    let metrics = value(.metricsListen) { text throws(ConfigurationError) in
      try MetricsAddress(text)
    }
    let online = online()
    let listening = listening()
    if let store, let name, let socket, let keys, let authorized, let silence, let level,
      problems.isEmpty
    {
      return Configuration(
        side: side, replicaName: name, store: store, online: online, listening: listening,
        controlSocket: socket, keysDirectory: keys, authorizedDirectory: authorized,
        silenceLimitSeconds: silence, metricsAddress: metrics, logLevel: level,
        effective: Setting.allCases.compactMap { values[$0] })
    }
    throw ConfigurationError(problems)
  }

  private mutating func online() -> Configuration.Online? {
    let isPlain = value(.onlinePlain, Self.boolean)
    let texts = values[.onlineEndpoints]?.texts ?? []
    if side == .online {
      for setting in [Setting.onlineEndpoints, .onlineServerKey] where isGiven(setting) {
        complain(setting, "belongs to a laptop's configuration; this is the online side's")
      }
      return nil
    }
    let key = value(.onlineServerKey) { text throws(ConfigurationError) in try Self.key(text) }
    let endpoints = texts.compactMap { text in
      check(.onlineEndpoints) { () throws(ConfigurationError) in
        try Endpoint(text, for: .connect)
      }
    }
    guard !texts.isEmpty, endpoints.count == texts.count, let isPlain else { return nil }
    if isPlain {
      if let far = endpoints.first(where: { !$0.isLocal }) {
        complain(
          .onlinePlain, "is only for ipc and loopback, and \(far) is neither. Set a serverKey")
      }
      return Configuration.Online(endpoints: endpoints, security: .plain)
    }
    if let key {
      return Configuration.Online(endpoints: endpoints, security: .curve(serverKey: key))
    }
    if !isGiven(.onlineServerKey) {
      complain(
        .onlineEndpoints,
        "needs online.serverKey: the public key that labsyncd init online has printed")
    }
    return nil
  }

  private mutating func listening() -> Configuration.Listening? {
    let isPlain = value(.listenPlain, Self.boolean)
    let endpoint = value(.listenEndpoint) { text throws(ConfigurationError) in
      try Endpoint(text, for: .listen)
    }
    guard let endpoint, let isPlain else { return nil }
    if isPlain, !endpoint.isLocal {
      complain(.listenPlain, "is only for ipc and loopback, and \(endpoint) is neither")
    }
    return Configuration.Listening(endpoint: endpoint, security: isPlain ? .plain : .curve)
  }

  private func isGiven(_ setting: Setting) -> Bool {
    values[setting].map { $0.origin != .builtIn } ?? false
  }

  /// The setting's one text, read; nil when it has none or when it is wrong.
  private mutating func value<Value>(
    _ setting: Setting, _ reading: (String) throws(ConfigurationError) -> Value
  ) -> Value? {
    guard let text = values[setting]?.texts.first else { return nil }
    return check(setting) { () throws(ConfigurationError) in try reading(text) }
  }

  private mutating func check<Value>(
    _ setting: Setting, _ reading: () throws(ConfigurationError) -> Value
  ) -> Value? {
    do {
      return try reading()
    } catch {
      for problem in error.problems { complain(setting, problem.words) }
      return nil
    }
  }

  private mutating func complain(_ setting: Setting, _ words: String) {
    let place = values[setting].flatMap { $0.origin == .builtIn ? nil : "\($0.origin)" }
    let continues = ["is ", "needs ", "belongs "].contains { words.hasPrefix($0) }
    // A sentence that names the setting already does not need it in front.
    let names = words.hasPrefix(setting.rawValue)
    let sentence = names ? words : "\(setting.rawValue)\(continues ? "" : ":") \(words)"
    problems.append(.init(sentence, at: place))
  }

  private static func name(_ text: String) throws(ConfigurationError) -> String {
    let name = text.trimmed
    guard MachineName.isUsable(name) else {
      throw ConfigurationError(
        "is one line of 1 to \(MachineName.longestBytes) bytes, without control characters")
    }
    return name
  }

  private static func path(_ text: String) throws(ConfigurationError) -> String {
    guard text.hasPrefix("/") else { throw ConfigurationError("needs a path that begins with /") }
    return text
  }

  private static func boolean(_ text: String) throws(ConfigurationError) -> Bool {
    switch text {
    case "true": return true
    case "false": return false
    default: throw ConfigurationError("is true or false")
    }
  }

  private static func level(_ text: String) throws(ConfigurationError) -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
      let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError("is one of \(names)")
    }
    return level
  }

  private static func key(_ text: String) throws(ConfigurationError) -> CurvePublicKey {
    do {
      return try CurvePublicKey(z85: text)
    } catch {
      throw ConfigurationError(
        "is no public key: it has 40 characters of Z85, as labsyncd init online prints them, and "
          + "stands in quotes")
    }
  }
}
