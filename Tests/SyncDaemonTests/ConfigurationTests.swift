import Foundation
import Testing

@testable import SyncDaemon

private let key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

@Suite("The configuration")
struct ConfigurationTests {
  private func load(
    _ text: String, side: Configuration.Side = .lab, environment: [String: String] = [:]
  ) throws -> Configuration {
    let folder = try TemporaryFolder()
    return try Configuration.load(
      path: folder.write(text, to: "lab.yaml"), side: side, environment: environment,
      hostName: "host")
  }

  /// The problems of a configuration, without the folder of the file.
  private func problems(
    _ text: String, side: Configuration.Side = .lab, environment: [String: String] = [:]
  ) throws -> [String] {
    let error = try #require(throws: ConfigurationError.self) {
      try load(text, side: side, environment: environment)
    }
    return error.problems.map { problem in
      let file = problem.place?.split(separator: "/").last.map(String.init)
      return "\(file ?? "-"): \(problem.words)"
    }
  }

  @Test("reads every setting of the contract")
  func contract() throws {
    let configuration = try load(
      """
      replica: { name: "Citilab, table 3" }
      store:   { url: "sqlite:///srv/lab.db" }
      online:  { endpoints: ["tcp://hub.example.org:5570", "tcp://[::1]:1"], serverKey: "\(key)" }
      listen:  { endpoint: "tcp://*:5570" }
      control: { socket: "/run/x.sock" }
      keys:    { directory: "/srv/keys" }
      session: { silenceLimitSeconds: 60 }
      log:     { level: debug }
      """)
    #expect(configuration.replicaName == "Citilab, table 3")
    #expect(configuration.store == .sqlite(path: "/srv/lab.db"))
    #expect(
      configuration.online?.endpoints.map(\.description)
        == ["tcp://hub.example.org:5570", "tcp://[::1]:1"])
    #expect(configuration.listening?.endpoint.transport == .tcp(host: "*", port: 5570))
    #expect(configuration.listening?.security == .curve)
    #expect(configuration.controlSocket == "/run/x.sock")
    #expect(configuration.keysDirectory == "/srv/keys")
    #expect(configuration.authorizedDirectory == "/srv/authorized")
    #expect(configuration.silenceLimitSeconds == 60)
    #expect(configuration.logLevel == .debug)
  }

  @Test("is whole without a file's help, for either side")
  func defaults() throws {
    let lab = try load("# nothing\n")
    #expect(lab.replicaName == "host")
    #expect(lab.store == .sqlite(path: "/var/lib/labsync/lab.db"))
    #expect(lab.online == nil)
    #expect(lab.listening == nil)
    let online = try load("", side: .online)
    #expect(online.store == .sqlite(path: "/var/lib/labsync/online.db"))
    #expect(online.listening?.endpoint.description == "tcp://*:5570")
    #expect(online.authorizedDirectory == "/var/lib/labsync/authorized")
  }

  @Test("lets the environment stand above the file, for every setting")
  func environment() throws {
    let environment = [
      "LABSYNC_STORE_URL": "sqlite:///e.db", "LABSYNC_REPLICA_NAME": "e",
      "LABSYNC_ONLINE_ENDPOINTS": "tcp://a:1, tcp://b:2", "LABSYNC_ONLINE_SERVER_KEY": key,
      "LABSYNC_SESSION_SILENCE_LIMIT_SECONDS": "7",
    ]
    let configuration = try load("store: { url: \"sqlite:///f.db\" }", environment: environment)
    #expect(configuration.store == .sqlite(path: "/e.db"))
    #expect(configuration.online?.endpoints.map(\.description) == ["tcp://a:1", "tcp://b:2"])
    #expect(configuration.silenceLimitSeconds == 7)
    #expect(configuration.effective.count == Setting.allCases.count)
    let origins = configuration.effective.filter { environment[$0.setting.environmentName] != nil }
    #expect(origins.count == environment.count)
    #expect(origins.allSatisfy { $0.origin == .environment($0.setting.environmentName) })
  }

  @Test("refuses what it does not know, with file and line, all of it at once")
  func unknown() throws {
    #expect(
      try problems("store:\n  url: \"sqlite:///x.db\"\n  size: 3\nonlin: {}\n") == [
        "lab.yaml:3: \"store.size\" is no setting. \"store\" has url",
        "lab.yaml:4: \"onlin\" is no section. There are control, keys, listen, log, metrics, "
          + "online, replica, session, store",
      ])
    #expect(
      try problems("store: [1]").first?.hasPrefix("lab.yaml:1: \"store\" is a section") == true)
    #expect(try problems("\nstore:\n  url: {a: b}") == ["lab.yaml:3: store.url is one value"])
    #expect(try problems("log:\n  level:").first == "lab.yaml:2: log.level has no value")
    #expect(try problems("log: {}\nstore: }").first?.hasPrefix("lab.yaml:2: not YAML") == true)
    #expect(try problems("- a").first?.contains("has sections") == true)
    #expect(try problems("log: {level: info}\nlog: {level: info}").first?.contains("twice") == true)
  }

  @Test(
    "refuses values in words, where they stand",
    arguments: [
      ("metrics: { listen: hub:9570 }", "metrics.listen is a port such as 9570"),
      ("metrics: 9", "holds settings, such as listen"),
      ("replica: { name: \"a\\u001Bb\" }", "replica.name is one line"),
      ("store: { url: \"sqlite://rel.db\" }", "store.url is not sqlite:// and an absolute path"),
      ("store: { url: \"postgresql://h/d\" }", "a PostgreSQL store is not in this version"),
      ("replica: { name: \"\" }", "replica.name is one line"),
      ("online: { endpoints: [\"tcp://h\"], serverKey: \"K\" }", "tcp://h has no port"),
      ("online: { endpoints: [\"tcp://h:0\"], serverKey: \"K\" }", "no port from 1 to 65535"),
      ("online: { endpoints: [\"tcp://h:65536\"], serverKey: \"K\" }", "no port from 1 to 65535"),
      ("online: { endpoints: [\"tcp://*:1\"], serverKey: \"K\" }", "names no machine"),
      ("online: { endpoints: [\"tcp://:1\"], serverKey: \"K\" }", "no right host"),
      ("online: { endpoints: [\"http://h:1\"], serverKey: \"K\" }", "is no endpoint"),
      ("online: { endpoints: [\"tcp://h:1\"], serverKey: \"short\" }", "is no public key"),
      ("online: { endpoints: [\"tcp://h:1\"] }", "needs online.serverKey"),
      ("online: { endpoints: [\"tcp://h:1\"], plain: true }", "only for ipc and loopback"),
      ("listen: { endpoint: \"tcp://*:1\", plain: true }", "only for ipc and loopback"),
      ("listen: { endpoint: \"tcp://*:1\", plain: yes }", "listen.plain is true or false"),
      ("keys: { directory: keys }", "keys.directory needs a path that begins with /"),
      ("session: { silenceLimitSeconds: 4 }", "from 5 to 3600"),
      ("log: { level: loud }", "log.level is one of trace"),
    ])
  func values(text: String, words: String) throws {
    let problems = try problems(text.replacing("\"K\"", with: "\"\(key)\""))
    #expect(problems.count == 1, "\(problems)")
    #expect(problems[0].hasPrefix("lab.yaml:1: "), "\(problems)")
    #expect(problems[0].contains(words), "\(problems)")
  }

  @Test("reads a text as it was quoted, whatever is in it")
  func quoted() throws {
    for text in ["Taula 3 👩‍👧", "a\"\\b", "a\nb\u{1B}\u{85}\u{2028}", "\t"] {
      let file = try ConfigurationFile(
        "replica: { name: \(ConfigurationReport.quoted(text)) }", path: "x")
      #expect(file.settings.first?.texts == [text])
    }
  }

  @Test("refuses a control path that no socket has room for, and takes the longest one")
  func controlPath() throws {
    let longest = "/" + String(repeating: "x", count: 106)
    #expect(try load("control: { socket: \"\(longest)\" }").controlSocket == longest)
    #expect(
      try problems("control: { socket: \"\(longest)x\" }") == [
        "lab.yaml:1: control.socket has a path of 108 bytes, and a socket takes at most 107. "
          + "Choose a shorter one"
      ])
  }

  @Test("takes plain only where nobody outside can listen in")
  func plain() throws {
    for endpoint in ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1", "ipc:///run/x"] {
      let lab = try load("online: { endpoints: [\"\(endpoint)\"], plain: true }")
      #expect(lab.online?.security == .plain)
    }
    for endpoint in ["tcp://127.0.0.1.example.org:1", "tcp://10.0.0.1:1"] {
      #expect(throws: ConfigurationError.self) {
        try load("online: { endpoints: [\"\(endpoint)\"], plain: true }")
      }
    }
  }

  @Test("refuses a laptop's settings on the online side")
  func sides() throws {
    let problems = try problems("online: { endpoints: [\"tcp://h:1\"] }", side: .online)
    #expect(problems.first?.contains("belongs to a laptop's configuration") == true)
    let folder = try TemporaryFolder()
    let online = try folder.write("listen: { endpoint: \"tcp://*:1\" }", to: "a.yaml")
    #expect(try Configuration.side(ofFile: online) == .online)
    #expect(try Configuration.side(ofFile: folder.write("", to: "b.yaml")) == .lab)
  }

  @Test("reports every value and where it came from")
  func report() throws {
    let report = ConfigurationReport(
      try load("log:\n  level: debug", environment: ["LABSYNC_REPLICA_NAME": "a \"b\""]))
    let lines = report.description.split(separator: "\n")
    #expect(lines.count == Setting.allCases.count + 1)
    #expect(lines[0] == "side: lab")
    #expect(
      lines.contains {
        $0.hasPrefix("replica.name: \"a \\\"b\\\"\" ")
          && $0.hasSuffix("# environment LABSYNC_REPLICA_NAME")
      })
    #expect(lines.contains { $0.hasPrefix("log.level: \"debug\"") && $0.hasSuffix("lab.yaml:2") })
    #expect(lines.contains { $0.hasPrefix("online.endpoints: []") && $0.hasSuffix("# not set") })
    #expect(
      ConfigurationReport.strayVariables(
        in: ["LABSYNC_STORE_UR": "", "LABSYNC_STORE_URL": "", "LABSYNC_SOCKET": "", "PATH": ""])
        == ["LABSYNC_STORE_UR"])
  }

  @Test("is shipped in a form that it takes itself", arguments: ["lab", "online"])
  func shipped(side: String) throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Deploy/config/\(side).yaml").standardized.path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for setting in Setting.allCases
    where side == "lab" || !setting.rawValue.hasPrefix("online.") {
      let name = try #require(setting.rawValue.split(separator: ".").last)
      #expect(text.contains("\(name):"), "\(setting.rawValue) has no line in \(side).yaml")
    }
    let named = try #require(Configuration.Side(name: side))
    let configuration = try Configuration.load(
      path: path, side: named, environment: [:], hostName: "h")
    #expect(configuration.store == .sqlite(path: "/var/lib/labsync/\(side).db"))
    // Taking the comment signs away gives a configuration too, with the defaults that it names.
    let whole = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.firstMatch(of: /^#(  )?[A-Za-z]+:/) == nil ? String($0) : String($0.dropFirst())
    }.joined(separator: "\n")
    let folder = try TemporaryFolder()
    let all = try Configuration.load(
      path: folder.write(whole, to: "all.yaml"), side: named, environment: [:], hostName: "h")
    #expect(all.silenceLimitSeconds == configuration.silenceLimitSeconds)
    #expect(all.authorizedDirectory == configuration.authorizedDirectory)
  }
}
