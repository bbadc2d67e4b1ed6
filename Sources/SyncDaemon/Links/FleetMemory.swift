import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// What is known of the machines that came, by their keys; what they last said, over restarts too.
struct FleetMemory {
  private var known: [String: Known] = [:]
  private var nextNote: Int64 = 0

  fileprivate struct Known {
    var clockOffsetMilliseconds: Int64?
    var software: String?
    var report: Report?
    /// A report some seconds before the last one, to see how fast the rest goes.
    var earlier: (monotonicMilliseconds: Int64, unsent: Int)?
    /// As it is in the store, and when it was written there.
    var kept: (report: DeviceReport, monotonicMilliseconds: Int64)?
  }

  fileprivate struct Report {
    var at: Int64
    var unsent: Int
    var oldestAt: Int64?
    var expectedDrainSeconds: Int?
  }

  private static let intervalMilliseconds: Int64 = 1_000
  /// The rate is that of at least so long.
  private static let rateMilliseconds: Int64 = 5_000
  /// What a connected machine says is written down this often, and where it is but a later time, this
  /// often.
  private static let newsMilliseconds: Int64 = 5_000
  private static let timeMilliseconds: Int64 = 60_000

  func isDue(at now: Instant) -> Bool { now.monotonicMilliseconds >= nextNote }

  mutating func load(from store: SQLiteStore, at now: Instant) throws {
    for (key, report) in try store.deviceReports() {
      known[key] = Known(
        clockOffsetMilliseconds: report.clockOffsetMilliseconds, software: report.software,
        report: Report(at: report.at, unsent: report.unsent, oldestAt: report.oldestAt),
        kept: (report, now.monotonicMilliseconds))
    }
  }

  /// Takes down how the connected machines stand. Cost: a few look-ups for each.
  mutating func note(
    _ sessions: [(key: String, session: Session)], _ store: SQLiteStore, at now: Instant
  ) {
    nextNote = now.monotonicMilliseconds + Self.intervalMilliseconds
    for (key, session) in sessions {
      guard let peer = session.peer else { continue }
      var machine = known[key] ?? Known()
      machine.software = peer.software
      machine.clockOffsetMilliseconds = session.clockOffsetMilliseconds
      // A store that can not be asked is said elsewhere; what was known stays.
      do {
        if let unsent = try session.peerUnsent(in: store) {
          machine.take(
            Int(clamping: unsent), oldestAt: session.peerOldestUnsentAt, at: now,
            over: Self.rateMilliseconds)
        }
      } catch {}
      known[key] = machine
    }
  }

  /// Writes down what is new: of a machine that is gone at once, of the `connected` every few seconds. One
  /// transaction.
  mutating func save(
    to store: SQLiteStore, at now: Instant, connected: Set<String>
  ) throws {
    let time = now.monotonicMilliseconds
    var due: [String: DeviceReport] = [:]
    for (key, machine) in known {
      guard let report = machine.toKeep, report != machine.kept?.report else { continue }
      if let kept = machine.kept, connected.contains(key) {
        var same = kept.report
        same.at = report.at
        let interval = same == report ? Self.timeMilliseconds : Self.newsMilliseconds
        guard time - kept.monotonicMilliseconds >= interval else { continue }
      }
      due[key] = report
    }
    guard !due.isEmpty else { return }
    try store.save(reports: due, at: now)
    for (key, report) in due { known[key]?.kept = (report, time) }
  }

  /// What a machine last said of itself; `nil` where it never did.
  func report(of key: String) -> Fleet.Report? {
    guard let report = known[key]?.report else { return nil }
    return Fleet.Report(
      at: report.at, unsent: report.unsent,
      oldestAgeSeconds: report.oldestAt.map { Int(max(0, report.at - $0) / 1_000) },
      expectedDrainSeconds: report.expectedDrainSeconds)
  }

  func machine(_ key: String, _ peer: Status.Peer) -> Fleet.Machine {
    Fleet.Machine(
      name: peer.name, isConnected: peer.isConnected, words: peer.words,
      lastContact: peer.lastContact,
      clockOffsetMilliseconds: known[key]?.clockOffsetMilliseconds,
      software: known[key]?.software, reported: report(of: key))
  }
}

extension FleetMemory.Known {
  fileprivate mutating func take(
    _ unsent: Int, oldestAt: Int64?, at now: Instant, over milliseconds: Int64
  ) {
    var seconds: Int?
    if let earlier, unsent > 0, earlier.unsent > unsent {
      let elapsed = now.monotonicMilliseconds - earlier.monotonicMilliseconds
      // It is what the machine says, however much that is.
      seconds = Int(Int64(unsent).times(elapsed) / Int64(earlier.unsent - unsent) / 1_000)
    }
    if now.monotonicMilliseconds - (earlier?.monotonicMilliseconds ?? 0) >= milliseconds {
      earlier = (now.monotonicMilliseconds, unsent)
    }
    report = FleetMemory.Report(
      at: now.wallMilliseconds, unsent: unsent, oldestAt: unsent > 0 ? oldestAt : nil,
      expectedDrainSeconds: seconds)
  }

  fileprivate var toKeep: DeviceReport? {
    guard let report, let software, let clockOffsetMilliseconds else { return nil }
    return DeviceReport(
      at: report.at, unsent: report.unsent, oldestAt: report.oldestAt,
      clockOffsetMilliseconds: clockOffsetMilliseconds, software: software)
  }
}
