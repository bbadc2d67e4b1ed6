import LabWorker
import SyncControl
import SyncCore
import SyncProtocol
import Testing

@testable import SyncDaemon

@Suite("What keeps a laptop from the online side")
struct ObstacleTests {
  private func at(_ seconds: Int64) -> Instant {
    Instant(monotonicMilliseconds: seconds * 1_000, wallMilliseconds: 0)
  }

  private let waiting = LabEvent.waiting(milliseconds: 1_000, why: "w")

  private func told(_ watch: ObstacleWatch, at seconds: Int64) -> Status.Connection {
    var connection = Status.Connection(state: .waiting, words: "", endpoint: nil, since: 0)
    watch.tell(&connection, at: at(seconds))
    return connection
  }

  /// One try that fails.
  private func fail(
    _ watch: inout ObstacleWatch, at seconds: Int64,
    _ meet: (inout ObstacleWatch) -> Void = { _ in }
  ) {
    watch.dialled()
    meet(&watch)
    watch.note(waiting, at: at(seconds))
  }

  @Test("is told over all the tries that fail, from the first one on")
  func lasting() {
    var watch = ObstacleWatch()
    #expect(told(watch, at: 0).obstacle == nil && told(watch, at: 0).obstacleSeconds == nil)
    fail(&watch, at: 10)
    fail(&watch, at: 20)
    #expect(told(watch, at: 25).obstacle == .unreachable)
    #expect(told(watch, at: 25).obstacleSeconds == 15)
    fail(&watch, at: 30) { $0.metWrongKey() }
    watch.dialled()
    #expect(told(watch, at: 40).obstacle == .serverKey)
    #expect(told(watch, at: 40).obstacleSeconds == 30)
  }

  @Test("ends with a session, and what the online side could not store with a proof")
  func ending() {
    let peer = Introduction(
      replica: ReplicaID(rawValue: UniqueID(high: 1, low: 1)), side: .online, name: "hub",
      software: "s", schema: .zero, clockMilliseconds: 0, creditBytes: 0)
    let project = ProjectID(rawValue: UniqueID(high: 2, low: 2))
    var watch = ObstacleWatch()
    fail(&watch, at: 1)
    watch.note(.session(.opened(peer)), at: at(2))
    #expect(told(watch, at: 2).obstacle == nil)
    fail(&watch, at: 3) {
      $0.connected()
      $0.note(.sessionEnded(.closedByPeer(Bye(.storeFailed, words: "full"))), at: at(3))
    }
    watch.note(.session(.opened(peer)), at: at(4))
    #expect(told(watch, at: 4).obstacle == .peerStore)
    watch.note(.session(.inSync(project, at: at(5))), at: at(5))
    #expect(told(watch, at: 5).obstacle == nil)
    // Whoever connected and lost the way was reached.
    fail(&watch, at: 6) { $0.connected() }
    #expect(told(watch, at: 6).obstacle == nil)
  }

  @Test("is not being let in yet, or being shut out, as the online side says")
  func refusals() {
    for (ending, obstacle) in [
      (.notAdmitted(.pending(words: "w")), .pending),
      (.notAdmitted(.revoked(words: "w")), .shutOut),
      (.closedByPeer(Bye(.revoked, words: "w")), .shutOut),
      (.notAdmitted(.refused(words: "w")), nil),
    ] as [(SessionEnding, Status.Connection.Obstacle?)] {
      var watch = ObstacleWatch()
      watch.dialled()
      watch.connected()
      watch.note(.sessionEnded(ending), at: at(1))
      watch.note(.refused(words: "w"), at: at(1))
      #expect(told(watch, at: 1).obstacle == obstacle)
    }
  }
}
