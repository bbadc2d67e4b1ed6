import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("labctl in operators' hands")
struct OperatorCommandTests {
  private func run(
    _ arguments: [String], answering: @escaping PretendDaemon.Answering
  ) throws -> (run: Run, requests: [ControlRequest]) {
    let daemon = try PretendDaemon(answering: answering)
    defer { daemon.end() }
    let result = try labctl(arguments + ["--socket", daemon.path])
    return (result, daemon.requests)
  }

  private static func ill(_ request: ControlRequest) throws -> [UInt8] {
    switch request {
    case .doctor:
      return try ControlCodec.encode(
        answer: DoctorFacts(
          storePath: "/x/lab.db", diskFreeBytes: 1_000, diskBytes: 64_000_000_000,
          damage: ["Tree 4 page 7 is never used"], setAside: ["a write to the kind idea: too large"]
        ))
    case .sync:
      throw ControlFailure(
        what: "the two sides are not in sync", why: "nobody answers", remedy: "labctl status",
        exit: .needsAttention)
    default:
      var status = sampleStatus()
      status.connection = .init(
        state: .refused, words: "your key waits for approval", endpoint: "tcp://127.0.0.1:1",
        since: 0)
      status.connection.unsendable = 1
      status.connection.storeFailure = "A trigger in the store refused it."
      status.queued = 12
      status.oldestAgeSeconds = 86_400
      status.parked = 1
      status.clockOffsetMilliseconds = -7_200_000
      return try ControlCodec.encode(answer: status)
    }
  }

  @Test("doctor names everything that is wrong, each with its remedy, and ends with 4")
  func doctor() throws {
    let (people, requests) = try run(["doctor"], answering: Self.ill)
    #expect(people.status == 4)
    for words in [
      "WRONG    port: nothing answers at 127.0.0.1, port 1 (Connection refused)",
      "WRONG    key: your key waits for approval", "WRONG    round trip", "warning  clock: it is",
      "2 h ahead of the online side's", "WRONG    disk: it is full", "WRONG    store",
      "WRONG    storing: what another machine sent is not stored: A trigger",
      "WRONG    size: a change that an earlier version wrote",
      "WRONG    capture: what a program wrote",
      "WRONG    waiting: 12 changes only on this machine, the oldest for 24 h", "WRONG    parked",
    ] {
      #expect(people.output.contains(words), "\(words) is missing in \(people.output)")
    }
    #expect(people.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(requests.count == 4)
    let program = try run(["doctor", "--json"], answering: Self.ill).run
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
    #expect(document["version"] as? Int == 1)
    let findings = try #require(document["findings"] as? [[String: Any]])
    #expect(findings.allSatisfy { $0["state"] as? String != "problem" || $0["try"] != nil })
  }

  @Test("doctor --fix tries parked changes again, and says what it did")
  func fix() throws {
    let (people, requests) = try run(["doctor", "--fix"]) { request in
      if case .parkedRetry = request {
        return try ControlCodec.encode(answer: ParkedRetryResult(applied: 1, stillParked: 0))
      }
      return try Self.ill(request)
    }
    #expect(people.output.hasPrefix("done     parked changes tried again: 1 applied\n"))
    #expect(requests.contains { if case .parkedRetry = $0 { true } else { false } })
  }

  @Test("a machine's name can not steer the terminal of whoever shuts it out or lets it in")
  func names() throws {
    let words = "\u{1B}[31mTable 3\u{202E} is shut out"
    for command in [["peer", "revoke", "x"], ["peer", "approve", "x"], ["peer", "release", "x"]] {
      let run = try run(command) { request in
        if case .peer(.revoke) = request {
          return try ControlCodec.encode(answer: PeerRevocation(words: words, voided: 0))
        }
        return try ControlCodec.encode(answer: Confirmation(words: words))
      }.run
      #expect(run.output == "\u{FFFD}[31mTable 3\u{FFFD} is shut out\n", "\(run.errors)")
    }
    #expect(MachineName.isUsable("Taula 3 👩‍👧"))
    for name in ["", "a\nb", "a\u{1B}", "\u{202E}", String(repeating: "a", count: 201)] {
      #expect(!MachineName.isUsable(name))
    }
    #expect(MachineName.cleaned("a\n\u{1B}b", bytes: 100) == "a\u{FFFD}\u{FFFD}b")
    #expect(MachineName.cleaned("aéé", bytes: 4) == "aé")
  }

  @Test("join says that labsyncd is not there")
  func joinAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "alone-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let alone = folder.appending(path: "labctl")
    try FileManager.default.copyItem(at: labctlProgram, to: alone)
    let line = InvitationLine(
      secret: Array(0..<16), serverKey: Array(100..<132), expiresAt: 4_000_000_000_123,
      projects: [], endpoints: ["tcp://10.0.0.1:5570"], name: nil)
    let run = try labctl(
      ["join", line.text, "--dir", folder.appending(path: "lab").path],
      environment: ["PATH": "/usr/bin:/bin"], program: alone)
    #expect(run.status == 1)
    #expect(run.errors.contains("labsyncd is not there"), "\(run.errors)")
  }

  @Test("backup writes the pieces into one file of its user alone, and never over another")
  func backup() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).db").path
    defer { unlink(file) }
    let answer: PretendDaemon.Answering = { request in
      guard case .backup(let backup) = request else { return [] }
      return try ControlCodec.encode(
        answer: backup.cursor == nil
          ? BackupPiece(bytes: Data("SQLite ".utf8), total: 13, cursor: "a.1")
          : BackupPiece(bytes: Data("format".utf8), total: 13, cursor: nil))
    }
    let first = try run(["backup", file], answering: answer).run
    #expect(first.status == 0, "\(first.errors)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "SQLite format")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try run(["backup", file], answering: answer)
    #expect(again.run.status == 1 && again.requests.isEmpty)
    let short = try run(["backup", file + ".2"]) { _ in
      try ControlCodec.encode(answer: BackupPiece(bytes: Data("S".utf8), total: 2, cursor: nil))
    }
    #expect(short.run.status == 1)
    #expect(!FileManager.default.fileExists(atPath: file + ".2"))
    #expect(!FileManager.default.fileExists(atPath: file + ".2.partial"))
  }

  private static func conflict(_ id: String, labValues: Int) -> ConflictDetail {
    func value(_ number: Int, _ side: Status.Side) -> ConflictDetail.Value {
      ConflictDetail.Value(
        number: number, value: .text("v\(number)"), who: nil, side: side, replica: "r", at: 0,
        channel: "c", dots: [], whatItHadSeen: "")
    }
    return ConflictDetail(
      summary: ConflictSummary(
        id: id, kind: "idea", record: "r-\(id)", title: "Un hort", field: "title",
        rule: "register", status: .open, shown: .text("v1"), valueCount: labValues + 1, at: 0),
      values: [value(1, .online)] + (0..<labValues).map { value(2 + $0, .lab) }, choice: "",
      revision: "17")
  }

  @Test(
    "many conflicts take the lab's value; the one with two of them stays open, and it ends with 3")
  func bulk() throws {
    let details = [
      "a": Self.conflict("a", labValues: 1), "b": Self.conflict("b", labValues: 2),
      "elsewhere": Self.conflict("elsewhere", labValues: 1),
    ]
    let answer: PretendDaemon.Answering = { request in
      switch request {
      case .conflictList:
        return try ControlCodec.encode(
          answer: ConflictPage(conflicts: details.values.map(\.summary).sorted { $0.id < $1.id }))
      case .conflictShow(let request):
        return try ControlCodec.encode(answer: try #require(details[request.id]))
      case .conflictResolve(let request):
        return try ControlCodec.encode(answer: try #require(details[request.id]))
      case .show(let request):
        let session = request.id == "r-elsewhere" ? "other" : "s"
        return try ControlCodec.encode(
          answer: RecordDetail(
            columns: [],
            record: RecordRow(
              kind: "idea", id: request.id, fields: ["session": .text(session)], revision: "1"),
            conflicts: []))
      default: return []
      }
    }
    let done = try run(
      ["conflict", "resolve", "--keep", "lab", "--session", "s"], answering: answer)
    #expect(done.run.status == 3)
    #expect(done.run.output.contains("a  idea Un hort, title: is now “v2”"))
    #expect(done.run.output.contains("b  idea Un hort, title: left open: 2 values"))
    let resolved = done.requests.compactMap { request in
      if case .conflictResolve(let resolve) = request { resolve } else { nil }
    }
    #expect(resolved == [ConflictResolveRequest(id: "a", choice: .keep(2), seen: "17")])
    let trial = try run(
      ["conflict", "resolve", "--keep", "lab", "--kind", "idea", "--trial"], answering: answer)
    #expect(trial.run.output.contains("would be"))
    #expect(
      !trial.requests.contains { if case .conflictResolve = $0 { true } else { false } })
  }

  @Test("log follows: what comes in later is printed once")
  func log() throws {
    @Sendable func entry(_ position: Int64) -> LogEntry {
      LogEntry(
        position: position, storedAt: 0, at: 0, side: .lab, replica: "Taula 3", channel: "lab",
        who: nil, dot: "d", kind: "idea", record: "r", title: "Un hort", fields: ["title", "body"])
    }
    let run = try run(["log", "--follow", "--json"]) { request in
      guard case .log(let log) = request else { return [] }
      switch log.after {
      case nil: return try ControlCodec.encode(answer: LogPage(entries: [entry(1), entry(2)]))
      case 2: return try ControlCodec.encode(answer: LogPage(entries: [entry(3)]))
      default: throw ControlFailure(what: "enough", why: "", remedy: "")
      }
    }.run
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains(#""version":1"#) })
  }

  @Test("fleet tells what was unsent, with when that was true")
  func fleet() throws {
    let run = try run(["fleet"]) { _ in
      try ControlCodec.encode(
        answer: Fleet(machines: [
          Fleet.Machine(
            name: "taula-3", isConnected: false, words: "not connected",
            lastContact: 1_772_384_400_000, clockOffsetMilliseconds: -7_200_000,
            software: "labsyncd 0.1.0",
            reported: Fleet.Report(
              at: 1_772_384_400_000, unsent: 412, oldestAgeSeconds: 600, expectedDrainSeconds: 90)),
          Fleet.Machine(
            name: "taula-4", isConnected: false, words: "not connected", lastContact: nil),
        ]))
    }.run
    for words in [
      "412, oldest 10 min then", "2026-03-01T17:00:00+00:00", "about 90 s", "2 h behind",
      "not known",
    ] {
      #expect(run.output.contains(words), "\(words) is missing in \(run.output)")
    }
  }

  @Test("status names the one thing to do next")
  func next() {
    func next(_ change: (inout Status) -> Void) -> String {
      var status = sampleStatus()
      status.connection.state = .live
      status.projects = [.init(id: "p", name: nil)]
      change(&status)
      return StatusReport(status).next
    }
    #expect(next { $0.projects = [] }.contains("labctl join"))
    #expect(next { $0.connection.state = .paused }.contains("labctl sync resume"))
    #expect(next { $0.connection.state = .refused }.contains("do what Connection says"))
    #expect(
      next {
        $0.connection.state = .waiting
        $0.queued = 3
      }.contains("keep this machine"))
    #expect(next { $0.queued = 3 }.contains("on its way"))
    #expect(next { $0.parked = 1 }.contains("labctl parked list"))
    #expect(next { $0.conflicts = 1 }.contains("labctl conflict list"))
    #expect(next { _ in }.contains("labctl leave-check"))
  }

  @Test(
    "words that differ are marked, and nothing else",
    arguments: [
      ("Share drills and looms.", "Share drills and saws.", "Share drills and [looms.]"),
      ("a b c d", "a x y d", "a [b c] d"), ("a b", "a b", "a b"), ("a b", "c d", "a b"),
      ("", "a", ""), (" a", " b", " a"), ("one\ntwo three", "one\ntwo", "one\ntwo [three]"),
      ("Obert dissabtes. Sí.", "Obert diumenges. Sí.", "Obert [dissabtes.] Sí."),
    ])
  func differences(text: String, other: String, marked: String) {
    #expect(WordDifference.marking(text, against: other) == marked)
  }

  @Test("sentences break between words, by the columns they take, and long ids stay whole")
  func wrapping() {
    let lines = Terminal.wrapped(
      "L’àvia d’en Ferran 🌱🌱🌱🌱 dibuixa cançons de bressol", indent: 0, columns: 26)
    #expect(lines.allSatisfy { Terminal.width(of: $0) <= 26 })
    #expect(lines.joined(separator: " ").hasSuffix("cançons de bressol"))
    let id = "01a201f5-8a46-7be1-88c4-f6acb09dbe4c"
    #expect(Terminal.wrapped("la \(id)", indent: 0, columns: 24) == ["la", id])
  }

  @Test("the live screen says what is left, how fast it goes and for how long")
  func watch() throws {
    var screen = WatchScreen()
    var status = sampleStatus()
    status.queued = 1_000
    _ = try screen.lines(for: status, at: 0)
    status.queued = 600
    let lines = try screen.lines(for: status, at: 4_000)
    #expect(lines.contains("[########............] 600 changes left, 100 a second, about 7 s left"))
    #expect(lines.count <= 23 && lines.allSatisfy { Terminal.width(of: $0) <= 80 })
  }
}

@Suite("The documents of labctl")
struct DocumentTests {
  /// The documents on the page of the control protocol that are no daemon's answers.
  private static func example(_ name: String) throws -> String {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/SyncControl/Documentation.docc/ControlProtocol.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let rest = try #require(text.components(separatedBy: "```json \(name)\n").last)
    return try #require(rest.components(separatedBy: "\n```").first)
  }

  private func again<Document: Codable & Hashable & Sendable>(
    _ type: Document.Type, _ name: String
  ) throws {
    let example = try Self.example(name)
    let document = try JSONDecoder().decode(type, from: Data(example.utf8))
    #expect(String(decoding: try ControlCodec.document(document), as: UTF8.self) == example)
  }

  @Test("are as their page says, byte for byte")
  func examples() throws {
    try again(DoctorReport.self, "doctor")
    try again(ConflictBulk.Summary.self, "conflict resolve")
    try again(BackupCommand.Made.self, "backup")
    try again(KindGuide.self, "fields")
  }
}
