import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol

/// What is remembered of the machines that came since the daemon started, by their names.
struct FleetMemory {
  private var known: [String: Known] = [:]
  private var nextNote: Int64 = 0

  fileprivate struct Known {
    var clockOffsetMilliseconds: Int64?
    var software: String?
    var report: Fleet.Report?
    /// A report some seconds before the last one, to see how fast the rest goes.
    var earlier: (monotonicMilliseconds: Int64, unsent: Int)?
  }

  private static let intervalMilliseconds: Int64 = 1_000
  /// The rate is that of at least so long.
  private static let rateMilliseconds: Int64 = 5_000

  func isDue(at now: Instant) -> Bool { now.monotonicMilliseconds >= nextNote }

  /// Takes down how the connected machines stand. Cost: a few look-ups for each.
  mutating func note(
    _ sessions: [(name: String, session: Session)], _ store: SQLiteStore, at now: Instant
  ) {
    nextNote = now.monotonicMilliseconds + Self.intervalMilliseconds
    for (name, session) in sessions {
      guard let peer = session.peer else { continue }
      var machine = known[name] ?? Known()
      machine.software = peer.software
      machine.clockOffsetMilliseconds = session.clockOffsetMilliseconds
      // A store that can not be asked is said elsewhere; what was known stays.
      do {
        if let unsent = try session.peerUnsent(in: store) {
          machine.take(Int(clamping: unsent), at: now, over: Self.rateMilliseconds)
        }
      } catch {}
      known[name] = machine
    }
  }

  func machine(_ peer: Status.Peer) -> Fleet.Machine {
    let known = known[peer.name]
    return Fleet.Machine(
      name: peer.name, isConnected: peer.isConnected, words: peer.words,
      lastContact: peer.lastContact, clockOffsetMilliseconds: known?.clockOffsetMilliseconds,
      software: known?.software, reported: known?.report)
  }
}

extension FleetMemory.Known {
  fileprivate mutating func take(_ unsent: Int, at now: Instant, over milliseconds: Int64) {
    var seconds: Int?
    if let earlier, unsent > 0, earlier.unsent > unsent {
      let elapsed = now.monotonicMilliseconds - earlier.monotonicMilliseconds
      // It is what the machine says, however much that is.
      seconds = Int(Int64(unsent).times(elapsed) / Int64(earlier.unsent - unsent) / 1_000)
    }
    if now.monotonicMilliseconds - (earlier?.monotonicMilliseconds ?? 0) >= milliseconds {
      earlier = (now.monotonicMilliseconds, unsent)
    }
    report = Fleet.Report(
      at: now.wallMilliseconds, unsent: unsent, oldestAgeSeconds: nil,
      expectedDrainSeconds: seconds)
  }
}
