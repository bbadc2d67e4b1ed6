import Foundation
import Testing
import ZeroMQ

@testable import SyncDaemon

@Suite("Keys")
struct KeyTests {
  private func mode(_ path: String) throws -> mode_t {
    var information = stat()
    try #require(stat(path, &information) == 0)
    return information.st_mode & 0o777
  }

  @Test("are made once, private, and read again")
  func create() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    let pair = try keys.create()
    #expect(try keys.load() == pair)
    #expect(try mode(keys.path) == 0o700)
    #expect(try mode(keys.secretPath) == 0o600)
    #expect(
      try String(contentsOfFile: keys.publicPath, encoding: .utf8) == pair.publicKey.z85 + "\n")
    #expect(throws: KeyFolder.Failure.self) { try keys.create() }
    #expect(try keys.load() == pair)
  }

  @Test(
    "are refused when others can read the secret", arguments: [0o640, 0o604, 0o660] as [mode_t])
  func readable(mode: mode_t) throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    _ = try keys.create()
    try #require(chmod(keys.secretPath, mode) == 0)
    let failure = try #require(throws: KeyFolder.Failure.self) { try keys.load() }
    #expect(failure.description.contains("chmod 600 \(keys.secretPath)"))
  }

  @Test(
    "are refused when the secret is another user's; the service's own folder is root's to look after",
    .enabled(if: geteuid() == 0, "a file can be given to another user by root alone"))
  func foreign() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    let pair = try keys.create()
    let stranger: uid_t = 54_321
    try #require(chown(keys.secretPath, stranger, 0) == 0)
    let failure = try #require(throws: KeyFolder.Failure.self) { try keys.load() }
    #expect(failure.description.contains("belongs to the user 54321, who can read and replace it"))
    #expect(failure.description.contains("chown root \(keys.secretPath)"))
    #expect(!failure.description.contains(pair.secretKey.exposedZ85))
    try #require(chown(keys.path, stranger, 0) == 0)
    #expect(try keys.load() == pair)
  }

  @Test("are refused when missing, damaged or of two pairs, and the secret is not printed")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(path: "\(folder.path)/keys")
    #expect(throws: KeyFolder.Failure.self) { try keys.load() }
    let pair = try keys.create()
    try folder.write(try CurveKeyPair.generate().publicKey.z85, to: "keys/curve.public")
    #expect(throws: KeyFolder.Failure.self) { try keys.load() }
    try #require(unlink(keys.publicPath) == 0)
    #expect(try keys.load() == pair)
    let half = String(pair.secretKey.exposedZ85.dropLast())
    try folder.write(half, to: "keys/curve.secret")
    try #require(chmod(keys.secretPath, 0o600) == 0)
    let failure = try #require(throws: KeyFolder.Failure.self) { try keys.load() }
    #expect(failure.description.contains("damaged"))
    #expect(!failure.description.contains(half))
  }

  @Test("are there wherever the power fails while another pair takes their place")
  func powerFails() throws {
    for taken in 0...KeyFolder.Replacing.allCases.count {
      let folder = try TemporaryFolder()
      let keys = KeyFolder(path: "\(folder.path)/keys")
      let pair = try keys.create()
      // A former key of before is in nobody's way.
      try folder.write("an older key", to: "keys/curve.secret.former")
      let next = try keys.makeNext()
      for step in KeyFolder.Replacing.allCases.prefix(taken) {
        try keys.take(step, "\(keys.path)/curve.secret.next")
      }
      // A daemon that starts now has the old pair or the new, and makes none of its own.
      let isDone = taken == KeyFolder.Replacing.allCases.count
      #expect(try keys.load() == (isDone ? next : pair), "\(taken) steps")
      #expect(throws: KeyFolder.Failure.self) { try keys.create() }
      #expect(try keys.load() == (isDone ? next : pair), "\(taken) steps")
      #expect(try keys.next() == (isDone ? nil : next), "\(taken) steps")
      // Whoever asks again gets to the end.
      let last = isDone ? try keys.renew() : try keys.switchToNext()
      #expect(try keys.load() == last)
      let former = try keys.secretText(at: "\(keys.secretPath).former")
      #expect(former == (isDone ? next : pair).secretKey.exposedZ85, "\(taken) steps")
      #expect(try mode(keys.secretPath) == 0o600)
    }
  }

  @Test("of the authorized are read file by file; a bad file harms no other")
  func authorized() throws {
    let folder = try TemporaryFolder()
    let table3 = try CurveKeyPair.generate().publicKey
    let table4 = try CurveKeyPair.generate().publicKey
    try folder.write("# Citilab\n\n  \(table3.z85)\n", to: "table-3")
    try folder.write(table4.z85, to: "table-4")
    try folder.write(table4.z85, to: "table-5")
    try folder.write("nonsense", to: "table-7")
    try folder.write("# only a comment\n", to: "table-8")
    try folder.write(table3.z85, to: ".table-9.swp")
    try folder.write(table3.z85, to: "table-3~")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/table-9", withIntermediateDirectories: false)
    let authorized = try AuthorizedKeys(folder: folder.path)
    #expect(authorized.names == [table3: "table-3", table4: "table-4"])
    #expect(authorized.problems.map(\.file) == ["table-5", "table-7", "table-8", "table-9"])
    #expect(authorized.problems[0].reason == "it holds the same key as table-4")
    #expect(throws: SystemError.self) { try AuthorizedKeys(folder: "/no/such/folder") }
  }
}
