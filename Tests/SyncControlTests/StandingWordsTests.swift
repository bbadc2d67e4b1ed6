import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("What status and doctor say to do")
struct StandingWordsTests {
  private func laptop(
    _ state: Status.Connection.State, _ obstacle: Status.Connection.Obstacle?, seconds: Int = 5,
    queued: Int = 0
  ) -> Status {
    var status = sampleStatus()
    status.connection = .init(
      state: state, words: "what it is", endpoint: "tcp://127.0.0.1:1", since: 0)
    status.connection.obstacle = obstacle
    status.connection.obstacleSeconds = obstacle.map { _ in seconds }
    status.projects = [.init(id: "p", name: nil)]
    status.queued = queued
    status.fingerprint = "CTD7-5F4X-79XV-CE1N"
    return status
  }

  private func online(_ peers: [Status.Peer], held: Int = 0) -> Status {
    var status = sampleStatus()
    status.side = .online
    status.connection = .init(state: .listening, words: "it listens", endpoint: nil, since: 0)
    status.peers = peers
    status.held = held
    return status
  }

  private func peer(
    _ name: String, _ standing: String, _ fingerprint: String? = nil, held: Int? = nil
  ) -> Status.Peer {
    var peer = Status.Peer(
      name: name, isConnected: false, words: "", lastContact: nil, standing: standing)
    peer.fingerprint = fingerprint
    peer.held = held
    return peer
  }

  private func doctor(_ status: Status) throws -> DoctorReport {
    let daemon = try PretendDaemon { request in
      switch request {
      case .doctor:
        var facts = DoctorFacts(
          storePath: "/x/lab.db", diskFreeBytes: 9_000_000_000, diskBytes: 64_000_000_000,
          damage: [])
        facts.configurationPath = "/srv/lab/lab.yaml"
        return try ControlCodec.encode(answer: facts)
      case .sync:
        throw ControlFailure(
          what: "the two sides are not in sync", why: "w", remedy: "", exit: .needsAttention)
      default: return try ControlCodec.encode(answer: status)
      }
    }
    defer { daemon.end() }
    let run = try labctl(["doctor", "--json", "--socket", daemon.path])
    return try JSONDecoder().decode(DoctorReport.self, from: Data(run.output.utf8))
  }

  private func finding(_ check: String, _ status: Status) throws -> DoctorReport.Finding? {
    try doctor(status).findings.first { $0.check == check }
  }

  @Test("what does not end by itself is not called nothing")
  func blocked() {
    func next(_ status: Status) -> String { StatusReport(status).next }
    #expect(next(laptop(.waiting, nil)).hasPrefix("nothing; it connects by itself"))
    #expect(next(laptop(.waiting, .unreachable)).hasPrefix("nothing; it connects by itself"))
    #expect(
      next(laptop(.waiting, .unreachable, seconds: 600))
        == "find a network, or see what stands in the way: labctl doctor")
    #expect(
      next(laptop(.waiting, .unreachable, seconds: 600, queued: 1)).hasPrefix("keep this machine"))
    for state in [.waiting, .connecting] as [Status.Connection.State] {
      #expect(next(laptop(state, .serverKey)).hasPrefix("have the online side's key compared"))
      #expect(next(laptop(state, .serverKey, queued: 1)).hasPrefix("keep this machine, and have"))
      #expect(next(laptop(state, .peerStore)).contains("it can not store what is sent"))
    }
    #expect(
      next(laptop(.refused, .pending)).contains("labctl peer approve CTD7-5F4X-79XV-CE1N there"))
    #expect(next(laptop(.refused, .shutOut)).contains("labctl peer approve \"Taula 3\" there"))
    #expect(next(laptop(.refused, nil)).contains("do what Connection says"))
  }

  @Test("the online side names who waits, and then whose changes are held")
  func machines() throws {
    let waiting = peer("T11", "pending", "WXMC-1")
    let lost = peer("Table 4", "revoked", "AAAA-1", held: 2)
    let both = online([lost, waiting], held: 2)
    #expect(
      StatusReport(both).next
        == "compare the fingerprint and let in T11: labctl peer approve WXMC-1")
    #expect(
      StatusReport(online([waiting, peer("T12", "pending", "B")])).next
        .hasSuffix("WXMC-1; 1 more wait (labctl peer list)"))
    #expect(
      StatusReport(online([lost], held: 2)).next
        == "decide about what is held of Table 4: labctl peer show \"Table 4\"")
    let attention = try StatusReport(both).pairs().first { $0.name == "Attention" }?.value
    #expect(attention?.contains("held: labctl peer show \"Table 4\"") == true)
    #expect(attention?.contains("1 machine waits to be let in: labctl peer list") == true)
    #expect(StatusReport(online([peer("a", "admitted")])).next.hasPrefix("nothing (labctl fleet"))

    let found = try #require(try finding("machines", both))
    #expect(found.state == .warning && found.words.contains("T11 (WXMC-1)"))
    #expect(found.remedy?.hasSuffix("labctl peer approve WXMC-1") == true)
    #expect(try finding("held", both)?.remedy?.hasPrefix("labctl peer show \"Table 4\"") == true)
    #expect(try finding("machines", online([lost])) == nil)
  }

  @Test("a name that a shell would read otherwise, or that two have, gives way to the fingerprint")
  func arguments() {
    #expect(Words.argument("table-4") == "table-4")
    #expect(Words.argument("Taula 4") == "\"Taula 4\"")
    for name in ["", "-x", "a\"b", "$(b)", "`b`", "a\\b", "a!b", "a\nb", "a\u{1B}b"] {
      #expect(Words.argument(name) == nil)
    }
    let twins = [peer("T", "revoked", "A", held: 1), peer("T", "revoked", "B", held: 1)]
    #expect(online(twins).shellName(of: twins[1]) == "B")
    let odd = peer("$x", "revoked", "C", held: 1)
    #expect(online([odd]).shellName(of: odd) == "C")
  }

  @Test("doctor puts a wrong key at the key, a wrong port at the port, each with its remedy")
  func doctorOnALaptop() throws {
    let wrong = try doctor(laptop(.waiting, .serverKey)).findings
    let key = try #require(wrong.first { $0.check == "key" })
    #expect(key.state == .problem && key.remedy?.contains("/srv/lab/lab.yaml") == true)
    #expect(key.remedy?.contains("online.serverKey") == true)
    let port = try #require(wrong.first { $0.check == "port" })
    #expect(port.state == .problem)
    #expect(port.remedy?.contains("online.endpoints in /srv/lab/lab.yaml") == true)
    let out = try #require(try finding("key", laptop(.refused, .shutOut)))
    #expect(out.remedy?.hasSuffix("labctl peer approve \"Taula 3\"") == true)
    let invitation = try #require(try finding("key", laptop(.refused, nil)))
    #expect(invitation.state == .problem && invitation.remedy?.contains("approve") == false)
    #expect(try finding("key", laptop(.connecting, .unreachable))?.state == .skipped)
    let full = laptop(.waiting, .peerStore)
    #expect(try finding("key", full)?.state == .good)
    #expect(try finding("storing", full)?.words.hasPrefix("the online side could not") == true)
  }
}
