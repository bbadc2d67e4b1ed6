import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("What a daemon tells of itself")
  struct ObserveTests {
    /// One line of the metrics.
    private func metric(_ name: String, of machine: Machine) throws -> String? {
      try machine.ask(MetricsRequest()).text.split(separator: "\n")
        .first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
    }

    @Test("counts what was captured, sent and applied on each side")
    func metrics() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try OutsideWriter(laptop, seed: 7).write(20)
      _ = try laptop.ask(AddRequest(kind: "idea", fields: ["title": .text("roof")]))
      try lab.waitUntilInSync()
      _ = try lab.inSyncClaims()
      #expect(try metric("labsync_captured_changes_total", of: laptop) == "21")
      #expect(try metric("labsync_acknowledged_changes_total", of: laptop) == "21")
      #expect(try metric("labsync_sessions_opened_total", of: laptop) == "1")
      #expect(try metric("labsync_unacknowledged_changes", of: laptop) == "0")
      #expect(try metric("labsync_in_sync", of: laptop) == "1")
      let applied = "labsync_applied_changes_total{outcome=\"accepted\"}"
      #expect(try metric(applied, of: lab.online) == "21")
      #expect(try metric("labsync_laptops{state=\"connected\"}", of: lab.online) == "1")
      #expect(try metric("labsync_protocol_violations_total", of: lab.online) == "0")
    }

    @Test("over HTTP on loopback, while somebody who never reads is connected")
    func http() throws {
      let lab = try Lab(laptops: 1)
      let port = try FreePort.choose()
      lab.online.environment["LABSYNC_METRICS_LISTEN"] = "\(port)"
      try lab.online.start()
      let script = """
        exec 3<>/dev/tcp/127.0.0.1/\(port) 4<>/dev/tcp/127.0.0.1/\(port)
        printf 'GET /metrics HTTP/1.1\\r\\n\\r\\n' >&4
        printf 'GET /metrics HTTP/1.1\\r\\n\\r\\n' >&3; cat <&3
        """
      let run = try Command.run("/bin/bash", ["-c", script], folder: lab.folder, seconds: 20)
      #expect(run.output.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(run.output.contains("\nlabsync_build_info{side=\"online\"} 1\n"))
      #expect(lab.online.log().contains("serving metrics"))
    }

    @Test("in events, that somebody who follows gets as they happen")
    func events() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try lab.waitUntilInSync()
      let before = try laptop.ask(EventsRequest())
      #expect(before.events.contains { $0.event == "ready" })
      #expect(before.events.contains { $0.event == "sessionOpened" })
      _ = try laptop.ask(AddRequest(kind: "idea", fields: ["title": .text("secret words")]))
      var after = before.events.last?.number
      var seen: [DaemonEvent] = []
      let deadline = Deadline(seconds: 30)
      while !seen.contains(where: { $0.event == "batchAcknowledged" }), !deadline.hasPassed {
        let page = try laptop.ask(
          EventsRequest(after: after, run: before.run, waitMilliseconds: 5_000))
        seen += page.events
        after = page.events.last?.number ?? after
      }
      #expect(seen.map(\.event).prefix(1) == ["captured"])
      #expect(seen.contains { $0.event == "batchAcknowledged" })
      #expect(!"\(seen)".contains("secret"))
    }
  }
}
