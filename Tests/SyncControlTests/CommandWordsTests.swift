import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("The words of a command")
struct CommandWordsTests {
  @Test(
    "that are none are named, whatever options stand beside them, with what was meant",
    arguments: [
      (["stauts", "--socket", "/s"], "there is no command 'stauts' (did you mean status?)"),
      (["--socket", "/s", "stauts"], "there is no command 'stauts' (did you mean status?)"),
      (["frobnicate", "--nope"], "there is no command 'frobnicate'. Try: labctl --help"),
      (["--socket", "/s"], "no command was given. Try: labctl --help"),
      (
        ["conflict", "--socket", "/s"],
        "'conflict' alone is no command (behind it comes list, show, resolve or undo). "
          + "Try: labctl help conflict"
      ),
      (
        ["conflict", "lst", "--json"],
        "there is no command 'conflict lst' (did you mean list?). Try: labctl help conflict"
      ),
      (["erase", "SL-0042"], "Try: labctl erase participant SL-0042"),
      (["approve", "x"], "it stands behind peer). Try: labctl peer approve"),
      (["help", "vote"], "there is no command 'vote' (a vote is a record of the kind support)"),
      (["help", "conflict", "lst"], "there is no command 'conflict lst'"),
      (["vote", "--help"], "labctl add support idea=ID participant=CODE ballot=NAME value=1"),
      (["restore", "--socket", "/s"], "the runbook's part Restore"),
      (["join", "LINE", "--socket", "/s"], "labctl join takes no --socket"),
    ])
  func unknown(arguments: [String], words: String) throws {
    let run = try labctl(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("labctl: ") && run.errors.contains(words), "\(run.errors)")
    #expect(!run.errors.contains("Unknown option"), "\(run.errors)")
  }

  @Test(
    "that are one come first for the parser, and help takes the options of every command",
    arguments: [
      (["peer", "--json", "list"], ["peer", "list", "--json"]),
      (
        ["peer", "--socket", "list", "approve", "x"], ["peer", "approve", "--socket", "list", "x"]
      ),
      (["peer", "report", "x"], ["peer", "report", "x"]),
      (["help", "conflict", "show", "--socket", "/s"], ["help", "conflict", "show"]),
      (["add", "idea", "--", "title=-"], ["add", "idea", "--", "title=-"]),
      (["conflict", "--help"], ["conflict", "--help"]), (["--version"], ["--version"]),
      ([], []),
    ])
  func known(arguments: [String], rest: [String]) throws {
    #expect(try CommandWords(arguments).arguments == rest)
  }

  @Test("are found by what is nearest, and by nothing that is far")
  func spelling() {
    let names = ["status", "sync", "void", "support", "session"]
    #expect(Spelling.nearest(to: "stauts", among: names) == "status")
    #expect(Spelling.nearest(to: "Sesion", among: names) == "session")
    #expect(Spelling.nearest(to: "supp", among: names) == "support")
    for far in ["vote", "like", "x", "", "s"] {
      #expect(Spelling.nearest(to: far, among: names) == nil, "\(far)")
    }
  }

  @Test("that people use for another one lead to one that there is")
  func pointers() throws {
    for (word, pointer) in EverydayWord.pointers {
      for match in pointer.remedy.matches(of: /labctl ([a-z-]+) ?([a-z]*)/) {
        let words = [match.1, match.2].filter { !$0.isEmpty }.map(String.init)
        #expect(throws: Never.self, "\(word)") { try CommandWords(words) }
      }
      #expect(throws: ControlFailure.self, "\(word) is a command") { try CommandWords([word]) }
    }
  }

  @Test("stand in what is said when a running command finds an option wrong")
  func misuse() throws {
    let run = try labctl(["peer", "revoke", "x", "--since", "yesterday"])
    #expect(run.status == 64)
    #expect(
      run.errors
        == "labctl: --since is a time such as 2016-03-01T18:00:00+01:00. Try: labctl help peer revoke\n"
    )
  }
}

@Suite("Where labsyncd is not running")
struct DaemonStartTests {
  @Test(
    "the folder of the socket says how it is started", arguments: ["lab", "online"])
  func byHand(side: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "a b-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let socket = folder.appending(path: "control.sock").path
    let bare = try labctl(["status", "--socket", socket])
    #expect(bare.errors.contains("Try: systemctl start labsyncd-"), "\(bare.errors)")
    let file = folder.appending(path: "\(side).yaml").path
    try Data().write(to: URL(filePath: file))
    let run = try labctl(["status", "--socket", socket])
    #expect(run.status == 10)
    #expect(
      run.errors.hasSuffix("Try: labsyncd \(side) --config '\(file)'\n"), "\(run.errors)")
  }

  @Test("a person who has joined with a folder of their own is asked there")
  func personal() throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID())")
    let folder = home.appending(path: "labsync")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    try Data().write(to: folder.appending(path: "lab.yaml"))
    let run = try labctl(["status"], environment: ["XDG_DATA_HOME": home.path])
    let isInstalled = FileManager.default.fileExists(atPath: ControlProtocol.defaultSocketPath)
    #expect(isInstalled || run.errors.contains("no socket at \(folder.path)/control.sock"))
  }
}
