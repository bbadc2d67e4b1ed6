import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("labctl conflict, in words")
struct ConflictWordsTests {
  private static func detail(_ status: ConflictSummary.Status) -> ConflictDetail {
    func value(_ number: Int, _ side: Status.Side, at: Int64) -> ConflictDetail.Value {
      ConflictDetail.Value(
        number: number, value: .text("v\(number)"), who: nil, side: side, replica: "r", at: at,
        channel: "c", dots: [], whatItHadSeen: "")
    }
    return ConflictDetail(
      summary: ConflictSummary(
        id: "c", kind: "idea", record: "r", title: "Un hort", field: "title", rule: "register",
        status: status, shown: .text("v2"), valueCount: 3, at: 0),
      values: [value(1, .lab, at: 5), value(2, .online, at: 9), value(3, .lab, at: 7)],
      choice: "“v2” was chosen: on hub.", revision: "17")
  }

  /// A conflict that stands so and, where it says why, is not changed.
  private func run(
    _ arguments: [String], _ status: ConflictSummary.Status, refusing: String? = nil
  ) throws -> (run: Run, requests: [ControlRequest]) {
    let daemon = try PretendDaemon { request in
      if case .conflictShow = request {
        return try ControlCodec.encode(answer: Self.detail(status))
      }
      if let refusing {
        throw ControlFailure(what: "conflict c: \(refusing)", why: "", remedy: "explain")
      }
      return try ControlCodec.encode(answer: Self.detail(status))
    }
    defer { daemon.end() }
    let run = try labctl(["conflict"] + arguments + ["--socket", daemon.path])
    return (run, daemon.requests)
  }

  @Test(
    "one conflict takes the value of a side or the newest, as many do",
    arguments: [("online", 2), ("newest", 2), ("3", 3)])
  func keep(word: String, number: Int) throws {
    let (run, requests) = try run(["resolve", "c", "--keep", word, "--seen", "16"], .open)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      requests.last
        == .conflictResolve(ConflictResolveRequest(id: "c", choice: .keep(number), seen: "16")))
    let unseen = try self.run(["resolve", "c", "--keep", "online"], .open).requests
    #expect(
      unseen.last
        == .conflictResolve(ConflictResolveRequest(id: "c", choice: .keep(2), seen: "17")))
  }

  @Test("a side that wrote several values is no choice, and a word that is none is refused")
  func noChoice() throws {
    let (run, requests) = try run(["resolve", "c", "--keep", "lab"], .open)
    #expect(run.status == 1)
    #expect(run.errors.contains("2 values of it are from the lab side"), "\(run.errors)")
    #expect(requests.count == 1)
    let wrong = try self.run(["resolve", "c", "--keep", "hub"], .open)
    #expect(wrong.run.status == 64 && wrong.requests.isEmpty)
    #expect(wrong.run.errors.contains("a value from 1, or lab, online or newest"))
  }

  @Test("undo says that it was taken back, or that there is nothing to take back")
  func undo() throws {
    #expect(
      try run(["undo", "c"], .open).run.output
        == "Taken back. The conflict is open again. “v2” was chosen: on hub.\n")
    let open = try run(["undo", "c"], .open, refusing: "its last write is no resolution").run
    #expect(open.status == 1)
    #expect(
      open.errors
        == "labctl: nothing was taken back (the conflict c is open). Try: labctl conflict show c\n")
    let other = try run(["undo", "c"], .settled, refusing: "its last write is no resolution").run
    #expect(other.errors.contains("its last write is no resolution"))
  }

  @Test("resolving a settled one says by what it is settled, and what comes first")
  func settled() throws {
    let why = "it has only one value any more"
    let run = try run(["resolve", "c", "--keep", "1"], .settled, refusing: why).run
    #expect(run.status == 1)
    #expect(
      run.errors
        == "labctl: the conflict c is settled (“v2” was chosen: on hub). "
        + "Try: first labctl conflict undo c\n")
    let other = try self.run(["resolve", "c", "--keep", "9"], .settled, refusing: "no value 9").run
    #expect(other.errors.contains("no value 9"), "\(other.errors)")
  }

  @Test("show says chosen of what is chosen, and shown meanwhile of what waits")
  func show() throws {
    let open = try run(["show", "c"], .open).run.output
    #expect(open.contains("Value 2, shown meanwhile\n") && !open.contains("chosen\n"))
    let settled = try run(["show", "c"], .settled).run.output
    #expect(settled.contains("Value 2, chosen\n") && !settled.contains("meanwhile"))
  }
}
