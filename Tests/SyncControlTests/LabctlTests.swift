import Foundation
import Glibc
import SyncControl
import Testing

@Suite("labctl")
struct LabctlTests {
  /// Runs labctl against a daemon that answers so.
  private func run(
    _ arguments: [String], input: Data = Data(), answering: @escaping PretendDaemon.Answering
  ) throws -> (run: Run, requests: [ControlRequest]) {
    let daemon = try PretendDaemon(answering: answering)
    defer { daemon.end() }
    let result = try labctl(arguments + ["--socket", daemon.path], input: input)
    return (result, daemon.requests)
  }

  @Test("says that no daemon runs, what to try, and ends with 10")
  func notRunning() throws {
    let run = try labctl(["status"], environment: ["LABSYNC_SOCKET": "/tmp/no/such.sock"])
    #expect(run.status == 10)
    #expect(run.output.isEmpty)
    #expect(
      run.errors
        == "labctl: labsyncd is not running (no socket at /tmp/no/such.sock). "
        + "Try: systemctl start labsyncd-lab\n")
  }

  @Test("says that nobody listens at a socket left behind, and ends with 10")
  func leftBehind() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
    try Data().write(to: URL(filePath: path))
    defer { unlink(path) }
    let run = try labctl(["status", "--socket", path])
    #expect(run.status == 10)
    #expect(run.errors.contains("nobody listens at \(path)"))
  }

  @Test("refuses a socket path that no socket can have, as wrong usage")
  func longPath() throws {
    let run = try labctl(["status", "--socket", "/" + String(repeating: "x", count: 107)])
    #expect(run.status == 64)
    #expect(run.errors.contains("108 bytes, and a socket takes at most 107"))
  }

  @Test("stops waiting for a daemon that does not answer, and ends with 10")
  func silent() throws {
    let stopped = DispatchSemaphore(value: 0)
    let daemon = try PretendDaemon { _ in
      stopped.wait()
      return []
    }
    let run = try labctl(["status", "--timeout", "1", "--socket", daemon.path])
    stopped.signal()
    daemon.end()
    #expect(run.status == 10)
    #expect(run.errors.contains("did not answer within 1 s"))
  }

  @Test(
    "ends with 64 when the command line is wrong",
    arguments: [
      ["frobnicate"], ["list"], ["set", "idea", "x"], ["sync", "never"], ["status", "--nope"],
      ["conflict", "resolve", "x"], ["conflict", "resolve", "x", "--keep", "1", "--value", "v"],
      ["add", "idea", "title"], ["status", "--timeout", "0"],
    ])
  func usage(arguments: [String]) throws {
    let run = try run(arguments) { _ in throw ControlFailure(what: "asked", why: "", remedy: "") }
    #expect(run.run.status == 64, "\(run.run.errors)")
    #expect(run.run.errors.hasPrefix("labctl: "))
    #expect(run.run.output.isEmpty)
    #expect(run.requests.isEmpty)
  }

  @Test("passes the daemon's refusal and its status on")
  func refusal() throws {
    let run = try run(["show", "idea", "x"]) { _ in
      throw ControlFailure(
        what: "there is no idea x", why: "never seen\u{1B}[2J", remedy: "labctl list idea")
    }
    #expect(run.run.status == 1)
    #expect(
      run.run.errors
        == "labctl: there is no idea x (never seen\u{FFFD}[2J). Try: labctl list idea\n")
  }

  @Test("prints status for people and for programs, and --check ends with 4 when it should")
  func status() throws {
    let answer: PretendDaemon.Answering = { _ in
      var status = sampleStatus()
      status.queued = 1234
      status.oldestAgeSeconds = 300
      status.conflicts = 2
      return try ControlCodec.encode(answer: status)
    }
    let people = try run(["status"], answering: answer).run
    #expect(people.status == 0)
    #expect(
      people.output.hasPrefix(
        "NOT YET ONLINE: 1,234 changes only on this machine, the oldest for 5 min.\n"))
    #expect(people.output.contains("2 open conflicts: labctl conflict list"))
    #expect(!people.output.contains("\u{1B}"))
    let program = try run(["status", "--json"], answering: answer).run
    let status = try JSONDecoder().decode(Status.self, from: Data(program.output.utf8))
    #expect(status.queued == 1234)
    let check = try run(["status", "--check"], answering: answer).run
    #expect(check.status == 4)
    #expect(check.errors.contains("1,234 changes not durable online; 2 open conflicts"))
    let fine = try run(["status", "--check"]) { _ in
      var status = sampleStatus()
      status.inSync = .init(value: true, at: 1_772_384_400_000)
      return try ControlCodec.encode(answer: status)
    }.run
    #expect(fine.status == 0)
    #expect(fine.output.hasPrefix("In sync: both sides held the same at 2026-03-01T17:00:00+00:00"))
  }

  @Test("adds, and prints nothing but the id")
  func add() throws {
    let run = try run(["add", "idea", "title=Un hort", "tags+=eco", "count:=3"]) { _ in
      try ControlCodec.encode(
        answer: RecordChange(kind: "idea", id: "id-1", revision: "1", isChanged: true))
    }
    #expect(run.run.output == "id-1\n")
    #expect(
      run.requests == [
        .add(
          AddRequest(
            kind: "idea",
            fields: [
              "title": .text("Un hort"), "tags": .array([.text("eco")]), "count": .integer(3),
            ]
          ))
      ])
  }

  @Test("sets with the revision that it has read before")
  func set() throws {
    let run = try run(["set", "idea", "id-1", "title=x", "tags-=eco"]) { request in
      if case .show = request {
        let record = RecordRow(kind: "idea", id: "id-1", fields: [:], revision: "77")
        return try ControlCodec.encode(
          answer: RecordDetail(columns: [], record: record, conflicts: []))
      }
      return try ControlCodec.encode(
        answer: RecordChange(kind: "idea", id: "id-1", revision: "78", isChanged: true))
    }
    #expect(run.run.status == 0)
    #expect(
      run.requests.last
        == .set(
          SetRequest(
            kind: "idea", id: "id-1", fields: ["title": .text("x")], removing: ["tags": ["eco"]],
            seen: "77")))
  }

  @Test("lists page after page, aligned by what the eye sees")
  func list() throws {
    let run = try run([
      "list", "idea", "--where", "title~hort", "--sort", "-created_at,title", "--limit", "0",
    ]) { request in
      guard case .list(let list) = request else { throw CancellationError() }
      let isFirst = list.cursor == nil
      let row = RecordRow(
        kind: "idea", id: isFirst ? "1" : "22",
        fields: [
          "title": .text(isFirst ? "Perquè\tno\nara" : "水 garden"), "state": .text("published"),
        ],
        revision: "1")
      return try ControlCodec.encode(
        answer: RecordPage(
          columns: ["title", "body", "state"], records: [row], cursor: isFirst ? "next" : nil))
    }
    #expect(
      run.run.output == """
        id  title            state
        1   Perquè no ⏎ ara  published
        22  水 garden        published

        """)
    let expected = ListRequest(
      kind: "idea",
      conditions: [FieldCondition(field: "title", comparison: .contains, value: .text("hort"))],
      sort: ["-created_at", "title"], limit: 1000)
    #expect(run.requests.first == .list(expected))
    #expect(run.requests.count == 2)
  }

  @Test("resolves with a value that begins with a dash")
  func resolve() throws {
    let summary = ConflictSummary(
      id: "c", kind: "idea", record: "r", title: nil, field: "title", rule: "register",
      status: .settled, shown: .text("-v"), valueCount: 1, at: 0)
    let run = try run(["conflict", "resolve", "c", "--value", "-v"]) { _ in
      try ControlCodec.encode(
        answer: ConflictDetail(summary: summary, values: [], choice: "chosen", revision: "1"))
    }
    #expect(run.run.output == "chosen\n")
    #expect(
      run.requests == [
        .conflictResolve(ConflictResolveRequest(id: "c", choice: .value(.text("-v"))))
      ])
  }

  @Test("exports every page, to a file that appears complete or not at all")
  func export() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl").path
    defer { unlink(file) }
    let pages: PretendDaemon.Answering = { request in
      guard case .export(let export) = request else { throw CancellationError() }
      return try ControlCodec.encode(
        answer: export.cursor == nil
          ? ExportPage(lines: ["a", "b"], cursor: "2") : ExportPage(lines: ["c"]))
    }
    #expect(try run(["export", "--canonical"], answering: pages).run.output == "a\nb\nc\n")
    let run = try run(["export", "--output", file], answering: pages)
    #expect(run.run.output.isEmpty)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "a\nb\nc\n")
    unlink(file)
    // A link that somebody put there is not written through, and what is no file stays what it is.
    let victim = file + ".victim"
    defer { unlink(victim) }
    try "before".write(toFile: victim, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: file + ".partial", withDestinationPath: victim)
    #expect(try self.run(["export", "--output", file], answering: pages).run.status == 0)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "before")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "a\nb\nc\n")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    unlink(file)
    try #require(mkfifo(file, 0o600) == 0)
    let reader = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    #expect(try self.run(["export", "--output", file], answering: pages).run.status == 0)
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(read(reader, &bytes, bytes.count) == 6)
    unlink(file)
    let failed = try self.run(["export", "--output", file]) { request in
      guard case .export(let export) = request, export.cursor == nil else {
        throw ControlFailure(what: "the store is gone", why: "", remedy: "")
      }
      return try ControlCodec.encode(answer: ExportPage(lines: ["a"], cursor: "2"))
    }
    #expect(failed.run.status == 1)
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
  }
}
