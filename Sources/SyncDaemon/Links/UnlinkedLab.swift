import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import ZeroMQ

/// A laptop that was not told of an online side yet: it captures, and says so.
final class UnlinkedLab: SideLink {
  private let since: Int64
  let pollItems: [PollItem<LoopTag>] = []
  let pollGeneration = 0
  let nextDeadline: Int64? = nil
  let wantsWork = false

  init(at now: Instant) { since = now.wallMilliseconds }

  func start(at now: Instant, store: inout SQLiteStore) {}
  func ready(_ tag: LoopTag, at now: Instant, store: inout SQLiteStore) {}
  func storeChanged(at now: Instant, store: inout SQLiteStore) {}
  func work(at now: Instant, store: inout SQLiteStore) {}
  func tick(at now: Instant, store: inout SQLiteStore) {}
  func stop(at now: Instant, store: inout SQLiteStore) {}
  func wake(_ reason: Wake, at now: Instant, store: inout SQLiteStore) {}
  func setPaused(
    _ isPaused: Bool, at now: Instant, store: inout SQLiteStore
  ) -> ControlFailure? {
    ControlFailure(
      what: "there is nothing to pause", why: Self.words,
      remedy: "labctl join with an invitation of the online side")
  }
  func reloadKeys(at now: Instant, store: inout SQLiteStore) {}

  func syncNow(
    at now: Instant, store: inout SQLiteStore,
    answer: @escaping (_ isDone: Bool, _ words: String) -> Void
  ) {
    answer(false, Self.words)
  }

  func leaveCheck(uncaptured: Int, only: ProjectID?, store: SQLiteStore) throws -> LeaveCheck? {
    try LeaveCheck(
      uncaptured: uncaptured, session: nil,
      lastPeer: store.acknowledgingPeers().first?.peer, only: only, store: store)
  }

  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8] { throw ControlFailure.onlineOnly }

  func beginAnew(at now: Instant, store: inout SQLiteStore) {}

  func connectionWords(at now: Instant) -> String { Self.words }

  func standing(at now: Instant, store: SQLiteStore) -> LinkStanding {
    LinkStanding(
      connection: Status.Connection(
        state: .unconfigured, words: Self.words, endpoint: nil, since: since))
  }

  private static let words =
    "no online side is configured: what is captured stays on this machine"
}
