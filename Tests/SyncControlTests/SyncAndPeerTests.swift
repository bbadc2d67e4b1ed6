import Foundation
import SyncControl
import Testing

@Suite("labctl sync and peer, in words")
struct SyncAndPeerTests {
  private func run(
    _ arguments: [String], answering: @escaping PretendDaemon.Answering
  ) throws -> Run {
    let daemon = try PretendDaemon(answering: answering)
    defer { daemon.end() }
    return try labctl(arguments + ["--socket", daemon.path])
  }

  @Test("sync now says that syncing is paused, and how it goes on", arguments: [true, false])
  func paused(isPaused: Bool) throws {
    let run = try run(["sync", "now"]) { request in
      if case .sync = request {
        throw ControlFailure(
          what: "the two sides are not in sync", why: "nobody answers",
          remedy: "labctl doctor says what stands in the way", exit: .needsAttention)
      }
      var status = sampleStatus()
      status.isPaused = isPaused
      return try ControlCodec.encode(answer: status)
    }
    #expect(run.status == 4)
    #expect(
      run.errors
        == (isPaused
          ? "labctl: the two sides are not in sync (syncing is paused on this machine). "
            + "Try: labctl sync resume\n"
          : "labctl: the two sides are not in sync (nobody answers). "
            + "Try: labctl doctor says what stands in the way\n"))
  }

  @Test("peer show gives its lists titles, and counts only what it leaves out", arguments: [1, 3])
  func held(count: Int) throws {
    let run = try run(["peer", "show", "x"]) { _ in
      let entry = PeerEntry(
        name: "Table 4", fingerprint: "F", key: "K", standing: "shut out", role: "capture",
        projects: nil, isConnected: false, lastContact: nil, since: 0, held: count, reason: nil,
        isByFile: false)
      return try ControlCodec.encode(
        answer: PeerDetail(
          peer: entry,
          chains: [.init(project: "p", replica: "r", lane: 1, here: 7, standsUntil: 5)],
          held: [.init(change: "r/1/8", project: "p", kind: "idea", writtenAt: 0, heldAt: 0)],
          onlyThere: "nothing", participants: 0, departures: []))
    }
    #expect(
      run.output.contains("up to which of them they count\nid  lane       here  count until\n"))
    #expect(run.output.contains("\nr   1 records  7     5\n"), "\(run.output)")
    #expect(run.output.contains("\nHeld: what it sent after it was shut out\nid "), "\(run.output)")
    #expect(
      run.errors
        == (count == 1
          ? "1 change held. Apply: labctl peer release F\n"
          : "3 changes held; the first 1 are shown. Apply: labctl peer release F\n"))
  }
}
