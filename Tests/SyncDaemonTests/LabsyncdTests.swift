import Foundation
import SyncCore
import Testing

@testable import SyncDaemon

@Suite("labsyncd")
struct LabsyncdTests {
  /// Runs the labsyncd that was built with the tests.
  private func labsyncd(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "labsyncd")
    process.arguments = arguments
    process.environment = environment
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let texts = [output, errors].map {
      String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return (process.terminationStatus, texts[0], texts[1])
  }

  @Test("checks a configuration, and says what is wrong with it line by line")
  func checkConfig() throws {
    let folder = try TemporaryFolder()
    let good = try folder.write("log:\n  level: debug\n", to: "lab.yaml")
    let run = try labsyncd(["check-config", "--config", good])
    #expect(run.status == 0)
    #expect(run.output.contains("# \(good):2"))
    let bad = try folder.write("log:\n  level: loud\n  colour: red\n", to: "bad.yaml")
    let refused = try labsyncd(["check-config", "--config", bad])
    #expect(refused.status == 1)
    #expect(refused.output.isEmpty)
    #expect(refused.errors.hasPrefix("labsyncd: \(bad):3: \"log.colour\" is no setting"))
    let missing = try labsyncd(["check-config", "--config", "/no/such/file"])
    #expect(missing.status == 1)
    #expect(missing.errors.hasPrefix("labsyncd: /no/such/file: the configuration can not be read"))
    #expect(try labsyncd(["lab"]).status == 64)
    #expect(try labsyncd(["sing"]).status == 64)
  }

  @Test("prepares both sides, complete and readable by each other, and never twice")
  func initialize() throws {
    let folder = try TemporaryFolder()
    let online = try labsyncd(
      ["init", "online", "--dir", "\(folder.path)/on/line", "--project", "Barcelona"])
    #expect(online.status == 0, "\(online.errors)")
    let values = values(online.output)
    #expect(values["project"]?.count == 36)
    #expect(values["authorized"] == "\(folder.path)/on/line/authorized")
    let serverKey = try #require(values["public-key"])
    let lab = try labsyncd([
      "init", "lab", "--dir", "\(folder.path)/lab", "--project", values["project"] ?? "",
      "--endpoint", "tcp://127.0.0.1:5570", "--server-key", serverKey, "--name", "Taula \"3\"",
    ])
    #expect(lab.status == 0, "\(lab.errors)")
    let configuration = try Configuration.load(
      path: "\(folder.path)/lab/lab.yaml", side: .lab, environment: [:], hostName: "h")
    #expect(configuration.replicaName == "Taula \"3\"")
    guard case .curve(let key) = configuration.online?.security else { throw CancellationError() }
    #expect(key.z85 == serverKey)
    let pair = try KeyFolder(path: configuration.keysDirectory).load()
    #expect(pair.publicKey.z85 == self.values(lab.output)["public-key"])
    #expect(
      try Configuration.side(ofFile: "\(folder.path)/on/line/online.yaml") == Side.online)
    let again = try labsyncd(["init", "lab", "--dir", "\(folder.path)/lab"])
    #expect(again.status == 1)
    #expect(again.errors.contains("exists, and init never overwrites"))
    let half = try labsyncd(
      ["init", "lab", "--dir", "\(folder.path)/x", "--endpoint", "tcp://h:1"])
    #expect(half.status == 64)
  }

  @Test(
    "does not start with a key of another user, and says what to do",
    .enabled(if: geteuid() == 0, "a file can be given to another user by root alone"))
  func foreignKey() throws {
    let folder = try TemporaryFolder()
    _ = try labsyncd(["init", "online", "--dir", folder.path, "--project", "Barcelona"])
    let secret = "\(folder.path)/keys/curve.secret"
    try #require(chown(secret, 54_321, 0) == 0)
    // Where nothing can listen, so that it ends in any case.
    let run = try labsyncd(
      ["online", "--config", "\(folder.path)/online.yaml"],
      environment: ["LABSYNC_LISTEN_ENDPOINT": "ipc:///proc/labsync"])
    #expect(run.status == 1)
    #expect(
      run.errors.contains("\(secret) belongs to the user 54321, who can read and replace it"),
      "\(run.errors)")
    #expect(run.errors.contains("Give it back: chown root \(secret)"))
  }

  @Test("takes a server key that begins like an option")
  func optionLikeKey() throws {
    let folder = try TemporaryFolder()
    let key = "-=PxpI5VNo!b?mlOd)DHpiwPb+@z{VT?tBSoOEm!"
    let run = try labsyncd([
      "init", "lab", "--dir", "\(folder.path)/lab", "--endpoint", "tcp://127.0.0.1:5570",
      "--server-key", key, "--name", "Taula 3",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let text = try String(contentsOfFile: "\(folder.path)/lab/lab.yaml", encoding: .utf8)
    #expect(text.contains(key))
  }

  @Test(
    "makes the keys and the store that a configuration names, once", arguments: ["lab", "online"])
  func prepare(side: String) throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/\(side).yaml"
    try """
    store:
      url: "sqlite://\(folder.path)/store.db"
    keys:
      directory: "\(folder.path)/keys"
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let first = try labsyncd(["prepare", side, "--config", file])
    #expect(first.status == 0, "\(first.errors)")
    let made = values(first.output)
    #expect((made["project"] != nil) == (side == "online"))
    let store = try Data(contentsOf: URL(filePath: "\(folder.path)/store.db"))
    let second = try labsyncd(["prepare", side, "--config", file])
    #expect(second.status == 0)
    #expect(values(second.output) == ["public-key": made["public-key"] ?? ""])
    #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/store.db")) == store)
    let key = try FileManager.default.attributesOfItem(
      atPath: "\(folder.path)/keys/curve.secret")[.posixPermissions]
    #expect(key as? Int == 0o600)
    #expect(try labsyncd(["prepare", "cloud", "--config", file]).status == 64)
  }

  @Test("prepares nothing in a folder whose control socket would have no room")
  func longFolder() throws {
    let folder = try TemporaryFolder()
    let long = "\(folder.path)/\(String(repeating: "x", count: 100))"
    let run = try labsyncd(["init", "lab", "--dir", long])
    #expect(run.status == 1)
    #expect(run.errors.contains("a socket takes at most 107"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: long).isEmpty)
  }

  private func values(_ output: String) -> [String: String] {
    output.split(separator: "\n").reduce(into: [:]) { values, line in
      let parts = String(line).components(separatedBy: ": ")
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
  }
}
